"""The record of a run: what is stored of it while it goes on, and at its end.

In: the state after each batch, and traces. Out: rows that another process can go on from. States
are written behind the run, the newest alone; where nothing may follow before a state is stored, the
run waits for it. What the run adds to its conversation is appended with them, once: all of it has
its place from the first, so that what may have been stored, or not, is stored again without harm.
Refused: a run that was deleted, or that another process has taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
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
from ragflow.domain.repositories import Database, UnitOfWork
from ragflow.services.agent_errors import RunDeleted, RunTaken
from ragflow.text.json_values import plain_json

log = structlog.get_logger(__name__)

_LONGEST_TRACED = 20_000  # characters of one text
_PAUSES = (0.1, 1.0)
"""Seconds before a database that stays away is tried again; runs are long, and its gaps short."""
_LOST = (NotFound, RunDeleted, RunTaken)


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
    """Store one run; `lost` is called when it was deleted, or taken by another process.

    `first_trace` is the ordinal of its next trace, `lengths` are those of its conversation's logs.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        run: AgentRun,
        session: AgentSession,
        first_trace: int,
        lengths: Mapping[SessionLog, int],
        lost: Callable[[], object],
        pauses: Sequence[float] = _PAUSES,
    ) -> None:
        self._database = database
        self._clock = clock
        self._run = run
        self._session = session
        self._first_trace = first_trace
        self._lengths = {log: lengths.get(log, 0) for log in SessionLog}
        self._lost = lost
        self._pauses = pauses
        self._traces: list[NodeTrace] = []
        self._pairs = self._retrieved = 0  # of what the run adds, those that were handed over
        self._waiting: _Snapshot | None = None
        self._writing: asyncio.Task[None] | None = None

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
        """Store a state, now or soon.

        Where it must be now, raises `StoreUnavailable`, `RunTaken`, and `RunDeleted` or `NotFound`.
        """
        self._waiting = self._snapshot(state)
        if self._writing is None or self._writing.done():
            self._tell_failure()
            self._writing = asyncio.create_task(self._write())
        if at_once:
            await asyncio.shield(self._writing)

    async def end(self, state: CanvasState, ended: Ended, message_id: str) -> None:
        """Store how a run ended, and what was asked and said in its conversation.

        Raises `RunDeleted` where that is gone, `RunTaken` and `StoreUnavailable`.
        """
        await self._settled()
        last = self._snapshot(state)
        await self._persist(partial(self._store_end, last, ended, message_id))

    async def leave(self) -> None:
        """Leave a run to be gone on with by another process, at once where that can be stored."""
        await self._settled()
        try:
            await asyncio.to_thread(self._store_left)
        except StoreUnavailable as error:
            log.warning("an agent's run is not seen to be left", run=self._run.id, why=str(error))

    def _snapshot(self, state: CanvasState) -> _Snapshot:
        """Hold what is to be stored, while the run goes on to change its state."""
        entries, traces = self._added(state), tuple(self._traces)
        self._traces = []
        newest = _Snapshot(kept_of(state), state.steps, state.tokens, entries, traces)
        return newest.after(self._waiting)

    def _added(self, state: CanvasState) -> tuple[SessionEntry, ...]:
        """Return what the run has added to its conversation since it was last asked."""
        pairs = self._entries(SessionLog.HISTORY, state.history, self._pairs)
        retrieved = self._entries(SessionLog.RETRIEVAL, state.retrieval, self._retrieved)
        self._pairs, self._retrieved = len(state.history), len(state.retrieval)
        return (*pairs, *retrieved)

    def _entries(
        self, log: SessionLog, values: Sequence[Any], first: int = 0
    ) -> Iterator[SessionEntry]:
        """Yield what the run adds to a log, from its value `first` on, each at its place there."""
        for place, value in enumerate(values[first:], self._lengths[log] + first):
            yield SessionEntry(log, place, plain_json(value))

    async def _write(self) -> None:
        """Store the newest state until there is none that is not stored."""
        while (snapshot := self._waiting) is not None:
            self._waiting = None
            is_stored = False
            try:
                await self._persist(partial(self._store, snapshot))
                is_stored = True
            except _LOST:
                self._lost()
                raise
            finally:
                if not is_stored:
                    newer = self._waiting
                    self._waiting = snapshot if newer is None else newer.after(snapshot)

    async def _persist(self, store: Callable[[], None]) -> None:
        """Store something in a thread; a database that stays away is tried again."""
        for pause in self._pauses:
            try:
                return await asyncio.to_thread(store)
            except StoreUnavailable as error:
                log.warning("an agent's run is not stored yet", run=self._run.id, why=str(error))
            await asyncio.sleep(pause)
        return await asyncio.to_thread(store)

    async def _settled(self) -> None:
        """Wait for what is being stored, whether it can be or not: it is stored with the end."""
        if self._writing is not None:
            await asyncio.wait([self._writing])
            self._tell_failure()

    def _tell_failure(self) -> None:
        """Log why the last state could not be stored, if it could not."""
        error = self._writing.exception() if self._writing is not None else None
        if error is not None:
            log.warning("a state of an agent's run is not stored", run=self._run.id, exc_info=error)

    def _require_claim(self, unit: UnitOfWork) -> AgentRun:
        """Return the run as it is stored, locked. Raises `RunDeleted`, `RunTaken`."""
        stored = unit.agent_runs.get(self._run.id)
        if stored is None:
            raise RunDeleted
        if stored.claim != self._run.claim:
            raise RunTaken
        return stored

    def _store(self, snapshot: _Snapshot) -> None:
        now = self._clock.milliseconds()
        kept = plain_json(snapshot.kept)
        with self._database.transaction() as unit:
            # The conversation is locked before the run, as by all who write both.
            unit.agent_sessions.keep_state(self._session.id, kept, now)
            self._require_claim(unit)
            unit.agent_sessions.append(self._session.id, snapshot.entries)
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
            if session is None:
                raise RunDeleted
            if self._require_claim(unit).state is not RunState.RUNNING:
                return  # it was stored the time before, whose answer got lost
            unit.agent_sessions.update(
                replace(
                    session,
                    state=plain_json(last.kept),
                    tokens=session.tokens + run.tokens,
                    duration=session.duration + run.elapsed_seconds,
                    round=session.round + 1,
                    errors=run.error,
                    update_time=now,
                )
            )
            told = (*last.entries, *self._told(ended, message_id))
            unit.agent_sessions.append(session.id, told)
            unit.agent_runs.update(run)
            unit.agent_runs.add_traces(last.traces)

    def _store_left(self) -> None:
        with self._database.transaction() as unit:
            stored = unit.agent_runs.get(self._run.id)
            if stored is not None and stored.claim == self._run.claim:
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
        messages = [
            {"role": role, "content": content, "id": message_id, "created_at": created_at}
            for role, content in (("user", self._run.question), ("assistant", ended.said))
            if content
        ]
        yield from self._entries(SessionLog.MESSAGES, messages)
        yield from self._entries(SessionLog.REFERENCES, [ended.reference] if ended.said else [])
