"""What a database must do with sign-ins."""

from __future__ import annotations

import pytest

from ragflow.domain.errors import NotFound
from ragflow.domain.identity import SignIn
from ragflow.domain.repositories import Database
from ragflow.testing.database.samples import USER, a_user

OTHER = "user-2"


class SignInsContract:
    """State what holds for sign-ins."""

    @pytest.fixture
    def people(self, database: Database) -> None:
        """Store two users; the first is signed in twice, the second once."""
        with database.transaction() as work:
            work.accounts.add_user(a_user())
            work.accounts.add_user(a_user(OTHER, "bob@example.org"))
            work.sign_ins.add(SignIn("hash-1", USER, 1, 10))
            work.sign_ins.add(SignIn("hash-2", USER, 2, 20))
            work.sign_ins.add(SignIn("hash-3", OTHER, 3, 30))

    @pytest.mark.usefixtures("people")
    def test_a_sign_in_is_found_by_the_hash_of_its_token(self, database: Database) -> None:
        with database.reading() as work:
            assert work.sign_ins.by_hash("hash-2") == SignIn("hash-2", USER, 2, 20)
            assert work.sign_ins.by_hash("hash-9") is None

    @pytest.mark.usefixtures("people")
    def test_one_sign_in_ends_alone(self, database: Database) -> None:
        with database.transaction() as work:
            work.sign_ins.remove("hash-1")
            work.sign_ins.remove("hash-9")
        assert self._left(database) == ["hash-2", "hash-3"]

    @pytest.mark.usefixtures("people")
    def test_all_sign_ins_of_a_user_end_but_the_one_that_is_kept(self, database: Database) -> None:
        with database.transaction() as work:
            work.sign_ins.remove_of_user(USER, except_hash="hash-2")
        assert self._left(database) == ["hash-2", "hash-3"]
        with database.transaction() as work:
            work.sign_ins.remove_of_user(USER)
        assert self._left(database) == ["hash-3"]

    @pytest.mark.usefixtures("people")
    def test_expired_sign_ins_are_removed_at_their_last_moment(self, database: Database) -> None:
        with database.transaction() as work:
            work.sign_ins.remove_expired(20)
        assert self._left(database) == ["hash-3"]

    def test_a_sign_in_needs_its_user(self, database: Database) -> None:
        with pytest.raises(NotFound), database.transaction() as work:
            work.sign_ins.add(SignIn("hash-1", "nobody", 1, 10))

    @staticmethod
    def _left(database: Database) -> list[str]:
        with database.reading() as work:
            hashes = ("hash-1", "hash-2", "hash-3")
            return [each for each in hashes if work.sign_ins.by_hash(each) is not None]
