"""Sessions in SQL: conversations and their messages, numbered in the order they were stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, func, insert, select

from ragflow.adapters.db.base import (
    IDS_PER_STATEMENT,
    Repository,
    Values,
    batches,
    fields_of,
    matching,
    orderable,
    paged,
)
from ragflow.adapters.db.tables import messages, sessions
from ragflow.domain.chats import ChatSession, Message, SessionOrigin
from ragflow.domain.errors import NotFound
from ragflow.domain.repositories import Paging

_ORDERS = orderable(sessions, ChatSession)


class SqlSessions(Repository):
    """Keep conversations and their messages."""

    def add(self, session: ChatSession, messages: Sequence[Message]) -> None:
        """Insert with its first messages. Raises `NotFound` when the chat is gone."""
        with self._parent("chat", session.chat_id):
            self._insert(sessions, fields_of(session))
        self._store(session.id, messages, first=0)

    def get(self, session_id: str) -> ChatSession | None:
        """Find by id."""
        row = self._row(select(sessions).where(sessions.c.id == session_id))
        return None if row is None else _value(row)

    def page(
        self,
        chat_id: str,
        paging: Paging,
        session_id: str | None = None,
        name: str | None = None,
        user_id: str | None = None,
        origin: SessionOrigin = SessionOrigin.API,
    ) -> tuple[list[ChatSession], int]:
        """List the sessions of a chat that pass every filter; and their total."""
        held = (sessions.c.chat_id == chat_id, sessions.c.origin == origin.value)
        listed = select(sessions).where(*held)
        filters = {"id": session_id, "name": name, "user_id": user_id}
        listed = matching(listed, sessions, filters)
        rows = self._rows(paged(listed, paging, _ORDERS, sessions.c.id))
        return [_value(row) for row in rows], self._count(listed)

    def update(self, session: ChatSession) -> None:
        """Store the new value. Raises `NotFound`."""
        self._update(sessions, fields_of(session), "session")

    def delete(self, session_ids: Sequence[str]) -> None:
        """Delete sessions with their messages."""
        for ids in batches(sorted(set(session_ids)), IDS_PER_STATEMENT):
            self._write(delete(sessions).where(sessions.c.id.in_(ids)))

    def messages(self, session_ids: Sequence[str]) -> dict[str, list[Message]]:
        """Return the messages of each session in order, [] for a session that has none."""
        found: dict[str, list[Message]] = {session_id: [] for session_id in session_ids}
        for ids in batches(found, IDS_PER_STATEMENT):
            listed = select(messages).where(messages.c.session_id.in_(ids))
            for row in self._rows(listed.order_by(messages.c.session_id, messages.c.ordinal)):
                found[row.session_id].append(Message(**row._mapping))
        return found

    def append(self, session_id: str, messages: Sequence[Message]) -> None:
        """Append messages; their ordinals are set to follow the last stored one.

        The session's row is locked first, so that two writers never take the same ordinal. Raises
        `NotFound` when the session is gone.
        """
        if self.get(session_id) is None:
            raise NotFound(noun="session", id=session_id)
        self._store(session_id, messages, first=self._next_ordinal(session_id))

    def _next_ordinal(self, session_id: str) -> int:
        last = select(func.max(messages.c.ordinal)).where(messages.c.session_id == session_id)
        stored = self._connection.execute(last).scalar_one()
        return 0 if stored is None else stored + 1

    def _store(self, session_id: str, added: Sequence[Message], first: int) -> None:
        rows: list[Values] = [
            fields_of(message) | {"session_id": session_id, "ordinal": ordinal}
            for ordinal, message in enumerate(added, start=first)
        ]
        if rows:
            self._write(insert(messages), rows)


def _value(row: Row[Any]) -> ChatSession:
    return ChatSession(**(dict(row._mapping) | {"origin": SessionOrigin(row.origin)}))
