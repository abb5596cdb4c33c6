"""Offers: the models that a tenant can choose from, each once for what it can do.

In: what the server itself has, and the tenant's accounts. Out: the server's models, the known ones
of every vendor (available where an account gives access) and those that the tenant added by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ragflow.adapters.models.factories import SERVED_BY_BUILTIN, canonical_factory
from ragflow.adapters.models.known_models import KNOWN_MODELS
from ragflow.domain.identity import ProviderAccount
from ragflow.domain.models import ModelKind, OfferedModel

_HOUSES = {model.partition("/")[0]: factory for model, factory in SERVED_BY_BUILTIN.items()}


def offered(
    own: Iterable[OfferedModel], accounts: Sequence[ProviderAccount]
) -> tuple[OfferedModel, ...]:
    """List what a tenant can choose, a model of several kinds under each.

    Of what several sources say about a name, the later, more special one holds.
    """
    offers: dict[tuple[str, str], dict[ModelKind, OfferedModel]] = {}
    for source in (map(_housed, own), _known(accounts), _added(accounts)):
        named: dict[tuple[str, str], dict[ModelKind, OfferedModel]] = {}
        for model in source:
            named.setdefault((model.factory, model.name), {})[model.kind] = model
        offers |= named
    return tuple(model for kinds in offers.values() for model in kinds.values())


def _housed(model: OfferedModel) -> OfferedModel:
    """Give a model that is named without a vendor to the one whose name its own begins with."""
    factory = model.factory or _HOUSES.get(model.name.partition("/")[0], "")
    return OfferedModel(model.name, factory, model.kind, model.available)


def _known(accounts: Sequence[ProviderAccount]) -> Iterator[OfferedModel]:
    by_factory = {canonical_factory(account.factory): account for account in accounts}
    for factory, kinds in KNOWN_MODELS.items():
        account = by_factory.get(factory)
        for kind, names in kinds.items():
            for name in names:
                available = account is not None and account.serving(name) is not None
                yield OfferedModel(name, factory, kind, available)


def _added(accounts: Sequence[ProviderAccount]) -> Iterator[OfferedModel]:
    for account in accounts:
        described = {access.name: access for access in account.access}
        for name in account.models:
            kind = described[name].kind if name in described else "chat"
            yield OfferedModel(name, account.factory, kind, True)
