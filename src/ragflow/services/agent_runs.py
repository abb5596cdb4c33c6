"""Runs of agents: begin one, hear what happens, end it, and look at what happened.

In: a question, and the conversation that it belongs to. Out: the events of the runtime. Rights are
checked before the first event, so that refusals go out as plain replies. A run goes on in a task of
its own and is stored after every batch: one that was cut off goes on from there when its question
comes again. Refused: a second run in a conversation whose first one goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import structlog

from ragflow.agents.check import Plan, plan_of
from ragflow.agents.events import Event
from ragflow.agents.state import given_up, is_under_way
from ragflow.domain.agents import AgentRun, AgentSession, NodeTrace, RunState
from ragflow.domain.errors import AgentError, RagflowError
from ragflow.domain.identity import Actor
from ragflow.domain.ports import Clock, Ids
from ragflow.domain.repositories import Database, Paging, UnitOfWork
from ragflow.services.agent_environment import Environments
from ragflow.services.agent_errors import RunNotFound, SessionBusy
from ragflow.services.agent_live import SILENT_MILLISECONDS, LiveRuns
from ragflow.services.agent_sessions import (
    AgentSessionService,
    require_agent_session,
    turns_before,
)
from ragflow.services.agent_work import AgentQuestion, PreparedRun, RunWork
from ragflow.services.agents import require_agent
from ragflow.text.json_values import plain_json

log = structlog.get_logger(__name__)

_LEAVE_SECONDS = 0.5
"""How long a run may go on that nobody hears: many clients leave when they have the answer."""
_PATIENCE_SECONDS, _LOOKS = 2.0, 20

CUT_OFF = "The server stopped in the midst of this run."


class AgentRunService:
    """Run the agents of a tenant."""

    def __init__(
        self,
        database: Database,
        sessions: AgentSessionService,
        environments: Environments,
        live: LiveRuns,
        clock: Clock,
        ids: Ids,
        keep_runs: int,
    ) -> None:
        self._database = database
        self._sessions = sessions
        self._live = live
        self._clock = clock
        self._ids = ids
        self._keep_runs = keep_runs
        self._work = RunWork(database, environments, live, clock, ids)

    def begin(self, actor: Actor, agent_id: str, asked: AgentQuestion) -> PreparedRun:
        """Prepare a run.

        Raises `AgentNotFound`, `SessionNotFound`, `CanvasInvalid`, `SessionBusy`, or `InvalidInput`
        for what does not answer a form that is open, which stays open.
        """
        session = self._session(actor, agent_id, asked)
        plan = plan_of(session.dsl)  # others may write meanwhile
        with self._database.transaction() as unit:
            require_agent(unit, actor, agent_id)
            if asked.session_id:
                session = require_agent_session(unit, agent_id, session.id, asked.origin)
            else:
                unit.agent_sessions.add(session)
            last = self._last(unit, session)
            if last is not None and _goes_on(last, session, asked):
                return self._again(unit, actor, last, session, plan, asked)
            if last is not None and last.state is RunState.WAITING:
                self._work.refuse(actor, session, plan, asked)
            session = self._settled(unit, last, session)
            run = self._new(session, asked, last)
            unit.agent_runs.add(run)
            unit.agent_runs.prune(agent_id, self._keep_runs)
            before = turns_before(unit, session)
            lengths = unit.agent_sessions.lengths(session.id)
        return PreparedRun(actor, run, session, plan, asked, before, lengths=lengths)

    async def begun(self, actor: Actor, agent_id: str, asked: AgentQuestion) -> PreparedRun:
        """Prepare a run, waiting a little for one that is about to end; raises as `begin`."""
        for _ in range(_LOOKS):
            try:
                return await asyncio.to_thread(self.begin, actor, agent_id, asked)
            except SessionBusy:
                await asyncio.sleep(_PATIENCE_SECONDS / _LOOKS)
        return await asyncio.to_thread(self.begin, actor, agent_id, asked)

    async def events(self, prepared: PreparedRun) -> AsyncGenerator[Event, None]:
        """Tell what happens in a run; whoever stops listening ends it. Raises `AgentError`."""
        told: asyncio.Queue[Event | RagflowError | None] = asyncio.Queue()
        claim = prepared.run.claimed
        task = self._live.start(claim, self._work(prepared, told.put_nowait))
        task.add_done_callback(lambda done: told.put_nowait(_left(done)))
        try:
            while (item := await told.get()) is not None:
                if isinstance(item, RagflowError):
                    raise item
                yield item
        finally:
            self._live.end(claim, after_seconds=_LEAVE_SECONDS)

    def page(
        self, actor: Actor, agent_id: str, paging: Paging, session_id: str | None = None
    ) -> tuple[list[AgentRun], int]:
        """List the runs of an agent, or of one of its conversations. Raises `AgentNotFound`."""
        with self._database.reading() as unit:
            require_agent(unit, actor, agent_id)
            runs, total = unit.agent_runs.page(agent_id, paging, session_id)
        return [self._told(run) for run in runs], total

    def get(self, actor: Actor, agent_id: str, run_id: str) -> tuple[AgentRun, list[NodeTrace]]:
        """Return a run and what its components did. Raises `AgentNotFound`, `RunNotFound`."""
        with self._database.reading() as unit:
            require_agent(unit, actor, agent_id)
            run, traces = _require_run(unit, agent_id, run_id), unit.agent_runs.traces(run_id)
        return self._told(run), traces

    def cancel(self, actor: Actor, agent_id: str, run_id: str) -> bool:
        """End a run, in whatever process it goes on; tell whether it had not ended.

        Raises `AgentNotFound`, `RunNotFound`.
        """
        with self._database.transaction() as unit:
            require_agent(unit, actor, agent_id)
            run = _require_run(unit, agent_id, run_id)
            wished = unit.agent_runs.request_cancel(run_id)
            if wished and not self._lives(run):
                self._give_up(unit, run, RunState.CANCELLED, None)
        self._live.end_run(run_id)
        return wished

    def cancel_task(self, actor: Actor, task_id: str) -> None:
        """End the run of an id, or all runs of the agent of an id. Raises `AgentNotFound`."""
        with self._database.reading() as unit:
            run = unit.agent_runs.get(task_id)
            agent_id = task_id if run is None else run.agent_id
            require_agent(unit, actor, agent_id)
            open_runs = [run] if run else unit.agent_runs.open_of(agent_id)
        for each in open_runs:
            self.cancel(actor, agent_id, each.id)

    async def pause(self) -> None:
        """Leave all runs of this process to be gone on with by another one."""
        await self._live.pause()

    def _session(self, actor: Actor, agent_id: str, asked: AgentQuestion) -> AgentSession:
        """Return the conversation that is free for a question, or one that is not stored yet."""
        with self._database.reading() as unit:
            agent = require_agent(unit, actor, agent_id)
            if not asked.session_id:
                return self._sessions.new(actor, agent, asked.user_id, asked.origin)
            session = require_agent_session(unit, agent_id, asked.session_id, asked.origin)
            self._last(unit, session)
        return session

    def _last(self, unit: UnitOfWork, session: AgentSession) -> AgentRun | None:
        """Return the run before in a conversation. Raises `SessionBusy` where it goes on."""
        last = unit.agent_runs.last_of(session.id)
        if last is not None and self._lives(last):
            raise SessionBusy(id=session.id)
        return last

    def _lives(self, run: AgentRun) -> bool:
        silent_for = self._clock.milliseconds() - run.heartbeat
        return run.state is RunState.RUNNING and silent_for < SILENT_MILLISECONDS

    def _told(self, run: AgentRun) -> AgentRun:
        """Return a run as clients hear of it."""
        if run.state is not RunState.RUNNING or self._lives(run):
            return run
        return replace(run, state=RunState.CUT_OFF, error=CUT_OFF)

    def _again(
        self,
        unit: UnitOfWork,
        actor: Actor,
        run: AgentRun,
        session: AgentSession,
        plan: Plan,
        asked: AgentQuestion,
    ) -> PreparedRun:
        """Take up a run that was cut off; who had it stores nothing of it any more."""
        run = replace(run, heartbeat=self._clock.milliseconds(), claim=run.claim + 1)
        unit.agent_runs.update(run)
        return PreparedRun(
            actor,
            run,
            session,
            plan,
            asked,
            turns_before(unit, session),
            goes_on=True,
            traces=len(unit.agent_runs.traces(run.id)),
            lengths=unit.agent_sessions.lengths(session.id),
        )

    def _settled(
        self, unit: UnitOfWork, last: AgentRun | None, session: AgentSession
    ) -> AgentSession:
        """Close the run before: one that was cut off is given up, a form is being answered."""
        if last is None:
            return session
        if last.state is RunState.RUNNING:
            cancelled = last.cancel_requested
            state = RunState.CANCELLED if cancelled else RunState.FAILED
            return self._give_up(unit, last, state, None if cancelled else CUT_OFF)
        if last.state is RunState.WAITING:
            done = replace(last, state=RunState.DONE, update_time=self._clock.milliseconds())
            unit.agent_runs.update(done)
        return session

    def _give_up(
        self, unit: UnitOfWork, run: AgentRun, state: RunState, error: str | None
    ) -> AgentSession:
        """End a run that no process has; the next question begins anew."""
        now, claim = self._clock.milliseconds(), run.claim + 1
        ended = replace(run, state=state, error=error, update_time=now, claim=claim)
        unit.agent_runs.update(ended)
        session = _conversation(unit, run)
        fresh = replace(session, state=given_up(session.state), update_time=now)
        unit.agent_sessions.update(fresh)
        return fresh

    def _new(self, session: AgentSession, asked: AgentQuestion, last: AgentRun | None) -> AgentRun:
        now = self._clock.milliseconds()
        return AgentRun(
            id=self._ids.object_id(),
            agent_id=session.agent_id,
            session_id=session.id,
            question=plain_json(asked.question),
            state=RunState.RUNNING,
            create_time=now if last is None else max(now, last.create_time + 1),
            update_time=now,
            heartbeat=now,
            inputs=plain_json(asked.inputs),
        )


def _left(work: asyncio.Task[None]) -> RagflowError | None:
    """Say how work on a run ended that may have told nothing of its end."""
    if work.cancelled():
        return AgentError(CUT_OFF)
    error = work.exception()
    if error is None or isinstance(error, RagflowError):
        return error
    log.error("the work on an agent's run broke off", exc_info=error)
    return AgentError(repr(error))


def _conversation(unit: UnitOfWork, run: AgentRun) -> AgentSession:
    """Return the conversation that a run belongs to."""
    session = unit.agent_sessions.get(run.session_id)
    assert session is not None  # runs go with their conversation
    return session


def _require_run(unit: UnitOfWork, agent_id: str, run_id: str) -> AgentRun:
    run = unit.agent_runs.get(run_id)
    if run is None or run.agent_id != agent_id:
        raise RunNotFound(id=run_id)
    return run


def _goes_on(last: AgentRun, session: AgentSession, asked: AgentQuestion) -> bool:
    """Tell whether a question takes up the run that was cut off before it."""
    return (
        last.state is RunState.RUNNING
        and not last.cancel_requested
        and is_under_way(session.state)
        and asked.question in ("", last.question)
        and plain_json(asked.inputs) in ({}, last.inputs)
    )
