"""The record of a run: what is stored of it while it goes on, and at its end.

In: the state after each batch, and traces. Out: rows that another process can go on from. States
are written behind the run, the newest alone; where nothing may follow before a state is stored, the
run waits for it. What the run adds to its conversation is appended with them, once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from ragflow.agents.state import CanvasState, kept_of
from ragflow.domain.agents import (
    AgentRun,
    AgentSession,
    NodeTrace,
    RunState,
    SessionEntry,
    SessionLog,
)
from ragflow.domain.errors import NotFound, StoreUnavailable
from ragflow.domain.ports import Clock
from ragflow.domain.repositories import Database
from ragflow.services.agent_errors import RunDeleted
from ragflow.text.json_values import plain_json

log = structlog.get_logger(__name__)

_LONGEST_TRACED = 20_000  # characters of one text


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """Hold what is to be stored; entries and traces are those that no older one has stored."""

    kept: Mapping[str, Any]
    steps: int
    tokens: int
    entries: tuple[SessionEntry, ...]
    traces: tuple[NodeTrace, ...]

    def after(self, older: _Snapshot | None) -> _Snapshot:
        """Return this one with all that it takes over from one that was not stored."""
        if older is None:
            return self
        return replace(
            self,
            entries=(*older.entries, *self.entries),
            traces=(*older.traces, *self.traces),
        )


@dataclass(frozen=True, slots=True)
class Ended:
    """Say how a run ended; `said` is all that it told the user, `reference` what that cites."""

    state: RunState
    seconds: float
    said: str = ""
    reference: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None


class RunRecord:
    """Store one run; `gone` is called when its conversation was deleted."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        run: AgentRun,
        session: AgentSession,
        first_trace: int,
        gone: Callable[[], object],
    ) -> None:
        self._database = database
        self._clock = clock
        self._run = run
        self._session = session
        self._first_trace = first_trace
        self._gone = gone
        self._traces: list[NodeTrace] = []
        self._pairs = self._retrieved = 0  # of what the run adds, those that were handed over
        self._waiting: _Snapshot | None = None
        self._writing: asyncio.Task[None] | None = None
        self._failure: StoreUnavailable | None = None

    def add(self, trace: NodeTrace) -> None:
        """Note what a component did; it is stored with the next state."""
        self._traces.append(
            replace(
                trace,
                ordinal=self._first_trace + trace.ordinal,
                inputs=plain_json(trace.inputs, longest=_LONGEST_TRACED),
                outputs=plain_json(trace.outputs, longest=_LONGEST_TRACED),
                error=plain_json(trace.error),
            )
        )

    async def keep(self, state: CanvasState, at_once: bool) -> None:
        """Store a state, now or soon. Raises `StoreUnavailable` where it must be now."""
        self._waiting = self._snapshot(state)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        if at_once:
            await self._flushed()

    async def end(self, state: CanvasState, ended: Ended, message_id: str) -> None:
        """Store how a run ended, and what was asked and said in its conversation.

        Raises `RunDeleted` where that is gone, and `StoreUnavailable`.
        """
        await self._settled()
        last = self._snapshot(state)
        await asyncio.to_thread(self._store_end, last, ended, message_id)

    async def leave(self) -> None:
        """Leave a run to be gone on with by another process at once."""
        await self._settled()
        await asyncio.to_thread(self._store_left)

    def _snapshot(self, state: CanvasState) -> _Snapshot:
        """Hold what is to be stored, while the run goes on to change its state."""
        entries, traces = self._added(state), tuple(self._traces)
        self._traces = []
        newest = _Snapshot(kept_of(state), state.steps, state.tokens, entries, traces)
        return newest.after(self._waiting)

    def _added(self, state: CanvasState) -> tuple[SessionEntry, ...]:
        """Return what the run has added to its conversation since it was last asked."""
        pairs, retrieved = state.history[self._pairs :], state.retrieval[self._retrieved :]
        self._pairs, self._retrieved = len(state.history), len(state.retrieval)
        return (
            *(SessionEntry(SessionLog.HISTORY, pair) for pair in pairs),
            *(SessionEntry(SessionLog.RETRIEVAL, each) for each in retrieved),
        )

    async def _write(self) -> None:
        """Store the newest state until there is none that is not stored."""
        while (snapshot := self._waiting) is not None:
            self._waiting = None
            try:
                await asyncio.to_thread(self._store, snapshot)
            except NotFound:
                self._gone()
                return
            except StoreUnavailable as error:
                self._waiting = snapshot if self._waiting is None else self._waiting.after(snapshot)
                self._failure = error
                return
            self._failure = None

    async def _flushed(self) -> None:
        """Wait until what was handed over is stored. Raises `StoreUnavailable`."""
        if self._writing is not None:
            await asyncio.shield(self._writing)
        if self._failure is not None:
            raise self._failure

    async def _settled(self) -> None:
        """Wait for what is being stored, whether it can be or not."""
        try:
            await self._flushed()
        except StoreUnavailable as error:
            log.warning("the state of an agent's run is not stored", why=str(error))

    def _store(self, snapshot: _Snapshot) -> None:
        now = self._clock.milliseconds()
        with self._database.transaction() as unit:
            unit.agent_sessions.keep_state(self._session.id, plain_json(snapshot.kept), now)
            unit.agent_sessions.append(self._session.id, _plain(snapshot.entries))
            unit.agent_runs.update(self._advanced(snapshot, now))
            unit.agent_runs.add_traces(snapshot.traces)

    def _store_end(self, last: _Snapshot, ended: Ended, message_id: str) -> None:
        now = self._clock.milliseconds()
        run = replace(
            self._advanced(last, now),
            state=ended.state,
            error=plain_json(ended.error),
            elapsed_seconds=self._run.elapsed_seconds + ended.seconds,
        )
        with self._database.transaction() as unit:
            session = unit.agent_sessions.get(self._session.id)
            if session is None or unit.agent_runs.get(run.id) is None:
                raise RunDeleted
            unit.agent_sessions.update(
                replace(
                    session,
                    state=plain_json(last.kept),
                    tokens=session.tokens + run.tokens,
                    duration=session.duration + run.elapsed_seconds,
                    round=session.round + 1,
                    errors=run.error or session.errors,  # why the last failed that did
                    update_time=now,
                )
            )
            told = (*last.entries, *self._told(ended, message_id))
            unit.agent_sessions.append(session.id, _plain(told))
            unit.agent_runs.update(run)
            unit.agent_runs.add_traces(last.traces)

    def _store_left(self) -> None:
        with self._database.transaction() as unit:
            stored = unit.agent_runs.get(self._run.id)
            if stored is not None:
                unit.agent_runs.update(replace(stored, heartbeat=0))

    def _advanced(self, snapshot: _Snapshot, now: int) -> AgentRun:
        return replace(
            self._run,
            steps=snapshot.steps,
            tokens=snapshot.tokens,
            update_time=now,
            heartbeat=now,
        )

    def _told(self, ended: Ended, message_id: str) -> Iterator[SessionEntry]:
        """Yield what clients find of the run in its conversation."""
        created_at = self._clock.seconds()
        for role, content in (("user", self._run.question), ("assistant", ended.said)):
            if content:
                message = {
                    "role": role,
                    "content": content,
                    "id": message_id,
                    "created_at": created_at,
                }
                yield SessionEntry(SessionLog.MESSAGES, message)
        if ended.said:
            yield SessionEntry(SessionLog.REFERENCES, ended.reference)


def _plain(entries: Iterable[SessionEntry]) -> list[SessionEntry]:
    return [replace(entry, value=plain_json(entry.value)) for entry in entries]
