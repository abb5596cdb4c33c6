"""The work of a run: the runtime, with what it tells handed on and what it comes to stored.

In: a run that was prepared. Out: events, and at the end None or the error that ended it. However a
run ends, what was asked and said is stored; a run that the end of its process cuts off is left to
be gone on with.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import structlog

from ragflow.agents.check import Plan
from ragflow.agents.events import Event
from ragflow.agents.question import Question
from ragflow.agents.runtime import Runtime
from ragflow.agents.sources import merged
from ragflow.agents.state import CanvasState, state_of, told_so_far
from ragflow.domain.agents import AgentRun, AgentSession, RunState, SessionLog
from ragflow.domain.chats import SessionOrigin
from ragflow.domain.errors import AgentError, RagflowError
from ragflow.domain.identity import Actor
from ragflow.domain.ports import Clock, Ids
from ragflow.domain.repositories import Database
from ragflow.services.agent_environment import Environments
from ragflow.services.agent_errors import RunCancelled, RunDeleted, RunTaken
from ragflow.services.agent_live import Ending, LiveRuns
from ragflow.services.agent_record import Ended, RunRecord

log = structlog.get_logger(__name__)

Tell = Callable[[Event | RagflowError | None], None]


@dataclass(frozen=True, slots=True)
class AgentQuestion:
    """Ask an agent; without a session, in a conversation that begins with it.

    `inputs` are the values of its form, `files` the records of uploaded files.
    """

    question: str = ""
    session_id: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[Mapping[str, Any], ...] = ()
    user_id: str = ""
    origin: SessionOrigin = SessionOrigin.API


@dataclass(frozen=True, slots=True)
class PreparedRun:
    """Hold a run that may go on: rights are checked, and nobody else runs in its conversation."""

    actor: Actor
    run: AgentRun
    session: AgentSession
    plan: Plan
    asked: AgentQuestion
    before: Sequence[Sequence[Any]] = ()  # the last turns, as many as the canvas looks back at
    goes_on: bool = False
    traces: int = 0  # of what was done before it was cut off
    lengths: Mapping[SessionLog, int] = field(default_factory=dict)  # of the logs, before it

    @property
    def told_before(self) -> tuple[str, list[Mapping[str, Any]]]:
        """Return what the run said before it was cut off, and what each message of it cites."""
        return told_so_far(self.session.state) if self.goes_on else ("", [])


@dataclass(frozen=True, slots=True)
class RunWork:
    """Work on runs."""

    database: Database
    environments: Environments
    live: LiveRuns
    clock: Clock
    ids: Ids
    seconds: Callable[[], float] = time.perf_counter

    def refuse(self, actor: Actor, session: AgentSession, plan: Plan, asked: AgentQuestion) -> None:
        """Raise `InvalidInput` where a question does not answer the form that is open."""
        environment = self.environments.of(actor, session.agent_id)
        state = state_of(session.dsl, session.state)
        Runtime(plan, state, environment).refuse(_question(asked))

    async def __call__(self, prepared: PreparedRun, tell: Tell) -> None:
        """Run to the end, whatever it is, and store it."""
        run, session = prepared.run, prepared.session
        state = state_of(session.dsl, session.state, prepared.before)
        record = RunRecord(
            self.database,
            self.clock,
            run,
            session,
            prepared.traces,
            prepared.lengths,
            lost=lambda: self.live.end(run.claimed, Ending.LOST),
        )
        began = self.seconds()
        failure: RagflowError | None = None
        stopped: RagflowError | None = None
        try:
            how = await self._run(prepared, state, record, tell)
        except asyncio.CancelledError:
            ending = self.live.ending(run.claimed)
            if ending is Ending.PAUSED:
                await record.leave()
                tell(AgentError("The server stops. Ask again to go on."))
                return
            how = RunState.CANCELLED
            stopped = RunDeleted() if ending is Ending.LOST else RunCancelled()
        except RagflowError as error:
            how, failure = RunState.FAILED, error
        except Exception as error:
            log.exception("run of an agent failed", run=run.id)
            how, failure = RunState.FAILED, AgentError(repr(error))
        self.live.storing(run.claimed)
        said = "".join(state.said)
        if how in (RunState.FAILED, RunState.CANCELLED):
            _close(state, said)
        seconds = self.seconds() - began
        cited = merged(state.references)
        ended = Ended(how, seconds, said, cited, str(failure) if failure else None)
        try:
            await record.end(state, ended, self.ids.message_id())
        except (RunDeleted, RunTaken) as error:
            stopped = error
        except RagflowError as error:
            log.warning("the end of an agent's run is not stored", run=run.id, why=str(error))
            failure = failure or error
        tell(stopped or failure)

    async def _run(
        self, prepared: PreparedRun, state: CanvasState, record: RunRecord, tell: Tell
    ) -> RunState:
        """Run until it is done or waits for a user; tell and record what happens.

        Raises what ends a run: `RagflowError`, and `CancelledError` when others end it.
        """
        runtime = Runtime(
            prepared.plan,
            state,
            self.environments.of(prepared.actor, prepared.run.agent_id),
            run_id=prepared.run.id,
            keep=record.keep,
            seconds=self.seconds,
        )
        stream = runtime.go_on() if prepared.goes_on else runtime.run(_question(prepared.asked))
        async with aclosing(stream) as events:
            async for event in events:
                if event.trace is not None:
                    record.add(event.trace)
                tell(event)
        return RunState.WAITING if runtime.waits else RunState.DONE


def _question(asked: AgentQuestion) -> Question:
    return Question(asked.question, asked.inputs, asked.files, asked.user_id)


def _close(state: CanvasState, said: str) -> None:
    """Let the next question begin anew after a run that did not come to its end."""
    state.frontier, state.loops, state.path = [], {}, []
    pairs = state.pairs
    if said and pairs and pairs[-1][0] == "user":
        state.history.append(["assistant", said])
