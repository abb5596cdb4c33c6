"""The outbox in SQL: actions recorded with their cause, kept until they were done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from ragflow.adapters.db.base import IDS_PER_STATEMENT, Repository, batches
from ragflow.adapters.db.tables import outbox
from ragflow.domain.jobs import OutboxEntry, OutboxKind


class SqlOutbox(Repository):
    """Keep what must follow a commit until it was done."""

    def add(self, kind: OutboxKind, payload: Mapping[str, Any]) -> None:
        """Record an action."""
        self._insert(outbox, {"kind": kind.value, "payload": dict(payload)})

    def pending(self, limit: int = 1000, after: int = 0) -> list[OutboxEntry]:
        """Return the oldest entries with an id above `after`, in order."""
        found = select(outbox).where(outbox.c.id > after)
        rows = self._rows(found.order_by(outbox.c.id).limit(limit))
        return [OutboxEntry(row.id, OutboxKind(row.kind), row.payload) for row in rows]

    def done(self, entry_ids: Sequence[int]) -> None:
        """Forget entries; unknown ones are passed over."""
        for ids in batches(sorted(set(entry_ids)), IDS_PER_STATEMENT):
            self._write(delete(outbox).where(outbox.c.id.in_(ids)))
