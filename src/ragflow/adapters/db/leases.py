"""Worker leases in SQL: until when each worker is taken for alive."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from ragflow.adapters.db.base import Repository
from ragflow.adapters.db.tables import worker_leases


class SqlLeases(Repository):
    """Keep which workers are alive."""

    def beat(self, worker_id: str, expires_at: float) -> None:
        """Extend a worker's lease to `expires_at`, in seconds since the epoch."""
        self._upsert(worker_leases, {"worker_id": worker_id, "expires_at": expires_at})

    def expired(self, now: float) -> list[str]:
        """List the workers whose lease ended at `now` or before."""
        ended = select(worker_leases.c.worker_id).where(worker_leases.c.expires_at <= now)
        return list(self._connection.execute(ended.order_by(worker_leases.c.worker_id)).scalars())

    def remove(self, worker_ids: Sequence[str]) -> None:
        """Forget workers; unknown ones are passed over."""
        self._write(delete(worker_leases).where(worker_leases.c.worker_id.in_(list(worker_ids))))
