"""Accounts in SQL: users, tenants, memberships, API keys and model providers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Row, delete, func, select

from ragflow.adapters.db.base import Repository, Values, fields_of
from ragflow.adapters.db.tables import (
    api_keys,
    memberships,
    provider_accounts,
    tenants,
    user_emails,
    users,
)
from ragflow.domain.identity import (
    ApiKey,
    Membership,
    ModelAccess,
    ProviderAccount,
    Tenant,
    TenantRole,
    User,
)

T = TypeVar("T")


class SqlAccounts(Repository):
    """Keep users, tenants, memberships, API keys and provider accounts."""

    def add_user(self, user: User) -> None:
        """Insert. Raises `Conflict` when the address is taken (case-insensitive)."""
        with self._unique(user_emails, "user", user.email):
            self._insert(users, _user_row(user))

    def user(self, user_id: str) -> User | None:
        """Find by id."""
        return _optional(_user, self._row(select(users).where(users.c.id == user_id)))

    def user_by_email(self, email: str) -> User | None:
        """Find by address, case-insensitive."""
        found = select(users).where(users.c.email_key == email.casefold())
        return _optional(_user, self._row(found))

    def update_user(self, user: User) -> None:
        """Store the new value. Raises `Conflict` or `NotFound`."""
        with self._unique(user_emails, "user", user.email):
            self._update(users, _user_row(user), "user")

    def count_users(self) -> int:
        """Count all users."""
        return self._connection.execute(select(func.count()).select_from(users)).scalar_one()

    def users(self) -> list[User]:
        """List all users, oldest first."""
        return [
            _user(row)
            for row in self._rows(select(users).order_by(users.c.create_time, users.c.id))
        ]

    def add_tenant(self, tenant: Tenant) -> None:
        """Insert."""
        self._insert(tenants, fields_of(tenant))

    def tenant(self, tenant_id: str) -> Tenant | None:
        """Find by id."""
        return _optional(_tenant, self._row(select(tenants).where(tenants.c.id == tenant_id)))

    def update_tenant(self, tenant: Tenant) -> None:
        """Store the new value. Raises `NotFound`."""
        self._update(tenants, fields_of(tenant), "tenant")

    def put_membership(self, membership: Membership) -> None:
        """Insert or replace. Raises `NotFound` when the tenant or the user is gone."""
        with self._parent("tenant or user", f"{membership.tenant_id}, {membership.user_id}"):
            self._upsert(memberships, fields_of(membership) | {"role": membership.role.value})

    def remove_membership(self, tenant_id: str, user_id: str) -> None:
        """Delete, if there."""
        pair = (memberships.c.tenant_id == tenant_id, memberships.c.user_id == user_id)
        self._write(delete(memberships).where(*pair))

    def memberships_of_user(self, user_id: str) -> list[Membership]:
        """List by tenant id."""
        found = select(memberships).where(memberships.c.user_id == user_id)
        return [_membership(row) for row in self._rows(found.order_by(memberships.c.tenant_id))]

    def memberships_of_tenant(self, tenant_id: str) -> list[Membership]:
        """List by user id."""
        found = select(memberships).where(memberships.c.tenant_id == tenant_id)
        return [_membership(row) for row in self._rows(found.order_by(memberships.c.user_id))]

    def add_key(self, key: ApiKey) -> None:
        """Insert. Raises `NotFound` when the tenant or the user is gone."""
        with self._parent("tenant or user", f"{key.tenant_id}, {key.user_id}"):
            self._insert(api_keys, fields_of(key))

    def key_by_hash(self, secret_hash: str) -> ApiKey | None:
        """Find by the SHA-256 of the secret."""
        found = select(api_keys).where(api_keys.c.secret_hash == secret_hash)
        return _optional(_key, self._row(found))

    def key_by_beta_hash(self, beta_hash: str) -> ApiKey | None:
        """Find by the SHA-256 of the token for embedded pages."""
        found = select(api_keys).where(api_keys.c.beta_hash == beta_hash)
        return _optional(_key, self._row(found))

    def keys(self, tenant_id: str) -> list[ApiKey]:
        """List the keys of a tenant, oldest first, revoked ones too."""
        found = select(api_keys).where(api_keys.c.tenant_id == tenant_id)
        return [
            _key(row) for row in self._rows(found.order_by(api_keys.c.create_time, api_keys.c.id))
        ]

    def update_key(self, key: ApiKey) -> None:
        """Store the new value. Raises `NotFound`."""
        self._update(api_keys, fields_of(key), "API key")

    def put_provider(self, account: ProviderAccount) -> None:
        """Insert or replace. Raises `NotFound` when the tenant is gone."""
        with self._parent("tenant", account.tenant_id):
            self._upsert(provider_accounts, _provider_row(account))

    def provider(self, tenant_id: str, factory: str) -> ProviderAccount | None:
        """Find by tenant and factory."""
        key = (provider_accounts.c.tenant_id == tenant_id, provider_accounts.c.factory == factory)
        return _optional(_provider, self._row(select(provider_accounts).where(*key)))

    def providers(self, tenant_id: str) -> list[ProviderAccount]:
        """List by factory."""
        found = select(provider_accounts).where(provider_accounts.c.tenant_id == tenant_id)
        return [_provider(row) for row in self._rows(found.order_by(provider_accounts.c.factory))]

    def remove_provider(self, tenant_id: str, factory: str) -> None:
        """Delete, if there."""
        key = (provider_accounts.c.tenant_id == tenant_id, provider_accounts.c.factory == factory)
        self._write(delete(provider_accounts).where(*key))


def _optional(convert: Callable[[Row[Any]], T], row: Row[Any] | None) -> T | None:
    return None if row is None else convert(row)


def _user_row(user: User) -> Values:
    return fields_of(user) | {"email_key": user.email.casefold()}


def _user(row: Row[Any]) -> User:
    values = dict(row._mapping)
    del values["email_key"]
    return User(**values)


def _tenant(row: Row[Any]) -> Tenant:
    return Tenant(**row._mapping)


def _membership(row: Row[Any]) -> Membership:
    return Membership(row.tenant_id, row.user_id, TenantRole(row.role))


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(**row._mapping)


def _provider_row(account: ProviderAccount) -> Values:
    access = [fields_of(each) for each in account.access]
    return fields_of(account) | {"models": list(account.models), "access": access or None}


def _provider(row: Row[Any]) -> ProviderAccount:
    access = tuple(ModelAccess(**each) for each in row.access or ())
    return ProviderAccount(**(dict(row._mapping) | {"models": tuple(row.models), "access": access}))
