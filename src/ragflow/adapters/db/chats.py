"""Chats in SQL: assistants; a deleted one keeps its row and frees its name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from ragflow.adapters.db.base import Repository, Values, fields_of, orderable, paged
from ragflow.adapters.db.tables import chat_names, chats
from ragflow.domain.chats import Chat
from ragflow.domain.repositories import Paging

_ORDERS = orderable(chats, Chat)
_LIVE = select(chats).where(chats.c.status == "1")


class SqlChats(Repository):
    """Keep chat assistants."""

    def add(self, chat: Chat) -> None:
        """Insert. Raises `Conflict` when the tenant has a live chat of the name."""
        with self._unique(chat_names, "chat", chat.name):
            self._insert(chats, _row(chat))

    def get(self, chat_id: str) -> Chat | None:
        """Return a live chat."""
        row = self._row(_LIVE.where(chats.c.id == chat_id))
        return None if row is None else _value(row)

    def by_name(self, tenant_id: str, name: str) -> Chat | None:
        """Find a live chat by name, case-insensitive."""
        key = (chats.c.tenant_id == tenant_id, chats.c.name_key == name.casefold())
        row = self._row(_LIVE.where(*key))
        return None if row is None else _value(row)

    def page(
        self,
        tenant_id: str,
        paging: Paging,
        chat_id: str | None = None,
        name: str | None = None,
        keywords: str | None = None,
    ) -> tuple[list[Chat], int]:
        """List the live chats of a tenant that pass every filter; and their total.

        `keywords` is a case-insensitive substring of the name.
        """
        listed = _LIVE.where(chats.c.tenant_id == tenant_id)
        if chat_id is not None:
            listed = listed.where(chats.c.id == chat_id)
        if name is not None:
            listed = listed.where(chats.c.name_key == name.casefold())
        if keywords:
            listed = listed.where(self._contains(chats.c.name_key, keywords))
        rows = self._rows(paged(listed, paging, _ORDERS, chats.c.id))
        return [_value(row) for row in rows], self._count(listed)

    def update(self, chat: Chat) -> None:
        """Store the new value. Raises `Conflict` or `NotFound`."""
        with self._unique(chat_names, "chat", chat.name):
            self._update(chats, _row(chat), "chat")


def _row(chat: Chat) -> Values:
    return fields_of(chat) | {
        "name_key": chat.name.casefold(),
        "dataset_ids": list(chat.dataset_ids),
    }


def _value(row: Row[Any]) -> Chat:
    values = dict(row._mapping) | {"dataset_ids": tuple(row.dataset_ids)}
    del values["name_key"]
    return Chat(**values)
