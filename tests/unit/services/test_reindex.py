from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from ragflow.adapters.search.memory import MemoryEngine
from ragflow.domain.queries import IndexRecord, SearchRequest
from ragflow.ingest.settle import refresh_index
from ragflow.services.reindex import Reindex


class WatchedEngine(MemoryEngine):
    """Count writes of many records, and let a test act just before the first."""

    def __init__(self) -> None:
        super().__init__()
        self.upserts = 0
        self.meanwhile: Callable[[], None] = lambda: None

    def upsert(self, records: Sequence[IndexRecord]) -> None:
        act, self.meanwhile = self.meanwhile, lambda: None
        act()
        self.upserts += 1
        super().upsert(records)


@pytest.fixture
def engine() -> WatchedEngine:
    return WatchedEngine()


def contents(engine: MemoryEngine, document: Any) -> dict[tuple[str, str], str]:
    found = engine.search(SearchRequest((document.dataset_id,), (document.id, "g"), (), None, 100))
    return {(each.document_id, each.chunk_id): each.content_tokens for each in found}


def run(database: Any, engine: MemoryEngine) -> int:
    return Reindex(database, engine).run(lambda *_: None)


def test_a_group_of_documents_is_one_write(
    database: Any, engine: WatchedEngine, document: Any, chunk: Any
) -> None:
    with database.transaction() as unit:
        unit.documents.add(replace(document, id="g", name="b.txt"))
        unit.chunks.put(replace(chunk, document_id="g"))
    engine.upsert([])
    assert run(database, engine) == 2
    assert engine.upserts == 2
    assert set(contents(engine, document)) == {(document.id, "c1"), ("g", "c1")}


def test_what_the_index_held_and_the_database_does_not_is_gone(
    database: Any, engine: WatchedEngine, document: Any, chunk: Any
) -> None:
    run(database, engine)
    with database.transaction() as unit:
        unit.documents.delete([document.id])
    assert run(database, engine) == 0
    assert contents(engine, document) == {}


def test_changes_of_a_live_server_are_not_overwritten(
    database: Any, engine: WatchedEngine, document: Any, chunk: Any
) -> None:
    """Between the reading of a group and its write one chunk is changed and another deleted."""
    with database.transaction() as unit:
        unit.chunks.put(replace(chunk, id="c2", content="gone"))

    def serve() -> None:
        with database.transaction() as unit:
            unit.chunks.put(replace(chunk, content="newer"))
            unit.chunks.delete(document.id, ["c2"])
        refresh_index(database, engine, document.id)

    engine.meanwhile = serve
    run(database, engine)
    assert contents(engine, document) == {(document.id, "c1"): "newer"}


def test_a_document_that_is_deleted_meanwhile_stays_out(
    database: Any, engine: WatchedEngine, document: Any, chunk: Any
) -> None:
    def serve() -> None:
        with database.transaction() as unit:
            unit.documents.delete([document.id])
        refresh_index(database, engine, document.id)

    engine.meanwhile = serve
    run(database, engine)
    assert contents(engine, document) == {}


def test_a_document_that_comes_up_after_the_clearing_stays_in(
    database: Any, engine: WatchedEngine, document: Any, chunk: Any
) -> None:
    def serve() -> None:
        with database.transaction() as unit:
            unit.documents.add(replace(document, id="g", name="b.txt"))
            unit.chunks.put(replace(chunk, document_id="g"))
        refresh_index(database, engine, "g")

    engine.meanwhile = serve
    run(database, engine)
    assert set(contents(engine, document)) == {(document.id, "c1"), ("g", "c1")}
