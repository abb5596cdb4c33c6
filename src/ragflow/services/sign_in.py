"""Sign-in: from an address and a password to a token that speaks for a while.

In: addresses and passwords in clear, and where a request comes from. Out: a token, of which only
the SHA-256 is kept. Refused, with one text and after one time for all: unknown addresses, wrong
passwords, accounts without a password and closed ones; and who has failed too often lately.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ragflow.domain.errors import AuthenticationError, NotFound
from ragflow.domain.identity import Actor, SignIn, User
from ragflow.domain.ports import Clock, Ids
from ragflow.domain.repositories import Database, UnitOfWork
from ragflow.services.accounts import EMAIL, normal_email
from ragflow.services.attempts import Attempts
from ragflow.services.credentials import Passwords, secret_hash

_WRONG = "The email or the password is wrong."
_DAY = 86_400_000  # in ms


@dataclass(frozen=True, slots=True)
class SignInLimits:
    """Say how long a sign-in lasts and how often it may fail; the names are the settings'."""

    session_days: float = 7.0
    failures_per_email: int = 10
    failures_per_address: int = 100
    failure_minutes: float = 10.0


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Hand over the token of a new sign-in; it cannot be read again."""

    user: User
    token: str


class SignInService:
    """Sign people in and out."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ids: Ids,
        passwords: Passwords,
        limits: SignInLimits,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._passwords = passwords
        self._limits = limits
        self._attempts = Attempts(clock, limits.failure_minutes)

    def sign_in(self, email: str, password: str, address: str) -> SignedIn:
        """Begin a sign-in. Raises `AuthenticationError`, `TooManyAttempts` in particular."""
        email = normal_email(email)
        plausible = EMAIL.fullmatch(email) is not None
        person, place = f"email {email if plausible else '?'}", f"address {address}"
        self._attempts.begin(
            {person: self._limits.failures_per_email, place: self._limits.failures_per_address}
        )
        user = None
        if plausible:
            with self._database.reading() as unit:
                user = unit.accounts.user_by_email(email)
        matches = self._passwords.match(user.password_hash if user else None, password)
        if user is None or not matches or user.status != "1":
            raise AuthenticationError(_WRONG)
        self._attempts.succeeded(person, place)
        return self.begin(user)

    def begin(self, user: User) -> SignedIn:
        """Begin a sign-in of somebody who proved to be that user.

        Raises `AuthenticationError` when the password was changed since it was read.
        """
        token = self._ids.secret() + self._ids.secret()  # 384 random bits
        now = self._clock.milliseconds()
        lasts = int(self._limits.session_days * _DAY)
        with self._database.transaction() as unit:
            current = unit.accounts.user(user.id)
            if current is None or current.password_hash != user.password_hash:
                raise AuthenticationError(_WRONG)
            unit.sign_ins.remove_expired(now)
            unit.sign_ins.add(SignIn(secret_hash(token), user.id, now, now + lasts))
        return SignedIn(user, token)

    def end(self, token: str) -> None:
        """End the sign-in of a token, if it is one."""
        with self._database.transaction() as unit:
            unit.sign_ins.remove(secret_hash(token))
            unit.sign_ins.remove_expired(self._clock.milliseconds())

    def change_password(self, actor: Actor, old: str, new: str, token: str) -> User:
        """Change the caller's password and end every sign-in but that of `token`.

        Raises `AuthenticationError` when the old one is wrong, and `UnusablePassword`.
        """
        person = f"password of {actor.user_id}"
        self._attempts.begin({person: self._limits.failures_per_email})
        with self._database.reading() as unit:
            known = _account(unit, actor).password_hash
        if not self._passwords.match(known, old):
            raise AuthenticationError("The old password is wrong.")
        self._attempts.succeeded(person)
        hashed = self._passwords.hashed(new)
        with self._database.transaction() as unit:
            user = _account(unit, actor)
            if user.password_hash != known:
                raise AuthenticationError("The old password is wrong.")
            changed = replace(user, password_hash=hashed, update_time=self._clock.milliseconds())
            unit.accounts.update_user(changed)
            unit.sign_ins.remove_of_user(user.id, except_hash=secret_hash(token))
        return changed


def _account(unit: UnitOfWork, actor: Actor) -> User:
    user = unit.accounts.user(actor.user_id)
    if user is None:
        raise NotFound(noun="account", id=actor.user_id)
    return user
