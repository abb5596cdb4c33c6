"""The record of a run: what is stored of it while it goes on, and at its end.

In: the state after each batch, and traces. Out: rows that another process can go on from. States
are written behind the run, the newest alone; where nothing may follow before a state is stored, the
run waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from ragflow.agents.state import CanvasState, dsl_with, kept_beside
from ragflow.domain.agents import AgentRun, AgentSession, NodeTrace, RunState
from ragflow.domain.errors import NotFound, StoreUnavailable
from ragflow.domain.ports import Clock
from ragflow.domain.repositories import Database
from ragflow.services.agent_errors import RunDeleted
from ragflow.text.json_values import plain_json

log = structlog.get_logger(__name__)

_LONGEST_TRACED = 20_000  # characters of one text


@dataclass(frozen=True, slots=True)
class _Snapshot:
    dsl: Mapping[str, Any]
    beside: Mapping[str, Any]
    steps: int
    tokens: int
    traces: tuple[NodeTrace, ...]


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
        traces = (*self._all_traces(self._waiting), *self._traces)
        self._traces = []
        dsl, beside = dsl_with(state, self._session.dsl), kept_beside(state)
        return _Snapshot(dsl, beside, state.steps, state.tokens, traces)

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
                newer = self._waiting or snapshot
                self._waiting = replace(newer, traces=self._all_traces(snapshot, self._waiting))
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

    @staticmethod
    def _all_traces(*snapshots: _Snapshot | None) -> tuple[NodeTrace, ...]:
        return tuple(trace for each in snapshots if each for trace in each.traces)

    def _store(self, snapshot: _Snapshot) -> None:
        now = self._clock.milliseconds()
        with self._database.transaction() as unit:
            unit.agent_sessions.keep_state(
                self._session.id, plain_json(snapshot.dsl), plain_json(snapshot.beside), now
            )
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
                    dsl=plain_json(last.dsl),
                    state=plain_json(last.beside),
                    messages=[*session.messages, *self._messages(ended, message_id)],
                    references=[
                        *session.references,
                        *([plain_json(ended.reference)] if ended.said else []),
                    ],
                    tokens=session.tokens + run.tokens,
                    duration=session.duration + run.elapsed_seconds,
                    round=session.round + 1,
                    errors=run.error,
                    update_time=now,
                )
            )
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

    def _messages(self, ended: Ended, message_id: str) -> list[dict[str, Any]]:
        created_at = self._clock.seconds()
        asked = {"role": "user", "content": plain_json(self._run.question)}
        answer = {"role": "assistant", "content": plain_json(ended.said)}
        return [
            {**message, "id": message_id, "created_at": created_at}
            for message in (asked, answer)
            if message["content"]
        ]
