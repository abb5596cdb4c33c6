"""Conversations with agents in SQL: what changes in a row, what only grows in rows of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, func, select

from ragflow.adapters.db.base import (
    IDS_PER_STATEMENT,
    Repository,
    batches,
    cut,
    fields_of,
    matching,
    orderable,
    paged,
)
from ragflow.adapters.db.tables import agent_session_entries, agent_sessions
from ragflow.domain.agents import AgentSession, SessionEntry, SessionLog
from ragflow.domain.chats import SessionOrigin
from ragflow.domain.repositories import Paging

_ORDERS = orderable(agent_sessions, AgentSession)
_CANVAS = ("dsl", "state")


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
        rows = self._rows(paged(listed, paging, _ORDERS, table.id))
        return [_session(row) for row in rows], self._count(listed)

    def ids(self, agent_id: str, origin: SessionOrigin = SessionOrigin.API) -> list[str]:
        """Return the ids of an agent's conversations."""
        table = agent_sessions.c
        held = select(table.id).where(table.agent_id == agent_id, table.origin == origin.value)
        return [row.id for row in self._rows(held.order_by(table.create_time, table.id))]

    def update(self, session: AgentSession) -> None:
        """Store the new value, but for the canvas. Raises `NotFound`."""
        row = fields_of(session)
        del row["dsl"]
        self._update(agent_sessions, row, "session")

    def keep_state(self, session_id: str, state: Mapping[str, Any], update_time: int) -> None:
        """Store how far a conversation has come, and nothing else of it. Raises `NotFound`."""
        row = {"id": session_id, "state": state, "update_time": update_time}
        self._update(agent_sessions, row, "session")

    def append(self, session_id: str, entries: Sequence[SessionEntry]) -> None:
        """Insert entries, each at its place in its log; a place that is taken stays as it is.

        Whoever cannot know whether a commit went through may so append the same once more. Raises
        `NotFound` when the conversation is gone.
        """
        rows = [
            {
                "session_id": session_id,
                "log": entry.log.value,
                "ordinal": entry.ordinal,
                "value": entry.value,
            }
            for entry in entries
        ]
        with self._parent("session", session_id):
            self._insert_new(agent_session_entries, rows)

    def lengths(self, session_id: str) -> dict[SessionLog, int]:
        """Return how many entries each log of a conversation has."""
        table = agent_session_entries.c
        last = select(table.log, func.max(table.ordinal).label("last"))
        held = last.where(table.session_id == session_id).group_by(table.log)
        found = {row.log: row.last + 1 for row in self._rows(held)}
        return {log: found.get(log.value, 0) for log in SessionLog}

    def entries(
        self, session_ids: Sequence[str], logs: Collection[SessionLog]
    ) -> dict[str, dict[SessionLog, list[Any]]]:
        """Return logs of each conversation, the oldest entry first; [] where there is none."""
        table = agent_session_entries.c
        found: dict[str, dict[SessionLog, list[Any]]] = {
            session_id: {log: [] for log in logs} for session_id in session_ids
        }
        wanted = select(agent_session_entries).where(table.log.in_([log.value for log in logs]))
        for ids in batches(found, IDS_PER_STATEMENT):
            listed = wanted.where(table.session_id.in_(ids)).order_by(table.ordinal)
            for row in self._rows(listed):
                found[row.session_id][SessionLog(row.log)].append(row.value)
        return found

    def last_entries(self, session_id: str, log: SessionLog, most: int) -> list[Any]:
        """Return the newest entries of a log, the oldest of them first."""
        table = agent_session_entries.c
        held = select(table.value).where(table.session_id == session_id, table.log == log.value)
        newest = cut(held.order_by(table.ordinal.desc()), 0, most)
        return [row.value for row in reversed(self._rows(newest))]

    def delete(self, session_ids: Sequence[str]) -> None:
        """Delete conversations with their logs and runs."""
        for ids in batches(sorted(set(session_ids)), IDS_PER_STATEMENT):
            self._write(delete(agent_sessions).where(agent_sessions.c.id.in_(ids)))


def _session(row: Row[Any]) -> AgentSession:
    return AgentSession(**(dict(row._mapping) | {"origin": SessionOrigin(row.origin)}))
