"""What a run stores is stored once: though answers get lost, and though another process has it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from ragflow.adapters.db.database import SqlDatabase
from ragflow.agents.state import CanvasState
from ragflow.domain.agents import AgentRun, AgentSession, NodeTrace, RunState, SessionLog
from ragflow.domain.errors import StoreUnavailable
from ragflow.services.agent_errors import RunTaken
from ragflow.services.agent_record import Ended, RunRecord
from ragflow.testing.clock import FixedClock
from ragflow.testing.database.samples import a_run

pytestmark = pytest.mark.usefixtures("running")

DONE = Ended(RunState.DONE, 1.0, "To Rome.", {"chunks": {}})


class Faulty:
    """Hand out units of work, some of which fail, before or after their commit."""

    def __init__(self, database: SqlDatabase) -> None:
        self.database = database
        self.before: list[Exception] = []
        self.after: list[Exception] = []

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        if self.before:
            raise self.before.pop()
        with self.database.transaction() as unit:
            yield unit
        if self.after:
            raise self.after.pop()


def away() -> StoreUnavailable:
    return StoreUnavailable(store="metadata database", reason="the connection was lost")


def stored(database: SqlDatabase) -> tuple[AgentSession, AgentRun, dict[SessionLog, list[Any]]]:
    with database.reading() as work:
        session, run = work.agent_sessions.get("session-1"), work.agent_runs.get("run-1")
        logs = work.agent_sessions.entries(["session-1"], list(SessionLog))["session-1"]
    assert session is not None
    assert run is not None
    return session, run, logs


def record_of(
    database: Any, lost: Callable[[], object] = list, pauses: tuple[float, ...] = (), claim: int = 0
) -> RunRecord:
    """Return the record of a run as its process holds it, from what is stored now."""
    source = database.database if isinstance(database, Faulty) else database
    session, run, logs = stored(source)
    lengths = {log: len(entries) for log, entries in logs.items()}
    run = replace(run, claim=claim)
    return RunRecord(database, FixedClock(), run, session, 0, lengths, lost, pauses)


def going(*turns: str) -> CanvasState:
    roles = ("user", "assistant")
    history = [[roles[number % 2], content] for number, content in enumerate(turns)]
    return CanvasState(frontier=["LLM:One"], history=history, tokens=7)


def trace(ordinal: int) -> NodeTrace:
    return NodeTrace("run-1", ordinal, "LLM:One", "LLM", "One", 1.0, 0.5)


def assert_told_once(database: SqlDatabase) -> None:
    """Assert that the conversation and the run are what one run has made of them."""
    session, run, logs = stored(database)
    assert logs[SessionLog.HISTORY] == [["user", "Where to?"], ["assistant", "To Rome."]]
    said = [message["content"] for message in logs[SessionLog.MESSAGES]]
    assert said == ["Where to?", "To Rome."]
    assert logs[SessionLog.REFERENCES] == [{"chunks": {}}]
    assert (session.tokens, session.round, run.state) == (7, 1, RunState.DONE)
    with database.reading() as work:
        assert [each.ordinal for each in work.agent_runs.traces("run-1")] == [0, 1]


@pytest.mark.parametrize("pauses", [(), (0.0,)])
@pytest.mark.parametrize("fails", ["before", "after"])
@pytest.mark.parametrize("error", [away(), RuntimeError("odd")])
def test_a_state_whose_storing_failed_is_stored_once(
    database: SqlDatabase, error: Exception, fails: str, pauses: tuple[float, ...]
) -> None:
    async def run() -> None:
        faulty = Faulty(database)
        record = record_of(faulty, pauses=pauses)
        getattr(faulty, fails).append(error)
        record.add(trace(0))
        await record.keep(going("Where to?"), False)
        record.add(trace(1))
        await record.end(going("Where to?", "To Rome."), DONE, "m")

    asyncio.run(run())
    assert_told_once(database)


@pytest.mark.parametrize("fails", ["before", "after"])
def test_an_end_whose_storing_failed_is_stored_once(database: SqlDatabase, fails: str) -> None:
    async def run() -> None:
        faulty = Faulty(database)
        record = record_of(faulty, pauses=(0.0, 0.0))
        record.add(trace(0))
        record.add(trace(1))
        getattr(faulty, fails).extend([away(), away()])
        await record.end(going("Where to?", "To Rome."), DONE, "m")

    asyncio.run(run())
    assert_told_once(database)


def test_a_process_that_wakes_up_stores_nothing_of_a_run_that_was_taken(
    database: SqlDatabase,
) -> None:
    lost: list[str] = []

    async def run() -> None:
        stale = record_of(database, lambda: lost.append("lost"))
        stale.add(trace(0))
        await stale.keep(going("Where to?"), True)
        with database.transaction() as work:
            work.agent_runs.update(replace(a_run(), claim=1))
        owner = record_of(database, claim=1)
        with pytest.raises(RunTaken):
            await stale.keep(going("Where to?", "To Bonn."), True)
        state = CanvasState(history=[["assistant", "To Rome."]], tokens=7)
        owner.add(trace(1))
        await owner.end(state, DONE, "m")
        with pytest.raises(RunTaken):
            await stale.end(going("Where to?", "To Bonn."), DONE, "m")
        await stale.leave()

    asyncio.run(run())
    assert lost
    assert_told_once(database)
    assert stored(database)[1].heartbeat != 0


def test_a_run_that_is_left_while_the_database_is_away_is_left(database: SqlDatabase) -> None:
    async def run() -> None:
        faulty = Faulty(database)
        record = record_of(faulty)
        faulty.before = [away()]
        await record.leave()

    asyncio.run(run())
    assert stored(database)[1].state is RunState.RUNNING
