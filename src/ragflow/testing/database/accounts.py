"""What a database must do with users, tenants, memberships, keys and providers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ragflow.domain.errors import Conflict, NotFound
from ragflow.domain.identity import Membership, ModelAccess, ProviderAccount, TenantRole
from ragflow.domain.repositories import Database
from ragflow.testing.database.samples import TENANT, USER, a_key, a_tenant, a_user


class AccountsContract:
    """State what holds for accounts."""

    @pytest.fixture
    def owner(self, database: Database) -> None:
        """Store a user and a tenant."""
        with database.transaction() as work:
            work.accounts.add_user(a_user())
            work.accounts.add_tenant(a_tenant())

    @pytest.mark.usefixtures("owner")
    def test_a_user_comes_back_as_stored_by_id_and_by_address_in_any_case(
        self, database: Database
    ) -> None:
        with database.reading() as work:
            assert work.accounts.user(USER) == a_user()
            assert work.accounts.user_by_email("ADA@Example.org") == a_user()
            assert work.accounts.user("nobody") is None
            assert work.accounts.count_users() == 1
            assert work.accounts.users() == [a_user()]

    @pytest.mark.usefixtures("owner")
    def test_an_address_belongs_to_one_user(self, database: Database) -> None:
        with pytest.raises(Conflict) as conflict, database.transaction() as work:
            work.accounts.add_user(a_user("user-2", "Ada@Example.org"))
        assert conflict.value.facts == {"noun": "user", "name": "Ada@Example.org"}

    @pytest.mark.usefixtures("owner")
    def test_users_and_tenants_can_change(self, database: Database) -> None:
        user = replace(a_user(), nickname="Countess", email="countess@example.org")
        tenant = replace(a_tenant(), rerank_model="jina")
        with database.transaction() as work:
            work.accounts.update_user(user)
            work.accounts.update_tenant(tenant)
        with database.reading() as work:
            assert work.accounts.user_by_email("countess@example.org") == user
            assert work.accounts.tenant(TENANT) == tenant

    def test_what_is_not_there_cannot_change(self, database: Database) -> None:
        with pytest.raises(NotFound), database.transaction() as work:
            work.accounts.update_tenant(a_tenant())

    @pytest.mark.usefixtures("owner")
    def test_a_membership_is_put_changed_and_removed(self, database: Database) -> None:
        with database.transaction() as work:
            work.accounts.put_membership(Membership(TENANT, USER, TenantRole.INVITED))
            work.accounts.put_membership(Membership(TENANT, USER, TenantRole.OWNER))
        with database.reading() as work:
            expected = [Membership(TENANT, USER, TenantRole.OWNER)]
            assert work.accounts.memberships_of_user(USER) == expected
            assert work.accounts.memberships_of_tenant(TENANT) == expected
        with database.transaction() as work:
            work.accounts.remove_membership(TENANT, USER)
            assert work.accounts.memberships_of_user(USER) == []

    @pytest.mark.usefixtures("owner")
    def test_a_membership_needs_its_user(self, database: Database) -> None:
        with pytest.raises(NotFound), database.transaction() as work:
            work.accounts.put_membership(Membership(TENANT, "nobody", TenantRole.NORMAL))

    @pytest.mark.usefixtures("owner")
    def test_a_key_is_found_by_its_hashes_and_can_be_revoked(self, database: Database) -> None:
        revoked = replace(a_key("key-2", "s2", "b2"), revoke_time=9)
        with database.transaction() as work:
            work.accounts.add_key(a_key("key-1", "s1", "b1"))
            work.accounts.add_key(replace(revoked, revoke_time=None))
            work.accounts.update_key(revoked)
        with database.reading() as work:
            assert work.accounts.key_by_hash("s1") == a_key("key-1", "s1", "b1")
            assert work.accounts.key_by_beta_hash("b2") == revoked
            assert work.accounts.key_by_hash("b1") is None
            assert work.accounts.keys(TENANT) == [a_key("key-1", "s1", "b1"), revoked]

    @pytest.mark.usefixtures("owner")
    def test_a_provider_account_is_put_and_replaced(self, database: Database) -> None:
        access = (ModelAccess("gpt", "image2text", "https://y.example", "sk-other"),)
        account = ProviderAccount(
            TENANT, "OpenAI", "sk-secret", "https://x.example", ("gpt",), access
        )
        with database.transaction() as work:
            work.accounts.put_provider(replace(account, api_key="old", models=()))
            work.accounts.put_provider(account)
            work.accounts.put_provider(replace(account, factory="Jina"))
        with database.reading() as work:
            assert work.accounts.provider(TENANT, "OpenAI") == account
            assert work.accounts.provider(TENANT, "Other") is None
            factories = [found.factory for found in work.accounts.providers(TENANT)]
            assert factories == ["Jina", "OpenAI"]
        with database.transaction() as work:
            work.accounts.remove_provider(TENANT, "Jina")
            work.accounts.remove_provider(TENANT, "Other")
            assert work.accounts.providers(TENANT) == [account]
