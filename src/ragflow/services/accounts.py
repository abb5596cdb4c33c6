"""Accounts: the first account, sign-up and sign-in, API keys and whom a key speaks for.

In: secrets and passwords in clear. Out: actors and new keys; of a secret only its SHA-256 is kept,
of a password only its argon2 hash. Refused: unknown and revoked keys, wrong passwords.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from ragflow.domain.errors import AuthenticationError, Conflict, NotFound
from ragflow.domain.identity import Actor, ApiKey, Membership, Tenant, TenantRole, User
from ragflow.domain.ports import Clock, Ids
from ragflow.domain.repositories import Database, UnitOfWork

FIRST_EMAIL = "owner@ragflow.local"
KEY_PREFIX = "ragflow-"
_NO_PASSWORD = "!"  # noqa: S105 - no argon2 hash, so nobody signs in with it


@dataclass(frozen=True, slots=True)
class NewKey:
    """Hand over a new key's secrets; they cannot be read again."""

    key: ApiKey
    secret: str
    beta: str


class AccountService:
    """Manage users, their tenants and keys."""

    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids

    def first_account(self) -> User:
        """Return the account that this server belongs to, making it on the first call."""
        with self._database.reading() as unit:
            user = unit.accounts.user_by_email(FIRST_EMAIL)
        if user is not None:
            return user
        try:
            with self._database.transaction() as unit:
                user = unit.accounts.user_by_email(FIRST_EMAIL)
                return user or self._add(unit, FIRST_EMAIL, "Owner", _NO_PASSWORD)
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
            secret_hash=_sha256(secret),
            beta_hash=_sha256(beta),
            create_time=self._clock.milliseconds(),
        )
        with self._database.transaction() as unit:
            unit.accounts.add_key(key)
        return NewKey(key, secret, beta)

    def keys(self, actor: Actor) -> list[ApiKey]:
        """List the keys of the actor's tenant, revoked ones too."""
        with self._database.reading() as unit:
            return unit.accounts.keys(actor.tenant_id)

    def revoke_key(self, actor: Actor, key_id: str) -> None:
        """Refuse a key from now on. Raises `NotFound`."""
        with self._database.transaction() as unit:
            for key in unit.accounts.keys(actor.tenant_id):
                if key.id == key_id:
                    now = self._clock.milliseconds()
                    unit.accounts.update_key(replace(key, revoke_time=key.revoke_time or now))
                    return
        raise NotFound(noun="key", id=key_id)

    def authenticate(self, secret: str) -> Actor:
        """Return for whom an API key speaks. Raises `AuthenticationError`."""
        with self._database.reading() as unit:
            return self._actor(unit, unit.accounts.key_by_hash(_sha256(secret)))

    def authenticate_beta(self, token: str) -> Actor:
        """Return for whom a key's embed token speaks. Raises `AuthenticationError`."""
        with self._database.reading() as unit:
            return self._actor(unit, unit.accounts.key_by_beta_hash(_sha256(token)))

    def register(self, email: str, nickname: str, password: str) -> User:
        """Make an account with a tenant of its own. Raises `Conflict`."""
        from argon2 import PasswordHasher

        hashed = PasswordHasher().hash(password)
        address = email.strip().lower()
        with self._database.transaction() as unit:
            if unit.accounts.user_by_email(address) is not None:
                raise Conflict(f"There is an account for {address} already.", name=address)
            return self._add(unit, address, nickname, hashed)

    def sign_in(self, email: str, password: str) -> User:
        """Return the account of an address and a password. Raises `AuthenticationError`."""
        from argon2 import PasswordHasher
        from argon2.exceptions import InvalidHashError, VerificationError

        with self._database.reading() as unit:
            user = unit.accounts.user_by_email(email.strip().lower())
        hasher = PasswordHasher()
        # an unknown address costs as much time as a wrong password
        stored = user.password_hash if user else hasher.hash("")
        try:
            hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            raise AuthenticationError("The email or the password is wrong.") from None
        if user is None or user.status != "1":
            raise AuthenticationError("The email or the password is wrong.")
        return user

    def actor_of(self, user: User) -> Actor:
        """Return a user as the caller of use cases, acting for the own tenant."""
        with self._database.reading() as unit:
            return _acting(unit, user.id, user.id)

    def _user(self, email: str) -> User:
        with self._database.reading() as unit:
            user = unit.accounts.user_by_email(email.strip().lower())
        if user is None:
            raise NotFound(noun="account", id=email)
        return user

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
        user = unit.accounts.user(key.user_id)
        if user is None or user.status != "1":
            raise AuthenticationError("API key is invalid!")
        return _acting(unit, key.tenant_id, key.user_id)


def _acting(unit: UnitOfWork, tenant_id: str, user_id: str) -> Actor:
    memberships = unit.accounts.memberships_of_user(user_id)
    joined = tuple(
        membership.tenant_id
        for membership in memberships
        if membership.role is TenantRole.NORMAL and membership.tenant_id != tenant_id
    )
    return Actor(tenant_id, user_id, joined)


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
