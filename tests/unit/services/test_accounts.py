from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from ragflow.adapters.system import RandomIds
from ragflow.domain.errors import AuthenticationError, Conflict, NotFound, SignUpClosed
from ragflow.domain.identity import Membership, TenantRole
from ragflow.services.accounts import AccountService
from ragflow.services.credentials import Passwords
from ragflow.services.errors import AmbiguousKey
from ragflow.services.sign_in import SignInLimits, SignInService


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


def test_an_address_has_one_account(accounts: AccountService) -> None:
    accounts.register("b@example.org", "b", "password")
    with pytest.raises(Conflict):
        accounts.register("B@example.org", "b", "password")


def test_of_two_who_are_first_at_once_one_gets_in(database: Any, clock: Any) -> None:
    both_are_here = Barrier(2, timeout=30)

    class Together(Passwords):
        """Hash when both have been let in to that point."""

        def hashed(self, password: str) -> str:
            both_are_here.wait()
            return super().hashed(password)

    accounts = AccountService(database, clock, RandomIds(), Together(), "until_claimed")
    accounts.first_account()

    def sign_up(email: str) -> str:
        try:
            return accounts.register(email, "n", "p").email
        except SignUpClosed:
            return "closed"

    emails = ["ann@example.org", "bob@example.org"]
    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(sign_up, emails))
    assert outcomes in (["ann@example.org", "closed"], ["bob@example.org", "closed"])
    assert len(accounts.users()) == 2


def test_a_sign_in_that_a_new_password_overtook_does_not_begin(
    accounts: AccountService, database: Any, clock: Any, ids: Any
) -> None:
    sign_ins = SignInService(database, clock, ids, Passwords(), SignInLimits())
    user = accounts.add("b@example.org", "b", "old")
    accounts.set_password("B@example.org", "new")
    with pytest.raises(AuthenticationError):
        sign_ins.begin(user)


@pytest.mark.parametrize("named_by", ["id", "secret", "beta", "shown"])
def test_a_key_is_revoked_by_whatever_names_it(accounts: AccountService, named_by: str) -> None:
    new, other = accounts.create_key(), accounts.create_key()
    names = {
        "id": new.key.id,
        "secret": new.secret,
        "beta": new.beta,
        "shown": new.key.shown,
    }
    actor = accounts.authenticate(other.secret)
    if named_by == "shown":  # the test's secrets begin alike
        with pytest.raises(AmbiguousKey):
            accounts.revoke_key(actor, names[named_by])
        accounts.revoke_key(actor, other.key.id)
    accounts.revoke_key(actor, names[named_by])
    with pytest.raises(AuthenticationError):
        accounts.authenticate(new.secret)
    with pytest.raises(AuthenticationError):
        accounts.authenticate_beta(new.beta)
