"""Accounts: the first account, sign-up, API keys and whom a secret speaks for.

In: secrets and passwords in clear. Out: actors and new keys. Refused: unknown and revoked keys,
tokens of sign-ins that ended, addresses that are taken, and sign-up where it is closed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from ragflow.domain.errors import AuthenticationError, Conflict, NotFound, SignUpClosed
from ragflow.domain.identity import NO_PASSWORD, Actor, ApiKey, Membership, Tenant, TenantRole, User
from ragflow.domain.ports import Clock, Ids
from ragflow.domain.repositories import Database, UnitOfWork
from ragflow.services.credentials import Passwords, secret_hash
from ragflow.services.errors import (
    AccountNotFound,
    AmbiguousKey,
    EmailTaken,
    InvalidEmail,
    InvalidNickname,
)

FIRST_EMAIL = "owner@ragflow.local"
KEY_PREFIX = "ragflow-"
NICKNAME_CHARS = 100
EMAIL = re.compile(
    r"(?=.{3,254}$)[^\s@\x00-\x1f\x7f\ud800-\udfff<>()\[\],;:\\\"]{1,64}"
    r"@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W_](?:[\w-]*[^\W_])?"
)
Registration = Literal["on", "off", "until_claimed"]
"""Whether people may make accounts by themselves; `until_claimed` lets the first one in."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """Hand over a new key's secrets; they cannot be read again."""

    key: ApiKey
    secret: str
    beta: str


