"""Tenants: the models that a tenant uses where nothing else is said.

In: names of models, as they are to be stored. Out: the tenant with its defaults, the server's where
it chose none. Refused: tenants of others, and names of models and vendors that nobody knows. A
known vendor needs no access yet: the choice may come before the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ragflow.domain.errors import ModelNotConfigured, UnknownModel
from ragflow.domain.identity import Actor, Tenant
from ragflow.domain.ports import Clock, ModelCatalog
from ragflow.domain.repositories import Database
from ragflow.services.errors import TenantNotOwned, UnknownDefaultModel
from ragflow.services.teams import require_owner


class TenantService:
    """Manage what a tenant has chosen for itself."""

    def __init__(self, database: Database, catalog: ModelCatalog, clock: Clock) -> None:
        self._database = database
        self._catalog = catalog
        self._clock = clock

    def own(self, actor: Actor) -> Tenant:
        """Return the caller's tenant; where it chose no model, the server's default is named."""
        with self._database.reading() as unit:
            tenant = unit.accounts.tenant(actor.tenant_id)
        if tenant is None:
            raise TenantNotOwned(id=actor.tenant_id)
        default = self._catalog.default_name
        return replace(
            tenant,
            chat_model=tenant.chat_model or default(tenant.id, "chat"),
            embedding_model=tenant.embedding_model or default(tenant.id, "embedding"),
            rerank_model=tenant.rerank_model or default(tenant.id, "rerank"),
            vision_model=tenant.vision_model or default(tenant.id, "image2text"),
            speech_model=tenant.speech_model or default(tenant.id, "speech2text"),
        )

    def choose(self, actor: Actor, tenant_id: str, models: Mapping[str, Any]) -> Tenant:
        """Store default models by field. Raises `TenantNotOwned` or `UnknownDefaultModel`."""
        with self._database.reading() as unit:
            require_owner(unit, actor, tenant_id)
        for field, name in models.items():
            if name and not self._is_known(tenant_id, field, name):
                raise UnknownDefaultModel(name=name)
        with self._database.transaction() as unit:
            tenant = require_owner(unit, actor, tenant_id)
            changed = replace(tenant, **models, update_time=self._clock.milliseconds())
            unit.accounts.update_tenant(changed)
        return changed

    def _is_known(self, tenant_id: str, field: str, name: str) -> bool:
        model, _, factory = name.rpartition("@")
        if model and any(
            factory.lower() == known.name.lower() and not known.builtin
            for known in self._catalog.factories()
        ):
            return True
        find = {
            "embedding_model": self._catalog.embedding,
            "rerank_model": self._catalog.rerank,
            "vision_model": self._catalog.vision,
            "speech_model": self._catalog.speech,
        }.get(field, self._catalog.chat)  # a model that speaks is known as its vendor's others
        try:
            find(tenant_id, name)
        except ModelNotConfigured:
            return True
        except UnknownModel:
            return False
        return True
