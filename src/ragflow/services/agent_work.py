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
from ragflow.agents.runtime import Question, Runtime
from ragflow.agents.state import CanvasState, state_of
from ragflow.domain.agents import AgentRun, AgentSession, RunState
from ragflow.domain.chats import SessionOrigin
from ragflow.domain.errors import AgentError, RagflowError
from ragflow.domain.identity import Actor
from ragflow.domain.ports import Clock, Ids
from ragflow.domain.repositories import Database
from ragflow.services.agent_environment import Environments
from ragflow.services.agent_errors import RunCancelled, RunDeleted
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
            gone=lambda: self.live.end(run.id, Ending.DELETED),
        )
        began = self.seconds()
        reference: Mapping[str, Any] = {}
        failure: RagflowError | None = None
        stopped: RagflowError | None = None
        try:
            environment = self.environments.of(prepared.actor, run.agent_id)
            runtime = Runtime(
                prepared.plan,
                state,
                environment,
                run_id=run.id,
                keep=record.keep,
                seconds=self.seconds,
            )
            stream = runtime.go_on() if prepared.goes_on else runtime.run(_question(prepared.asked))
            try:
                async with aclosing(environment.tool_servers), aclosing(stream) as events:
                    async for event in events:
                        if event.trace is not None:
                            record.add(event.trace)
                        tell(event)
            finally:
                reference = runtime.reference
            how = RunState.WAITING if runtime.waits else RunState.DONE
        except asyncio.CancelledError:
            ending = self.live.ending(run.id)
            if ending is Ending.PAUSED:
                await record.leave()
                tell(AgentError("The server stops. Ask again to go on."))
                return
            how = RunState.CANCELLED
            stopped = RunDeleted() if ending is Ending.DELETED else RunCancelled()
        except RagflowError as error:
            how, failure = RunState.FAILED, error
        except Exception as error:
            log.exception("run of an agent failed", run=run.id)
            how, failure = RunState.FAILED, AgentError(repr(error))
        self.live.storing(run.id)
        said = "".join(state.said)
        if how in (RunState.FAILED, RunState.CANCELLED):
            _close(state, said)
        seconds = self.seconds() - began
        ended = Ended(how, seconds, said, reference, str(failure) if failure else None)
        try:
            await record.end(state, ended, self.ids.message_id())
        except RunDeleted as error:
            stopped = error
        except RagflowError as error:
            log.warning("the end of an agent's run is not stored", run=run.id, why=str(error))
            failure = failure or error
        tell(stopped or failure)


def _question(asked: AgentQuestion) -> Question:
    return Question(asked.question, asked.inputs, asked.files, asked.user_id)


def _close(state: CanvasState, said: str) -> None:
    """Let the next question begin anew after a run that did not come to its end."""
    state.frontier, state.loops, state.path = [], {}, []
    pairs = state.pairs
    if said and pairs and pairs[-1][0] == "user":
        state.history.append(["assistant", said])