class AccountService:
    """Manage users, their tenants and keys."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ids: Ids,
        passwords: Passwords | None = None,
        registration: Registration = "on",
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._passwords = passwords or Passwords()
        self._registration = registration

    def first_account(self) -> User:
        """Return the account that this server belongs to, making it on the first call."""
        with self._database.reading() as unit:
            user = unit.accounts.user_by_email(FIRST_EMAIL)
        if user is not None:
            return user
        try:
            with self._database.transaction() as unit:
                user = unit.accounts.user_by_email(FIRST_EMAIL)
                return user or self._add(unit, FIRST_EMAIL, "Owner", NO_PASSWORD)
        except Conflict:  # another process was faster
            return self.first_account()

    def create_key(self, email: str | None = None) -> NewKey:
        """Make a key for an account, by default the first one. Raises `NotFound`."""
        user = self.first_account() if email is None else self._user(email)
        return self.create_key_for(user)

    def create_key_for(self, user: User) -> NewKey:
        """Make a key that acts for a user's own tenant."""
        secret = KEY_PREFIX + self._ids.secret()
        beta = self._ids.secret()
        key = ApiKey(
            id=self._ids.object_id(),
            tenant_id=user.id,
            user_id=user.id,
            prefix=secret[: len(KEY_PREFIX) + 6],
            secret_hash=secret_hash(secret),
            beta_hash=secret_hash(beta),
            create_time=self._clock.milliseconds(),
        )
        with self._database.transaction() as unit:
            unit.accounts.add_key(key)
        return NewKey(key, secret, beta)

    def keys(self, actor: Actor) -> list[ApiKey]:
        """List the keys of the actor's tenant, revoked ones too."""
        with self._database.reading() as unit:
            return unit.accounts.keys(actor.tenant_id)

    def revoke_key(self, actor: Actor, name: str) -> None:
        """Refuse a key from now on, named by its id, a secret of it or its prefix with a `…`.

        Raises `NotFound` or `AmbiguousKey`.
        """
        hashed = secret_hash(name)
        with self._database.transaction() as unit:
            keys = unit.accounts.keys(actor.tenant_id)
            named = [key for key in keys if hashed in (key.secret_hash, key.beta_hash)]
            named = named or [key for key in keys if key.id == name]
            named = named or [key for key in keys if key.shown == name and key.revoke_time is None]
            if not named:
                raise NotFound("There is no such key.", noun="key", id=name)
            if len(named) > 1:
                raise AmbiguousKey(name=name)
            now = self._clock.milliseconds()
            unit.accounts.update_key(replace(named[0], revoke_time=named[0].revoke_time or now))

    def authenticate(self, secret: str) -> Actor:
        """Return for whom an API key or the token of a sign-in speaks.

        Raises `AuthenticationError`.
        """
        hashed = secret_hash(secret)
        with self._database.reading() as unit:
            key = unit.accounts.key_by_hash(hashed)
            sign_in = None if key is not None else unit.sign_ins.by_hash(hashed)
            if sign_in is None or sign_in.expire_time <= self._clock.milliseconds():
                return self._actor(unit, key)
            return _acting_if_active(unit, sign_in.user_id, sign_in.user_id)

    def is_sign_in(self, secret: str) -> bool:
        """Tell whether a secret is the token of a sign-in, not an API key."""
        with self._database.reading() as unit:
            return unit.sign_ins.by_hash(secret_hash(secret)) is not None

    def authenticate_beta(self, token: str) -> Actor:
        """Return for whom a key's embed token speaks. Raises `AuthenticationError`."""
        with self._database.reading() as unit:
            return self._actor(unit, unit.accounts.key_by_beta_hash(secret_hash(token)))

    @property
    def registration_open(self) -> bool:
        """Tell whether people may make accounts by themselves."""
        with self._database.reading() as unit:
            return self._is_open(unit)

    def register(self, email: str, nickname: str, password: str) -> User:
        """Make an account for whoever asks. Raises as `add` does, and `SignUpClosed`."""
        with self._database.reading() as unit:
            if not self._is_open(unit):
                raise SignUpClosed
        return self._added(email, nickname, password, must_be_open=True)

    def add(self, email: str, nickname: str, password: str) -> User:
        """Make an account with a tenant of its own.

        Raises `InvalidEmail`, `InvalidNickname`, `UnusablePassword` or `EmailTaken`.
        """
        return self._added(email, nickname, password, must_be_open=False)

    def users(self) -> list[User]:
        """List all accounts, oldest first."""
        with self._database.reading() as unit:
            return unit.accounts.users()

    def user(self, actor: Actor) -> User:
        """Return the account of a caller. Raises `NotFound`."""
        with self._database.reading() as unit:
            return _present(unit.accounts.user(actor.user_id), actor.user_id)

    def rename(self, actor: Actor, nickname: str) -> User:
        """Change a caller's nickname. Raises `InvalidNickname`."""
        _check_nickname(nickname)
        with self._database.transaction() as unit:
            user = _present(unit.accounts.user(actor.user_id), actor.user_id)
            renamed = replace(user, nickname=nickname, update_time=self._clock.milliseconds())
            unit.accounts.update_user(renamed)
        return renamed

    def set_password(self, email: str, password: str) -> User:
        """Give an account a password and sign it out everywhere.

        Raises `AccountNotFound` or `UnusablePassword`.
        """
        if normal_email(email) == FIRST_EMAIL:
            self.first_account()
        hashed = self._passwords.hashed(password)
        with self._database.transaction() as unit:
            user = unit.accounts.user_by_email(normal_email(email))
            if user is None:
                raise AccountNotFound(email=email)
            now = self._clock.milliseconds()
            changed = replace(user, password_hash=hashed, update_time=now)
            unit.accounts.update_user(changed)
            unit.sign_ins.remove_of_user(user.id)
        return changed

    def actor_of(self, user: User) -> Actor:
        """Return a user as the caller of use cases, acting for the own tenant."""
        with self._database.reading() as unit:
            return acting(unit, user.id, user.id)

    def _user(self, email: str) -> User:
        with self._database.reading() as unit:
            user = unit.accounts.user_by_email(normal_email(email))
        if user is None:
            raise AccountNotFound(email=email)
        return user

    def _is_open(self, unit: UnitOfWork) -> bool:
        if self._registration != "until_claimed":
            return self._registration == "on"
        # Within a transaction this locks the first account, so that of two who are first only one
        # gets in.
        first = unit.accounts.user_by_email(FIRST_EMAIL)
        if first is not None and unit.accounts.keys(first.id):
            return False
        return not any(user.can_sign_in for user in unit.accounts.users())

    def _added(self, email: str, nickname: str, password: str, must_be_open: bool) -> User:
        address = normal_email(email)
        if not EMAIL.fullmatch(address):
            raise InvalidEmail(email=email)
        _check_nickname(nickname)
        with self._database.reading() as unit:  # hashing is dear: not for an address that is taken
            if unit.accounts.user_by_email(address) is not None:
                raise EmailTaken(email=email)
        hashed = self._passwords.hashed(password)
        try:
            with self._database.transaction() as unit:
                if must_be_open and not self._is_open(unit):
                    raise SignUpClosed
                return self._add(unit, address, nickname, hashed)
        except Conflict as conflict:
            raise EmailTaken(email=email) from conflict

    def _add(self, unit: UnitOfWork, email: str, nickname: str, password_hash: str) -> User:
        now = self._clock.milliseconds()
        user_id = self._ids.object_id()  # a user's own tenant has the user's id
        user = User(user_id, email, nickname, password_hash, now, now)
        unit.accounts.add_user(user)
        unit.accounts.add_tenant(Tenant(user_id, f"{nickname}'s workspace", now, now))
        unit.accounts.put_membership(Membership(user_id, user_id, TenantRole.OWNER))
        return user

    @staticmethod
    def _actor(unit: UnitOfWork, key: ApiKey | None) -> Actor:
        if key is None or key.revoke_time is not None:
            raise AuthenticationError("API key is invalid!")
        return _acting_if_active(unit, key.tenant_id, key.user_id)


def _acting_if_active(unit: UnitOfWork, tenant_id: str, user_id: str) -> Actor:
    user = unit.accounts.user(user_id)
    if user is None or user.status != "1":
        raise AuthenticationError("API key is invalid!")
    return acting(unit, tenant_id, user_id)


def acting(unit: UnitOfWork, tenant_id: str, user_id: str) -> Actor:
    """Return a user who acts for a tenant, with the tenants that the user joined."""
    memberships = unit.accounts.memberships_of_user(user_id)
    joined = tuple(
        membership.tenant_id
        for membership in memberships
        if membership.role is TenantRole.NORMAL and membership.tenant_id != tenant_id
    )
    return Actor(tenant_id, user_id, joined)


def normal_email(email: str) -> str:
    """Return an address as it is stored."""
    return email.strip().lower()


def _present(user: User | None, user_id: str) -> User:
    if user is None:
        raise NotFound(noun="account", id=user_id)
    return user


def _check_nickname(nickname: str) -> None:
    if not nickname.strip() or len(nickname) > NICKNAME_CHARS:
        raise InvalidNickname(most=NICKNAME_CHARS)
