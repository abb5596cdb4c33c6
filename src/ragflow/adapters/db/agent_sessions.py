"""Conversations with agents in SQL: what changes in a row, what only grows in rows of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, delete, func, insert, select

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
from ragflow.domain.errors import NotFound
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
        """Append entries, each to its log.

        The conversation's row is locked first, so that two writers never take the same ordinal.
        Raises `NotFound` when it is gone.
        """
        held = select(agent_sessions.c.id).where(agent_sessions.c.id == session_id)
        if self._row(held) is None:
            raise NotFound(noun="session", id=session_id)
        for log in dict.fromkeys(entry.log for entry in entries):
            first = self._next_ordinal(session_id, log)
            values = [entry.value for entry in entries if entry.log is log]
            self._write(
                insert(agent_session_entries),
                [
                    {"session_id": session_id, "log": log.value, "ordinal": number, "value": value}
                    for number, value in enumerate(values, start=first)
                ],
            )

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

    def _next_ordinal(self, session_id: str, log: SessionLog) -> int:
        table = agent_session_entries.c
        held = (table.session_id == session_id, table.log == log.value)
        last = self._connection.execute(select(func.max(table.ordinal)).where(*held)).scalar_one()
        return 0 if last is None else last + 1


def _session(row: Row[Any]) -> AgentSession:
    return AgentSession(**(dict(row._mapping) | {"origin": SessionOrigin(row.origin)}))
