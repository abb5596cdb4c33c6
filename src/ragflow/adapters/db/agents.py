"""Agents in SQL: their canvases, what these were, and the conversations with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, select

from ragflow.adapters.db.base import (
    IDS_PER_STATEMENT,
    Repository,
    Values,
    batches,
    but_newest,
    fields_of,
    matching,
    orderable,
    paged,
)
from ragflow.adapters.db.tables import agent_sessions, agent_versions, agents
from ragflow.domain.agents import Agent, AgentSession, AgentVersion
from ragflow.domain.chats import SessionOrigin
from ragflow.domain.repositories import Paging

_ORDERS = orderable(agents, Agent)
_SESSION_ORDERS = orderable(agent_sessions, AgentSession)
_CANVAS = ("dsl", "state")


class SqlAgents(Repository):
    """Keep agents and their versions."""

    def add(self, agent: Agent) -> None:
        """Insert."""
        self._insert(agents, _row(agent))

    def get(self, agent_id: str) -> Agent | None:
        """Find by id."""
        row = self._row(select(agents).where(agents.c.id == agent_id))
        return None if row is None else _value(row)

    def page(
        self,
        tenant_id: str,
        paging: Paging,
        category: str | None = None,
        agent_id: str | None = None,
        title: str | None = None,
    ) -> tuple[list[Agent], int]:
        """List a tenant's agents that pass every filter, titles in any case; and their total."""
        listed = select(agents).where(agents.c.tenant_id == tenant_id)
        filters = {
            "canvas_category": category,
            "id": agent_id,
            "title_key": None if title is None else title.casefold(),
        }
        listed = matching(listed, agents, filters)
        rows = self._rows(paged(listed, paging, _ORDERS, agents.c.id))
        return [_value(row) for row in rows], self._count(listed)

    def update(self, agent: Agent) -> None:
        """Store the new value. Raises `NotFound`."""
        self._update(agents, _row(agent), "agent")

    def delete(self, agent_id: str) -> None:
        """Delete an agent with its versions, conversations and runs."""
        self._write(delete(agents).where(agents.c.id == agent_id))

    def add_version(self, version: AgentVersion) -> None:
        """Insert. Raises `NotFound` when the agent is gone."""
        with self._parent("agent", version.agent_id):
            self._insert(agent_versions, fields_of(version))

    def version(self, version_id: str) -> AgentVersion | None:
        """Find by id."""
        row = self._row(select(agent_versions).where(agent_versions.c.id == version_id))
        return None if row is None else AgentVersion(**row._mapping)

    def versions(self, agent_id: str) -> list[AgentVersion]:
        """Return what an agent's canvas was, the newest first."""
        kept = agent_versions.c
        listed = select(agent_versions).where(kept.agent_id == agent_id)
        rows = self._rows(listed.order_by(kept.create_time.desc(), kept.id.desc()))
        return [AgentVersion(**row._mapping) for row in rows]

    def prune_versions(self, agent_id: str, keep: int) -> None:
        """Delete all versions but the newest."""
        kept = agent_versions.c
        old = kept.id.in_(but_newest(agent_versions, keep, kept.agent_id == agent_id))
        self._write(delete(agent_versions).where(old))


class SqlAgentSessions(Repository):
    """Keep conversations with agents."""

    def add(self, session: AgentSession) -> None:
        """Insert. Raises `NotFound` when the agent is gone."""
        with self._parent("agent", session.agent_id):
            self._insert(agent_sessions, fields_of(session))

    def get(self, session_id: str) -> AgentSession | None:
        """Find by id."""
        row = self._row(select(agent_sessions).where(agent_sessions.c.id == session_id))
        return None if row is None else _session(row)

    def page(
        self,
        agent_id: str,
        paging: Paging,
        session_id: str | None = None,
        user_id: str | None = None,
        origin: SessionOrigin = SessionOrigin.API,
        with_canvas: bool = True,
    ) -> tuple[list[AgentSession], int]:
        """List conversations that pass every filter; and their total."""
        table = agent_sessions.c
        columns = [column for column in table if with_canvas or column.name not in _CANVAS]
        listed = select(*columns).where(table.agent_id == agent_id, table.origin == origin.value)
        listed = matching(listed, agent_sessions, {"id": session_id, "user_id": user_id})
        rows = self._rows(paged(listed, paging, _SESSION_ORDERS, table.id))
        return [_session(row) for row in rows], self._count(listed)

    def ids(self, agent_id: str, origin: SessionOrigin = SessionOrigin.API) -> list[str]:
        """Return the ids of an agent's conversations."""
        table = agent_sessions.c
        held = select(table.id).where(table.agent_id == agent_id, table.origin == origin.value)
        return [row.id for row in self._rows(held.order_by(table.create_time, table.id))]

    def update(self, session: AgentSession) -> None:
        """Store the new value. Raises `NotFound`."""
        self._update(agent_sessions, fields_of(session), "session")

    def keep_state(
        self,
        session_id: str,
        dsl: Mapping[str, Any],
        state: Mapping[str, Any],
        update_time: int,
    ) -> None:
        """Store how far a conversation has come, and nothing else of it. Raises `NotFound`."""
        row = {"id": session_id, "dsl": dsl, "state": state, "update_time": update_time}
        self._update(agent_sessions, row, "session")

    def delete(self, session_ids: Sequence[str]) -> None:
        """Delete conversations with their runs."""
        for ids in batches(sorted(set(session_ids)), IDS_PER_STATEMENT):
            self._write(delete(agent_sessions).where(agent_sessions.c.id.in_(ids)))


def _row(agent: Agent) -> Values:
    return fields_of(agent) | {"title_key": agent.title.casefold()}


def _value(row: Row[Any]) -> Agent:
    values = dict(row._mapping)
    del values["title_key"]
    return Agent(**values)


def _session(row: Row[Any]) -> AgentSession:
    return AgentSession(**(dict(row._mapping) | {"origin": SessionOrigin(row.origin)}))
