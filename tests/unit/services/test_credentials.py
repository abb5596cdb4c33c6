from __future__ import annotations

import pytest

from ragflow.domain.identity import NO_PASSWORD
from ragflow.services.credentials import PASSWORD_CHARS, Passwords
from ragflow.services.errors import UnusablePassword


def test_a_password_matches_its_hash_alone() -> None:
    passwords = Passwords()
    stored = passwords.hashed("pässword")
    assert stored.startswith("$argon2id$")
    assert "pässword" not in stored
    assert passwords.match(stored, "pässword")
    assert not passwords.match(stored, "password")


@pytest.mark.parametrize("stored", [None, NO_PASSWORD, ""])
def test_where_there_is_no_hash_nothing_matches_not_even_the_decoy(stored: str | None) -> None:
    passwords = Passwords()
    for password in (NO_PASSWORD, "nobody's"):
        assert not passwords.match(stored, password)


@pytest.mark.parametrize("password", ["", "p" * (PASSWORD_CHARS + 1), "\ud800"])
def test_passwords_out_of_bounds_are_refused(password: str) -> None:
    with pytest.raises(UnusablePassword):
        Passwords().hashed(password)
    with pytest.raises(UnusablePassword):
        Passwords().match(None, password)
