"""Providers: a tenant's access to the vendors of models.

In: vendors, keys, addresses and names of models. Out: what the tenant configured, its keys left
out. Refused: vendors that this server does not know and those that are built in. No vendor is
called: whether a key works shows at its first use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ragflow.domain.identity import Actor, ModelAccess, ProviderAccount
from ragflow.domain.models import Factory, OfferedModel
from ragflow.domain.ports import ModelCatalog
from ragflow.domain.repositories import Database
from ragflow.services.errors import UnknownFactory


@dataclass(frozen=True, slots=True)
class ConfiguredFactory:
    """Say which models of a vendor a tenant can use."""

    factory: Factory
    models: tuple[OfferedModel, ...]


class ProviderService:
    """Manage a tenant's access to the vendors of models."""

    def __init__(self, database: Database, catalog: ModelCatalog) -> None:
        self._database = database
        self._catalog = catalog

    def factories(self) -> Sequence[Factory]:
        """List all vendors."""
        return self._catalog.factories()

    def offered(self, actor: Actor) -> Sequence[OfferedModel]:
        """List the models that the caller's tenant can choose."""
        return self._catalog.offered(actor.tenant_id)

    def configured(self, actor: Actor) -> list[ConfiguredFactory]:
        """List the vendors that the caller's tenant has access to, with their models."""
        with self._database.reading() as unit:
            names = {account.factory for account in unit.accounts.providers(actor.tenant_id)}
        models = [each for each in self._catalog.offered(actor.tenant_id) if each.available]
        return [
            ConfiguredFactory(factory, tuple(m for m in models if m.factory == factory.name))
            for factory in self._catalog.factories()
            if factory.name in names
        ]

    def set_key(self, actor: Actor, factory: str, api_key: str, base_url: str) -> None:
        """Store how a vendor is reached; models that were added stay. Raises `UnknownFactory`."""
        name = self._vendor(factory)
        with self._database.transaction() as unit:
            known = unit.accounts.provider(actor.tenant_id, name)
            account = known or ProviderAccount(actor.tenant_id, name, "")
            unit.accounts.put_provider(replace(account, api_key=api_key, base_url=base_url))

    def add_model(self, actor: Actor, factory: str, model: ModelAccess) -> None:
        """Add a model by name, or replace what was known of it. Raises `UnknownFactory`."""
        name = self._vendor(factory)
        with self._database.transaction() as unit:
            known = unit.accounts.provider(actor.tenant_id, name)
            account = known or ProviderAccount(actor.tenant_id, name, "")
            account = _without(account, model.name)
            unit.accounts.put_provider(
                replace(
                    account,
                    models=(*account.models, model.name),
                    access=(*account.access, model),
                )
            )

    def remove_model(self, actor: Actor, factory: str, model: str) -> None:
        """Forget a model that was added, if it was. Raises `UnknownFactory`."""
        name = self._vendor(factory)
        with self._database.transaction() as unit:
            account = unit.accounts.provider(actor.tenant_id, name)
            if account is None:
                return
            left = _without(account, model)
            if left.models or left.api_key or left.base_url:
                unit.accounts.put_provider(left)
            else:  # made for its models alone: without them it gives access to nothing
                unit.accounts.remove_provider(actor.tenant_id, name)

    def remove_factory(self, actor: Actor, factory: str) -> None:
        """Forget a vendor with its key and models, if there. Raises `UnknownFactory`."""
        with self._database.transaction() as unit:
            unit.accounts.remove_provider(actor.tenant_id, self._vendor(factory))

    def _vendor(self, name: str) -> str:
        vendors = [each.name for each in self._catalog.factories() if not each.builtin]
        for vendor in vendors:
            if vendor.lower() == name.lower():
                return vendor
        raise UnknownFactory(name=name, known=", ".join(vendors))


def _without(account: ProviderAccount, model: str) -> ProviderAccount:
    return replace(
        account,
        models=tuple(each for each in account.models if each != model),
        access=tuple(each for each in account.access if each.name != model),
    )
