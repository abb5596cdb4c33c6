from __future__ import annotations

from dataclasses import replace

from ragflow.domain.graphs import Entity, Relation
from ragflow.ingest.enrich.knowledge_graph.communities import (
    extracted_report,
    groups_of,
    written_report,
)
from ragflow.ingest.enrich.knowledge_graph.merge import ranked


def clique(*names: str) -> tuple[list[Entity], list[Relation]]:
    entities = [
        Entity(each, "thing", (f"{each} is here.",), document_ids=("d1",)) for each in names
    ]
    relations = [
        Relation(one, other, (f"{one} knows {other}.",), (), 5.0, ("d1",))
        for index, one in enumerate(names)
        for other in names[index + 1 :]
    ]
    return entities, relations


FIRST, SECOND = clique("a", "b", "c", "d"), clique("x", "y", "z")
BRIDGE = Relation("a", "x", weight=0.5)
GRAPH = ranked([*FIRST[0], *SECOND[0], Entity("alone", "thing")], [*FIRST[1], *SECOND[1], BRIDGE])


def test_things_that_belong_together_are_groups_the_heaviest_first() -> None:
    groups = groups_of(GRAPH)
    assert [sorted(each.name for each in group.entities) for group in groups] == [
        ["a", "b", "c", "d"],
        ["x", "y", "z"],
    ]
    assert [group.weight for group in groups] == [30.0, 15.0]
    assert groups == groups_of(GRAPH)


def test_the_id_of_a_group_changes_with_what_is_known_of_it_alone() -> None:
    first, second = groups_of(GRAPH)
    told = [replace(FIRST[0][0], descriptions=("Now gone.",)), *FIRST[0][1:]]
    changed = groups_of(ranked([*told, *SECOND[0]], [*FIRST[1], *SECOND[1], BRIDGE]))
    assert changed[0].id != first.id
    assert changed[1].id == second.id


def test_a_report_is_a_title_and_what_follows() -> None:
    group = groups_of(GRAPH)[0]
    report = written_report(group, "# The first four\n\nThey know each other.\nWell.")
    assert report is not None
    assert (report.title, report.report) == ("The first four", "They know each other.\nWell.")
    assert set(report.entities) == set("abcd")
    assert written_report(group, " \n") is None


def test_without_a_model_a_report_says_what_the_documents_say() -> None:
    report = extracted_report(groups_of(GRAPH)[1])
    assert sorted(report.title.split(", ")) == ["x", "y", "z"]
    assert "x knows y." in report.report
    assert report.document_ids == ("d1",)
