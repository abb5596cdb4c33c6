"""The knowledge graph of a document, from its chunks to the stored graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ragflow.domain.documents import RunState
from ragflow.domain.graphs import Community, Graph, GraphShare
from ragflow.domain.jobs import OutboxKind
from ragflow.ingest.enrich.knowledge_graph.rebuild import rebuild_graph
from ragflow.ingest.enrich.writer import WriterLimits
from ragflow.ingest.pipeline import Ingestion
from ragflow.testing.ingestion import (
    DATASET,
    DOCUMENT,
    JOB,
    AnsweringChat,
    RememberedSteps,
    SmallProduct,
    small_product,
)

PASSAGES = [
    f"We saw Acme Inc number {n} in Dover. Acme Inc sells boats to Jane Marlow of Dover."
    for n in range(3)
]
READ = (
    '{"entities": [{"name": "Acme Inc", "type": "organization", "description": "Sells boats."},'
    ' {"name": "ACME", "type": "organization", "description": "A firm."},'
    ' {"name": "Dover", "type": "geo", "description": "A town."}],'
    ' "relations": [{"source": "Acme Inc", "target": "Dover", "description": "It sells there.",'
    ' "keywords": ["trade"], "strength": 6},'
    ' {"source": "ACME", "target": "boats", "description": "Sells.", "strength": 2}]}'
)


def rule(question: str) -> str:
    if "missed" in question:
        return '{"entities": [{"name": "Jane Marlow", "type": "person"}], "relations": []}'
    if question.startswith("1."):
        return "1"
    return "Trade in Dover\nAcme sells boats." if question.startswith("Things:") else READ


Make = Callable[..., SmallProduct]


@pytest.fixture
def make(tmp_path: Path) -> Any:
    made: list[SmallProduct] = []

    def product(chat: AnsweringChat | None = None, **graphrag: Any) -> SmallProduct:
        config = {"graphrag": {"use_graphrag": True, **graphrag}}
        made.append(small_product(tmp_path, PASSAGES, chat, parser_config=config))
        return made[-1]

    yield product
    for each in made:
        each.parts.database.close()


def graph_of(product: SmallProduct) -> Graph:
    with product.parts.database.reading() as unit:
        return unit.graphs.get(DATASET)


def share_of(product: SmallProduct) -> GraphShare:
    with product.parts.database.reading() as unit:
        (share,) = unit.graphs.shares(DATASET)
    return share


def communities_of(product: SmallProduct) -> list[Community]:
    with product.parts.database.reading() as unit:
        return unit.graphs.communities(DATASET)


def test_a_model_reads_the_document(make: Make) -> None:
    chat = AnsweringChat(rule)
    product = make(chat)
    document = product.ingest()
    assert [each.name for each in graph_of(product).entities] == [
        "ACME",
        "Acme Inc",
        "Dover",
        "boats",
    ]
    assert graph_of(product).document_ids == (DOCUMENT,)
    assert share_of(product).method == "answering"
    assert "about " in document.progress_msg
    assert "with model answering" in document.progress_msg
    assert "organization, person, geo, event, category" in chat.turns[0][0].content


def test_the_thorough_method_asks_for_what_was_missed(make: Make) -> None:
    product = make(AnsweringChat(rule), method="general", entity_types=["person"])
    product.ingest()
    assert "Jane Marlow" in {each.name for each in graph_of(product).entities}


def test_names_of_one_thing_are_merged_where_that_is_asked_for(make: Make) -> None:
    product = make(AnsweringChat(rule), resolution=True)
    product.ingest()
    assert [each.name for each in graph_of(product).entities] == ["Acme Inc", "Dover", "boats"]
    assert [(each.source, each.target) for each in graph_of(product).relations] == [
        ("Acme Inc", "Dover"),
        ("Acme Inc", "boats"),
    ]


def test_groups_are_described_where_that_is_asked_for(make: Make) -> None:
    product = make(AnsweringChat(rule), resolution=True, community=True)
    product.ingest()
    (community,) = communities_of(product)
    assert (community.title, community.report) == ("Trade in Dover", "Acme sells boats.")
    assert set(community.entities) == {"Acme Inc", "Dover", "boats"}


def test_without_a_model_names_and_words_make_the_graph_and_it_says_so(make: Make) -> None:
    product = make(None, resolution=True, community=True)
    document = product.ingest()
    names = {each.name for each in graph_of(product).entities}
    assert {"Acme Inc", "Dover", "Jane Marlow"} <= names
    assert share_of(product).method == "statistics"
    assert "by names and word statistics" in document.progress_msg
    assert communities_of(product)[0].report
    assert document.coverage is not None
    assert document.coverage.warnings == ()


def test_what_the_budget_does_not_pay_for_is_read_by_statistics(make: Make) -> None:
    chat = AnsweringChat(rule)
    product = make(chat)
    document = product.ingest(writing=WriterLimits(enrich_tokens=10))
    assert chat.asked == []
    assert {"Acme Inc", "Dover"} <= {each.name for each in graph_of(product).entities}
    assert document.coverage is not None
    assert "budget of 10 tokens is used up" in document.coverage.warnings[0]


@pytest.mark.parametrize("answer", [None, "I have read the text."])
def test_a_model_of_no_use_does_not_cost_the_document_its_graph(
    make: Make, answer: str | None
) -> None:
    product = make(AnsweringChat(lambda _question: answer))
    document = product.ingest()
    assert document.run == "DONE"
    assert "Dover" in {each.name for each in graph_of(product).entities}
    assert document.coverage is not None
    assert (
        "read by statistics, since the model gave no usable answer"
        in (document.coverage.warnings[0])
    )


def test_an_answer_that_tells_of_nothing_is_one(make: Make) -> None:
    product = make(AnsweringChat(lambda _question: '{"entities": [], "relations": []}'))
    document = product.ingest()
    assert graph_of(product).entities == ()
    assert document.coverage is not None
    assert document.coverage.warnings == ()


def test_every_step_may_be_repeated_and_asks_nothing_twice(make: Make) -> None:
    chat = AnsweringChat(rule)
    product = make(chat, method="general", resolution=True, community=True)
    product.ingest(RememberedSteps(kind="twice"))
    assert len(chat.asked) == len(set(chat.asked))
    assert len(graph_of(product).entities) == 4


def test_a_document_that_is_stopped_leaves_no_share(make: Make) -> None:
    def stopping(question: str) -> str:
        product.stop()
        return rule(question)

    product = make(AnsweringChat(stopping))
    product.ingest()
    with product.parts.database.reading() as unit:
        assert unit.graphs.shares(DATASET) == []


def test_the_graph_follows_the_shares(make: Make) -> None:
    product = make(AnsweringChat(rule), resolution=True, community=True)
    product.ingest()
    other = replace(share_of(product), document_id="other", entities=(), relations=())
    database = product.parts.database
    with database.transaction() as unit:
        document = unit.documents.get(DOCUMENT)
        assert document is not None
        unit.documents.add(replace(document, id="other"))
        unit.graphs.put_share(DATASET, other)
        assert unit.graphs.delete_share(DOCUMENT)
    assert rebuild_graph(database, DATASET) == Graph() == graph_of(product)
    assert communities_of(product) == []


def test_a_document_that_fails_takes_its_share_along(make: Make) -> None:
    product = make(AnsweringChat(rule))

    product.ingest()
    with product.parts.database.transaction() as unit:
        document = unit.documents.get(DOCUMENT)
        assert document is not None
        unit.documents.update(replace(document, run=RunState.RUNNING))
    Ingestion(product.parts).fail(JOB, "the power failed")
    with product.parts.database.reading() as unit:
        assert unit.graphs.shares(DATASET) == []
        kinds = [entry.kind for entry in unit.outbox.pending()]
    assert OutboxKind.REBUILD_GRAPH in kinds
