"""Credentials: what is kept of secrets and passwords, and how they are compared.

In: secrets and passwords in clear, a password perhaps encrypted by the client: it is hashed as it
was sent. Out: the SHA-256 of a secret (random, so that nothing slower is needed) and the argon2
hash of a password. Refused: empty passwords, very long ones and those that are no Unicode text.
"""

from __future__ import annotations

import hashlib
import threading
from functools import cached_property
from typing import TYPE_CHECKING

from ragflow.services.errors import UnusablePassword

if TYPE_CHECKING:
    from argon2 import PasswordHasher

PASSWORD_CHARS = 1024  # what an RSA key of 4096 bits encrypts to has 684
_HASHED_AT_ONCE = 2  # each takes 64 MiB and up to four cores


def secret_hash(secret: str) -> str:
    """Return the SHA-256 of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Passwords:
    """Hash and compare passwords; however many are asked for, few are hashed at once."""

    def __init__(self) -> None:
        self._turns = threading.BoundedSemaphore(_HASHED_AT_ONCE)

    def hashed(self, password: str) -> str:
        """Return a password's hash. Raises `UnusablePassword`."""
        _check(password)
        with self._turns:
            return self._hasher.hash(password)

    def match(self, stored: str | None, password: str) -> bool:
        """Tell whether a password belongs to a hash. Raises `UnusablePassword`.

        Where there is no hash, or none that fits anything, a decoy is compared, so that the answer
        takes as long as that to a wrong password.
        """
        from argon2.exceptions import VerificationError

        _check(password)
        decoy = self._decoy  # made by the first call, whoever is asked for in it
        hashed = stored if stored and stored.startswith("$argon2") else None
        with self._turns:
            try:
                self._hasher.verify(hashed or decoy, password)
            except VerificationError:
                return False
        return hashed is not None

    @cached_property
    def _hasher(self) -> PasswordHasher:
        from argon2 import PasswordHasher

        return PasswordHasher()

    @cached_property
    def _decoy(self) -> str:
        return self._hasher.hash("nobody's")


def _check(password: str) -> None:
    if not 0 < len(password) <= PASSWORD_CHARS:
        raise UnusablePassword(most=PASSWORD_CHARS)
    try:
        password.encode()
    except UnicodeEncodeError:
        raise UnusablePassword(most=PASSWORD_CHARS) from None
