"""Teams: who belongs to a tenant, and how somebody joins and leaves.

In: an actor, tenants and addresses. Out: members with their roles. Refused: managing a tenant that
the actor does not own, inviting whom nobody knows or who is in the team, and joining uninvited. An
invitation gives no right until it is accepted.
"""

from __future__ import annotations

from dataclasses import dataclass

from ragflow.domain.identity import Actor, Membership, Tenant, TenantRole, User
from ragflow.domain.repositories import Database, UnitOfWork
from ragflow.services.accounts import normal_email
from ragflow.services.errors import (
    AccountNotFound,
    AlreadyInTeam,
    NoInvitation,
    OwnerStays,
    TenantNotOwned,
)


@dataclass(frozen=True, slots=True)
class Member:
    """Tie a person to a role in a tenant."""

    user: User
    tenant_id: str
    role: TenantRole


@dataclass(frozen=True, slots=True)
class JoinedTenant:
    """Describe a tenant to one who belongs to it or is invited."""

    tenant: Tenant
    owner: User
    role: TenantRole


class TeamService:
    """Manage who belongs to tenants."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tenants(self, actor: Actor) -> list[JoinedTenant]:
        """List the tenants of the caller: the own one, joined ones and invitations."""
        with self._database.reading() as unit:
            joined = []
            for membership in unit.accounts.memberships_of_user(actor.user_id):
                tenant = unit.accounts.tenant(membership.tenant_id)
                owner = _owner(unit, membership.tenant_id)
                if tenant is not None and owner is not None:
                    joined.append(JoinedTenant(tenant, owner, membership.role))
        return sorted(joined, key=lambda each: each.role is not TenantRole.OWNER)

    def members(self, actor: Actor, tenant_id: str) -> list[Member]:
        """List who belongs to a tenant or is invited. Raises `TenantNotOwned` for outsiders."""
        with self._database.reading() as unit:
            role = _role(unit, tenant_id, actor.user_id)
            if role not in (TenantRole.OWNER, TenantRole.NORMAL):
                raise TenantNotOwned(id=tenant_id)
            members = [
                Member(user, tenant_id, membership.role)
                for membership in unit.accounts.memberships_of_tenant(tenant_id)
                if (user := unit.accounts.user(membership.user_id)) is not None
            ]
        return sorted(members, key=lambda each: each.role is not TenantRole.OWNER)

    def invite(self, actor: Actor, tenant_id: str, email: str) -> Member:
        """Invite somebody. Raises `TenantNotOwned`, `AccountNotFound` or `AlreadyInTeam`."""
        with self._database.transaction() as unit:
            require_owner(unit, actor, tenant_id)
            user = unit.accounts.user_by_email(normal_email(email))
            if user is None:
                raise AccountNotFound(email=email)
            if _role(unit, tenant_id, user.id) is not None:
                raise AlreadyInTeam(email=email)
            unit.accounts.put_membership(Membership(tenant_id, user.id, TenantRole.INVITED))
        return Member(user, tenant_id, TenantRole.INVITED)

    def accept(self, actor: Actor, tenant_id: str) -> None:
        """Join a tenant that invited the caller. Raises `NoInvitation`."""
        with self._database.transaction() as unit:
            # The tenant's row is locked first: an invitation that is being withdrawn must not come
            # back as a membership.
            unit.accounts.tenant(tenant_id)
            role = _role(unit, tenant_id, actor.user_id)
            if role is None:
                raise NoInvitation(id=tenant_id)
            if role is TenantRole.INVITED:
                unit.accounts.put_membership(
                    Membership(tenant_id, actor.user_id, TenantRole.NORMAL)
                )

    def remove(self, actor: Actor, tenant_id: str, user_id: str) -> None:
        """Take somebody out of a tenant: its owner anybody else, everybody oneself.

        Raises `TenantNotOwned`, `NoInvitation` for one who is not there, or `OwnerStays`.
        """
        with self._database.transaction() as unit:
            unit.accounts.tenant(tenant_id)
            if user_id != actor.user_id:
                require_owner(unit, actor, tenant_id)
            role = _role(unit, tenant_id, user_id)
            if role is None:
                raise NoInvitation(f"{user_id} is not in this team.", id=tenant_id)
            if role is TenantRole.OWNER:
                raise OwnerStays
            unit.accounts.remove_membership(tenant_id, user_id)


def require_owner(unit: UnitOfWork, actor: Actor, tenant_id: str) -> Tenant:
    """Return a tenant that the actor owns. Raises `TenantNotOwned`."""
    tenant = unit.accounts.tenant(tenant_id)
    if tenant is None or _role(unit, tenant_id, actor.user_id) is not TenantRole.OWNER:
        raise TenantNotOwned(id=tenant_id)
    return tenant


def _role(unit: UnitOfWork, tenant_id: str, user_id: str) -> TenantRole | None:
    for membership in unit.accounts.memberships_of_user(user_id):
        if membership.tenant_id == tenant_id:
            return membership.role
    return None


def _owner(unit: UnitOfWork, tenant_id: str) -> User | None:
    for membership in unit.accounts.memberships_of_tenant(tenant_id):
        if membership.role is TenantRole.OWNER:
            return unit.accounts.user(membership.user_id)
    return None
