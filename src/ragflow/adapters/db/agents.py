"""Agents in SQL: their canvases, and what these were."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, delete, select

from ragflow.adapters.db.base import (
    Repository,
    Values,
    but_newest,
    fields_of,
    matching,
    orderable,
    paged,
)
from ragflow.adapters.db.tables import agent_versions, agents
from ragflow.domain.agents import Agent, AgentVersion
from ragflow.domain.repositories import Paging

_ORDERS = orderable(agents, Agent)


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


def _row(agent: Agent) -> Values:
    return fields_of(agent) | {"title_key": agent.title.casefold()}


def _value(row: Row[Any]) -> Agent:
    values = dict(row._mapping)
    del values["title_key"]
    return Agent(**values)
