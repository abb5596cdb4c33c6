"""The record of a run: what is stored when, and what happens where it cannot be."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from ragflow.adapters.db.database import SqlDatabase
from ragflow.agents.state import CanvasState
from ragflow.domain.agents import NodeTrace, RunState, SessionLog
from ragflow.domain.errors import NotFound, StoreUnavailable
from ragflow.services.agent_errors import RunDeleted
from ragflow.services.agent_record import Ended, RunRecord
from ragflow.testing.clock import FixedClock
from ragflow.testing.database.samples import a_run, an_agent_session

pytestmark = pytest.mark.usefixtures("running")


class Failing:
    """Hand out the units of work of a database as long as it is up."""

    def __init__(self, database: SqlDatabase) -> None:
        self.database = database
        self.is_up = True

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        if not self.is_up:
            raise StoreUnavailable(store="metadata database", reason="it is down")
        with self.database.transaction() as unit:
            yield unit


def record_of(database: Any, gone: list[str]) -> RunRecord:
    session = an_agent_session()
    return RunRecord(
        database,
        FixedClock(),
        a_run(),
        session,
        first_trace=0,
        lengths={},
        lost=lambda: gone.append("gone"),
        pauses=(),
    )


def trace(ordinal: int, **outputs: Any) -> NodeTrace:
    return NodeTrace("run-1", ordinal, "LLM:One", "LLM", "One", 1.0, 0.5, {}, outputs)


def state(*path: str) -> CanvasState:
    return CanvasState(path=list(path), frontier=["LLM:One"], steps=len(path))


def stored(database: SqlDatabase) -> tuple[list[str], int, list[int]]:
    with database.reading() as work:
        session, run = work.agent_sessions.get("session-1"), work.agent_runs.get("run-1")
        assert session is not None
        assert run is not None
        traces = [each.ordinal for each in work.agent_runs.traces("run-1")]
        return list(session.state["path"]), run.steps, traces


def test_a_state_that_must_be_stored_is_stored_before_anything_follows(
    database: SqlDatabase,
) -> None:
    async def keep() -> None:
        record = record_of(database, [])
        record.add(trace(0))
        await record.keep(state("begin"), True)
        assert stored(database) == (["begin"], 1, [0])

    asyncio.run(keep())


def test_of_states_that_come_fast_the_newest_is_stored_with_all_traces(
    database: SqlDatabase,
) -> None:
    async def keep() -> None:
        record = record_of(database, [])
        for number in range(20):
            record.add(trace(number))
            await record.keep(state(*["begin"] * number), False)
        await record.keep(state("begin", "LLM:One"), True)
        assert stored(database) == (["begin", "LLM:One"], 2, list(range(20)))

    asyncio.run(keep())


def test_what_could_not_be_stored_is_stored_with_the_next_state(database: SqlDatabase) -> None:
    async def keep() -> None:
        failing = Failing(database)
        record = record_of(failing, [])
        failing.is_up = False
        record.add(trace(0))
        with pytest.raises(StoreUnavailable):
            await record.keep(state("begin"), True)
        failing.is_up = True
        record.add(trace(1))
        await record.keep(state("begin", "LLM:One"), True)
        assert stored(database) == (["begin", "LLM:One"], 2, [0, 1])

    asyncio.run(keep())


def test_values_that_no_database_keeps_are_stored_as_near_as_can_be(
    database: SqlDatabase,
) -> None:
    async def keep() -> None:
        record = record_of(database, [])
        record.add(trace(0, text="a\x00b\ud800", number=float("nan"), kind=int, long="x" * 50_000))
        await record.keep(state("begin"), True)

    asyncio.run(keep())
    with database.reading() as work:
        (kept,) = work.agent_runs.traces("run-1")
    assert kept.outputs["text"] == "a\ufffdb\ufffd"
    assert kept.outputs["number"] is None
    assert kept.outputs["kind"] == "<class 'int'>"
    assert len(kept.outputs["long"]) < 50_000


def test_a_conversation_that_is_deleted_ends_its_run(database: SqlDatabase) -> None:
    gone: list[str] = []

    async def keep() -> None:
        record = record_of(database, gone)
        with database.transaction() as work:
            work.agent_sessions.delete(["session-1"])
        with pytest.raises(NotFound):
            await record.keep(state("begin"), True)
        with pytest.raises(RunDeleted):
            await record.end(state("begin"), Ended(RunState.DONE, 1.0), "m")

    asyncio.run(keep())
    assert gone == ["gone"]


def test_the_end_of_a_run_adds_to_what_the_conversation_took(database: SqlDatabase) -> None:
    async def end() -> None:
        record = record_of(database, [])
        ended = Ended(RunState.DONE, 2.0, "To Rome.", {"chunks": {}, "doc_aggs": {}})
        await record.end(replace(state(), tokens=7), ended, "m")

    asyncio.run(end())
    with database.reading() as work:
        session, run = work.agent_sessions.get("session-1"), work.agent_runs.get("run-1")
    assert session is not None
    assert run is not None
    logs = grown(database)
    said = [(each["role"], each["content"]) for each in logs[SessionLog.MESSAGES]]
    assert said == [("user", "Where to?"), ("assistant", "To Rome.")]
    assert logs[SessionLog.REFERENCES] == [{"chunks": {}, "doc_aggs": {}}]
    assert (session.tokens, session.duration, session.round) == (7, 2.5, 1)
    assert (run.state, run.tokens, run.elapsed_seconds) == (RunState.DONE, 7, 2.0)


def test_what_a_run_adds_is_appended_once_however_often_it_is_kept(database: SqlDatabase) -> None:
    async def converse() -> None:
        failing = Failing(database)
        record = record_of(failing, [])
        going = state("begin")
        going.history.append(["user", "Where to?"])
        await record.keep(going, True)
        await record.keep(going, True)
        failing.is_up = False
        going.history.append(["user", "No, really: where to?"])
        with pytest.raises(StoreUnavailable):
            await record.keep(going, True)
        failing.is_up = True
        going.history.append(["assistant", "To Rome."])
        going.retrieval.append({"chunks": {}})
        await record.end(going, Ended(RunState.DONE, 1.0, "To Rome."), "m")

    asyncio.run(converse())
    logs = grown(database)
    asked = [["user", "Where to?"], ["user", "No, really: where to?"]]
    assert logs[SessionLog.HISTORY] == [*asked, ["assistant", "To Rome."]]
    assert logs[SessionLog.RETRIEVAL] == [{"chunks": {}}]


def grown(database: SqlDatabase) -> dict[SessionLog, list[Any]]:
    with database.reading() as work:
        return work.agent_sessions.entries(["session-1"], list(SessionLog))["session-1"]
