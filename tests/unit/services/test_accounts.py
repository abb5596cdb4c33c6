from __future__ import annotations

from typing import Any

import pytest

from ragflow.domain.errors import AuthenticationError, Conflict, NotFound
from ragflow.domain.identity import Membership, TenantRole
from ragflow.services.accounts import AccountService


@pytest.fixture
def accounts(database: Any, clock: Any, ids: Any) -> AccountService:
    return AccountService(database, clock, ids)


def test_the_first_account_is_made_once(accounts: AccountService) -> None:
    assert accounts.first_account() == accounts.first_account()


def test_a_key_speaks_for_its_tenant_and_its_secret_is_not_stored(
    accounts: AccountService, database: Any
) -> None:
    new = accounts.create_key()
    assert new.secret.startswith("ragflow-")
    actor = accounts.authenticate(new.secret)
    assert actor.tenant_id == accounts.first_account().id
    assert accounts.authenticate_beta(new.beta) == actor
    (stored,) = accounts.keys(actor)
    assert new.secret not in repr(stored)
    assert new.beta not in repr(stored)


def test_unknown_and_revoked_keys_and_swapped_tokens_are_refused(accounts: AccountService) -> None:
    new = accounts.create_key()
    actor = accounts.authenticate(new.secret)
    for secret in ("ragflow-x", "", new.beta, new.key.secret_hash):
        with pytest.raises(AuthenticationError):
            accounts.authenticate(secret)
    accounts.revoke_key(actor, new.key.id)
    with pytest.raises(AuthenticationError):
        accounts.authenticate(new.secret)


def test_a_key_of_another_tenant_cannot_be_revoked(accounts: AccountService) -> None:
    mine = accounts.create_key()
    other = accounts.actor_of(accounts.register("b@example.org", "b", "password"))
    with pytest.raises(NotFound):
        accounts.revoke_key(other, mine.key.id)


def test_only_accepted_memberships_count(accounts: AccountService, database: Any) -> None:
    first = accounts.first_account()
    user = accounts.register("b@example.org", "b", "password")
    for role, joined in ((TenantRole.INVITED, ()), (TenantRole.NORMAL, (first.id,))):
        with database.transaction() as unit:
            unit.accounts.put_membership(Membership(first.id, user.id, role))
        assert accounts.actor_of(user).joined_tenant_ids == joined


def test_sign_in_needs_the_right_password(accounts: AccountService) -> None:
    user = accounts.register(" B@Example.org ", "b", "password")
    assert accounts.sign_in("b@example.ORG", "password") == user
    for email, password in (("b@example.org", "wrong"), ("nobody@example.org", "")):
        with pytest.raises(AuthenticationError):
            accounts.sign_in(email, password)
    with pytest.raises(AuthenticationError):
        accounts.sign_in(accounts.first_account().email, "!")


def test_an_address_has_one_account(accounts: AccountService) -> None:
    accounts.register("b@example.org", "b", "password")
    with pytest.raises(Conflict):
        accounts.register("B@example.org", "b", "password")
