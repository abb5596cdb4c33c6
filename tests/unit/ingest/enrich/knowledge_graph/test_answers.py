from __future__ import annotations

import pytest

from ragflow.ingest.enrich.knowledge_graph.answers import read_share

ANSWER = """Here is the graph:
```json
{"entities": [{"name": "Ada  Lovelace", "type": "Person", "description": "Wrote notes."},
              {"name": "Engine", "type": "category", "description": "A machine."}],
 "relations": [{"source": "Engine", "target": "Ada Lovelace", "description": "She wrote on it.",
                "keywords": ["notes", "machine"], "strength": 8}]}
```"""


def test_entities_and_relations_are_read_out_of_an_answer() -> None:
    share = read_share("d1", [ANSWER])
    assert [(each.name, each.type) for each in share.entities] == [
        ("Ada Lovelace", "person"),
        ("Engine", "category"),
    ]
    (relation,) = share.relations
    assert (relation.source, relation.target) == ("Ada Lovelace", "Engine")
    assert (relation.keywords, relation.weight) == (("notes", "machine"), 8.0)
    assert {each.document_ids for each in (*share.entities, relation)} == {("d1",)}


def test_an_answer_that_breaks_off_gives_what_is_whole() -> None:
    share = read_share("d1", [ANSWER[: ANSWER.index('"strength"')]])
    assert [each.name for each in share.entities] == ["Ada Lovelace", "Engine"]
    assert share.relations == ()


def test_the_ends_of_a_relation_are_things_too() -> None:
    share = read_share("d1", ['{"source": "Bee", "target": "Flower", "keywords": "visits, feeds"}'])
    assert [each.name for each in share.entities] == ["Bee", "Flower"]
    assert share.relations[0].keywords == ("visits", "feeds")


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "I cannot do that.",
        "{}",
        '{"name": 3}',
        '{"name": ""}',
        '{"source": "A", "target": "a"}',
        "{broken",
        '[{"name": null, "type": []}]',
    ],
)
def test_what_says_nothing_gives_nothing(answer: str) -> None:
    share = read_share("d1", [answer])
    assert (share.entities, share.relations) == ((), ())


@pytest.mark.parametrize(("strength", "weight"), [("7", 7), (99, 10), (-1, 1), (None, 1), ("x", 1)])
def test_a_strength_of_any_kind_becomes_a_weight(strength: object, weight: float) -> None:
    import json

    answer = json.dumps({"source": "A", "target": "B", "strength": strength})
    assert read_share("d1", [answer]).relations[0].weight == weight
