"""Sign-ins in SQL: who is signed in, and until when."""

from __future__ import annotations

from sqlalchemy import delete, select

from ragflow.adapters.db.base import Repository, fields_of
from ragflow.adapters.db.tables import sign_ins
from ragflow.domain.identity import SignIn


class SqlSignIns(Repository):
    """Keep who is signed in."""

    def add(self, sign_in: SignIn) -> None:
        """Insert. Raises `NotFound` when the user is gone."""
        with self._parent("user", sign_in.user_id):
            self._insert(sign_ins, fields_of(sign_in))

    def by_hash(self, token_hash: str) -> SignIn | None:
        """Find by the SHA-256 of the token, expired or not."""
        row = self._row(select(sign_ins).where(sign_ins.c.token_hash == token_hash))
        return None if row is None else SignIn(**row._mapping)

    def remove(self, token_hash: str) -> None:
        """Delete, if there."""
        self._write(delete(sign_ins).where(sign_ins.c.token_hash == token_hash))

    def remove_of_user(self, user_id: str, except_hash: str | None = None) -> None:
        """Delete all of a user but one."""
        of_user = delete(sign_ins).where(sign_ins.c.user_id == user_id)
        if except_hash is not None:
            of_user = of_user.where(sign_ins.c.token_hash != except_hash)
        self._write(of_user)

    def remove_expired(self, now: int) -> None:
        """Delete what ended at `now`, in ms, or before."""
        self._write(delete(sign_ins).where(sign_ins.c.expire_time <= now))
