"""Conversations with agents: begin, list and delete them.

A conversation has the agent's canvas as it was when it began, so that a later change of the agent
does not break it. Clients see that canvas with the state that the conversation has come to, and the
logs that have grown with it; a run reads of these no more than its models are told of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ragflow.agents.dsl import blank, prologue_of, widest_window
from ragflow.agents.state import dsl_with, state_of
from ragflow.domain.agents import Agent, AgentSession, SessionEntry, SessionLog
from ragflow.domain.chats import SessionOrigin
from ragflow.domain.identity import Actor
from ragflow.domain.ports import Clock, Ids
from ragflow.domain.repositories import Database, Paging, UnitOfWork
from ragflow.services.agent_errors import NoSessions
from ragflow.services.agent_live import Ending, LiveRuns
from ragflow.services.agents import require_agent
from ragflow.services.bulk import BulkOutcome, unique
from ragflow.services.errors import SessionNotFound

_TOLD = (SessionLog.MESSAGES, SessionLog.REFERENCES)
_IN_THE_CANVAS = (SessionLog.HISTORY, SessionLog.RETRIEVAL)


@dataclass(frozen=True, slots=True)
class AgentConversation:
    """Hold a conversation as clients see it; `dsl` is its canvas with what it has come to.

    `messages` are wire objects, `references` one object for each answer.
    """

    session: AgentSession
    messages: Sequence[Mapping[str, Any]] = ()
    references: Sequence[Mapping[str, Any]] = ()
    dsl: Mapping[str, Any] = field(default_factory=dict)


class AgentSessionService:
    """Manage the conversations of a tenant's agents."""

    def __init__(self, database: Database, live: LiveRuns, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._live = live
        self._clock = clock
        self._ids = ids

    def create(
        self,
        actor: Actor,
        agent_id: str,
        user_id: str = "",
        origin: SessionOrigin = SessionOrigin.API,
    ) -> AgentConversation:
        """Begin a conversation with the agent's prologue. Raises `AgentNotFound`."""
        with self._database.transaction() as unit:
            agent = require_agent(unit, actor, agent_id)
            session = self.new(actor, agent, user_id, origin)
            prologue = {"role": "assistant", "content": prologue_of(agent.dsl)}
            unit.agent_sessions.add(session)
            unit.agent_sessions.append(session.id, [SessionEntry(SessionLog.MESSAGES, 0, prologue)])
        return AgentConversation(session, [prologue], dsl=session.dsl)

    def new(
        self,
        actor: Actor,
        agent: Agent,
        user_id: str = "",
        origin: SessionOrigin = SessionOrigin.API,
    ) -> AgentSession:
        """Return a conversation that is not stored yet."""
        now = self._clock.milliseconds()
        return AgentSession(
            id=self._ids.object_id(),
            agent_id=agent.id,
            user_id=user_id or actor.tenant_id,
            create_time=now,
            update_time=now,
            origin=origin,
            dsl=blank(agent.dsl),
        )

    def page(
        self,
        actor: Actor,
        agent_id: str,
        paging: Paging,
        session_id: str | None = None,
        user_id: str | None = None,
        *,
        with_canvas: bool = True,
    ) -> list[AgentConversation]:
        """List the conversations that pass the filters. Raises `AgentNotFound`."""
        with self._database.reading() as unit:
            require_agent(unit, actor, agent_id)
            found, _ = unit.agent_sessions.page(
                agent_id, paging, session_id, user_id, with_canvas=with_canvas
            )
            logs = (*_TOLD, *_IN_THE_CANVAS) if with_canvas else _TOLD
            entries = unit.agent_sessions.entries([session.id for session in found], logs)
        return [_seen(session, entries[session.id]) for session in found]

    def delete(self, actor: Actor, agent_id: str, session_ids: Sequence[str] | None) -> BulkOutcome:
        """Delete an agent's conversations, None for all. Raises `AgentNotFound`, `NoSessions`.

        Those with known ids are gone in any case, and their runs end.
        """
        with self._database.transaction() as unit:
            require_agent(unit, actor, agent_id)
            known = unit.agent_sessions.ids(agent_id)
            if not known:
                raise NoSessions(id=agent_id)
            wanted, duplicates = unique(known if session_ids is None else session_ids)
            gone = set(wanted).intersection(known)
            runs = unit.agent_runs.open_of(agent_id)
            unit.agent_sessions.delete(sorted(gone))
        for run in runs:
            if run.session_id in gone:
                self._live.end_run(run.id, Ending.LOST)
        unknown = tuple(each for each in wanted if each not in gone)
        return BulkOutcome(len(gone), duplicates, unknown)


def require_agent_session(
    unit: UnitOfWork, agent_id: str, session_id: str, origin: SessionOrigin = SessionOrigin.API
) -> AgentSession:
    """Return a conversation of an agent that was checked before. Raises `SessionNotFound`."""
    session = unit.agent_sessions.get(session_id)
    if session is None or (session.agent_id, session.origin) != (agent_id, origin):
        raise SessionNotFound(id=session_id)
    return session


def turns_before(unit: UnitOfWork, session: AgentSession) -> list[Any]:
    """Return the last turns of a conversation, as many as its canvas looks back at."""
    pairs = 2 * widest_window(session.dsl) + 1  # the question of a run that is taken up is there
    return unit.agent_sessions.last_entries(session.id, SessionLog.HISTORY, pairs)


def _seen(session: AgentSession, logs: Mapping[SessionLog, Sequence[Any]]) -> AgentConversation:
    dsl: Mapping[str, Any] = {}
    if SessionLog.HISTORY in logs:
        grown = {log.value: logs[log] for log in _IN_THE_CANVAS}
        dsl = dsl_with(state_of({**session.dsl, **grown}, session.state), session.dsl)
    return AgentConversation(session, logs[SessionLog.MESSAGES], logs[SessionLog.REFERENCES], dsl)
