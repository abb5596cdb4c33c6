"""Catalog: finds the model behind a name for a tenant.

A name is `model@Factory`, split at its last @, or a bare model name; the empty name is the tenant's
default, else the server's. Built-in models are open to all; a vendor's are open to tenants with an
account there, and to all where the operator configured the server. A name that no vendor knows is
`UnknownModel`, a known one without access is `ModelNotConfigured`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from ragflow.adapters.guarded_http import HttpClients
from ragflow.adapters.models.builtin import BUILTIN_MODELS, E5
from ragflow.adapters.models.extractive import ExtractiveChat
from ragflow.adapters.models.factories import (
    ALWAYS_ACCEPTED_RERANKERS,
    BUILTIN,
    SERVED_BY_BUILTIN,
    canonical_factory,
    factories,
    is_known,
    lists_names,
)
from ragflow.adapters.models.hashing import HashingEmbedding
from ragflow.adapters.models.offers import offered
from ragflow.adapters.models.onnx_embedding import OnnxEmbedding
from ragflow.adapters.models.openai_compatible import SELF_HOSTED
from ragflow.adapters.models.provider import (
    ChatProvider,
    EmbeddingProvider,
    Endpoint,
    Provider,
    RerankProvider,
    SpeechProvider,
    VisionProvider,
    providers,
    split_name,
)
from ragflow.adapters.models.rerank import OverlapRerank, UnconfiguredRerank
from ragflow.adapters.models.store import ModelStore
from ragflow.domain.errors import ModelNotConfigured, UnknownModel
from ragflow.domain.identity import ProviderAccount
from ragflow.domain.models import Factory, ModelKind, OfferedModel
from ragflow.domain.ports import (
    ChatModel,
    EmbeddingModel,
    RerankModel,
    SpeechModel,
    VisionModel,
)

Kind = Literal["embedding", "chat", "rerank", "image2text", "speech2text"]
Accounts = Callable[[str], Sequence[ProviderAccount]]
"""List a tenant's accounts."""
Defaults = Callable[[str, ModelKind], str]
"""Return a tenant's default model of a kind, empty where it chose none."""

_OPERATOR = "OpenAI-API-Compatible"
_OLLAMA = "Ollama"
_RERANK = "Rerank"
_MOST_KEPT = 256


@dataclass(frozen=True, slots=True)
class CatalogOptions:
    """State the server's own models: defaults, endpoints that all tenants may use, local limits.

    `rerank_url` is the base of a `/rerank` call that serves the rerank names without a vendor.
    """

    embedding: str = E5.name
    chat: str = "extractive"
    rerank: str = ""
    vision: str = ""
    speech: str = ""
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    ollama_url: str = ""
    rerank_url: str = ""
    rerank_api_key: str = field(default="", repr=False)
    onnx_directory: Path | None = None
    threads: int = 2
    idle_seconds: float = 120.0
    request_seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """Describe a model that a tenant can name; `served_by` names the one that answers instead."""

    name: str
    kind: Kind
    available: bool
    note: str = ""
    served_by: str | None = None


class Catalog:
    """Find models by name; `tenant_default` and `accounts` are asked at every call."""

    def __init__(
        self,
        options: CatalogOptions,
        store: ModelStore,
        clients: HttpClients,
        accounts: Accounts,
        tenant_default: Defaults,
    ) -> None:
        self._options = options
        self._store = store
        self._clients = clients
        self._accounts = accounts
        self._tenant_default = tenant_default
        self._remote: dict[tuple[Kind, str, Endpoint], Any] = {}
        self._lock = threading.Lock()

    def embedding(self, tenant_id: str, name: str) -> EmbeddingModel:
        """Return an embedding model. Raises `UnknownModel` or `ModelNotConfigured`."""
        name = name or self.default_name(tenant_id, "embedding")
        local = self._local_embedding(self.served_by(name) or name)
        return local or self._vendor_model(tenant_id, name, "embedding")

    def chat(self, tenant_id: str, name: str) -> ChatModel:
        """Return a chat model. Raises `UnknownModel` or `ModelNotConfigured`."""
        name = name or self.default_name(tenant_id, "chat")
        if split_name(name) in (("extractive", ""), ("extractive", BUILTIN)):
            return ExtractiveChat(self._extractive_embedding())
        model: ChatModel = self._vendor_model(tenant_id, name, "chat")
        return model

    def rerank(self, tenant_id: str, name: str) -> RerankModel:
        """Return a rerank model. Raises `UnknownModel` or `ModelNotConfigured`.

        The names that are always accepted give a model that raises `ModelNotConfigured` at use
        where no endpoint serves it: no reranker is built in.
        """
        name = name or self.default_name(tenant_id, "rerank")
        model, factory = split_name(name)
        if (model, factory) in (("overlap", ""), ("overlap", BUILTIN)):
            return OverlapRerank()
        always = name in ALWAYS_ACCEPTED_RERANKERS or model in ALWAYS_ACCEPTED_RERANKERS
        if self._options.rerank_url and (always or not factory or factory == _RERANK):
            served: RerankModel = self._made("rerank", model, self._rerank_endpoint())
            return served
        try:
            found: RerankModel = self._vendor_model(tenant_id, name, "rerank")
        except (UnknownModel, ModelNotConfigured):
            if always:
                return UnconfiguredRerank(name)
            raise
        return found

    def vision(self, tenant_id: str, name: str) -> VisionModel:
        """Return an image-to-text model. Raises `UnknownModel` or `ModelNotConfigured`."""
        model: VisionModel = self._named_or_default(tenant_id, name, "image2text")
        return model

    def speech(self, tenant_id: str, name: str) -> SpeechModel:
        """Return a speech-to-text model. Raises `UnknownModel` or `ModelNotConfigured`."""
        model: SpeechModel = self._named_or_default(tenant_id, name, "speech2text")
        return model

    def default_name(self, tenant_id: str, kind: ModelKind) -> str:
        """Return the tenant's default model of a kind, else the server's, with its factory."""
        server: dict[ModelKind, str] = {
            "embedding": self._options.embedding,
            "chat": self._options.chat,
            "rerank": self._options.rerank,
            "image2text": self._options.vision,
            "speech2text": self._options.speech,
        }
        return self.full_name(self._tenant_default(tenant_id, kind) or server.get(kind, ""))

    def full_name(self, name: str) -> str:
        """Return a built-in model's name with its factory; other names stay as they are."""
        return f"{name}@{BUILTIN}" if name in self._builtin_names else name

    def served_by(self, name: str) -> str | None:
        """Return the full name of the built-in model that serves `name`; None if it is itself."""
        model, factory = split_name(name)
        if model in SERVED_BY_BUILTIN and factory in ("", SERVED_BY_BUILTIN[model]):
            return f"{E5.name}@{BUILTIN}"
        return None

    def models(self, tenant_id: str) -> tuple[ModelEntry, ...]:
        """List the models that a tenant can name, with what it should know about them."""
        entries = self._own_models()
        entries += [
            ModelEntry(f"{model}@{account.factory}", "chat", True)
            for account in self._accounts(tenant_id)
            for model in account.models
        ]
        return tuple(entries)

    def _own_models(self) -> list[ModelEntry]:
        entries = [
            ModelEntry(self.full_name(model.name), "embedding", True, model.note)
            for model in BUILTIN_MODELS.values()
        ]
        entries += [
            ModelEntry(
                f"{model}@{factory}",
                "embedding",
                True,
                f"Its weights are not part of this server: {E5.name} answers under this name.",
                self.served_by(model),
            )
            for model, factory in SERVED_BY_BUILTIN.items()
        ]
        if self._options.onnx_directory is not None:
            name = self.full_name(self._options.onnx_directory.name)
            entries.append(ModelEntry(name, "embedding", True, "The operator's ONNX model."))
        entries.append(
            ModelEntry(
                self.full_name("extractive"),
                "chat",
                True,
                "Answers in sentences of the sources; it writes none of its own.",
            )
        )
        served = bool(self._options.rerank_url)
        note = "" if served else "No rerank endpoint is set: using it fails until one is."
        entries += [
            ModelEntry(model, "rerank", served, note) for model in ALWAYS_ACCEPTED_RERANKERS
        ]
        return entries

    def factories(self) -> tuple[Factory, ...]:
        """List the vendors whose models can be used, by name."""
        return factories()

    def offered(self, tenant_id: str) -> tuple[OfferedModel, ...]:
        """List the models that a tenant can choose; vendors take other names too."""
        defaults: tuple[tuple[Kind, str], ...] = (
            ("embedding", self._options.embedding),
            ("chat", self._options.chat),
            ("rerank", self._options.rerank),
            ("image2text", self._options.vision),
            ("speech2text", self._options.speech),
        )
        own = [
            OfferedModel(*split_name(self.full_name(name)), kind, True)
            for kind, name in defaults
            if name
        ]
        own += [
            OfferedModel(*split_name(entry.name), entry.kind, entry.available)
            for entry in self._own_models()
        ]
        return offered(own, self._accounts(tenant_id))

    def unload(self) -> None:
        """Give back the memory of all local models."""
        for model in self._local.values():
            if isinstance(model, OnnxEmbedding):
                model.unload()

    @cached_property
    def _builtin_names(self) -> frozenset[str]:
        own = self._options.onnx_directory
        names = {*BUILTIN_MODELS, "hashing", "extractive", "overlap"}
        return frozenset(names | ({own.name} if own else set()))

    @cached_property
    def _local(self) -> dict[str, EmbeddingModel]:
        """Make the local embedding models; none of them is loaded yet."""
        limits = (self._options.threads, self._options.idle_seconds)
        models: dict[str, EmbeddingModel] = {"hashing": HashingEmbedding()}
        for builtin in BUILTIN_MODELS.values():
            models[builtin.name] = OnnxEmbedding(
                builtin.name, builtin.dimensions, self._locator(builtin.name), *limits
            )
        own = self._options.onnx_directory
        if own is not None:
            models[own.name] = OnnxEmbedding(own.name, None, lambda: own, *limits)
        return models

    def _locator(self, name: str) -> Callable[[], Path]:
        return lambda: self._store.ensure(name)

    def _local_embedding(self, name: str) -> EmbeddingModel | None:
        model, factory = split_name(name)
        if factory not in ("", BUILTIN) or model not in self._builtin_names:
            return None
        with self._lock:
            return self._local.get(model)

    def _extractive_embedding(self) -> EmbeddingModel | None:
        """Return the built-in model where it is the server's own, loaded for questions anyway."""
        default = self._options.embedding
        if split_name(self.served_by(default) or default)[0] != E5.name:
            return None
        return self._local_embedding(E5.name)

    def _named_or_default(self, tenant_id: str, name: str, kind: Kind) -> Any:
        name = name or self.default_name(tenant_id, kind)
        if not name:
            raise ModelNotConfigured(f"No {kind} model is set.", name="")
        return self._vendor_model(tenant_id, name, kind)

    def _vendor_model(self, tenant_id: str, name: str, kind: Kind) -> Any:
        model, written = split_name(name)
        if written:
            factory = canonical_factory(written)
            if factory is None or not model:
                raise UnknownModel(name=name)
        else:
            factory = None if name.endswith("@") else self._factory_of(tenant_id, model)
            if factory is None:
                raise UnknownModel(name=name)
        account = self._account(tenant_id, factory)
        listed = account is not None and model in account.models
        if not listed and not is_known(factory, model):
            raise UnknownModel(name=name)
        endpoint = self._endpoint(factory, account and account.serving(model))
        if endpoint is None:
            raise ModelNotConfigured(name=name)
        return self._made(kind, model, endpoint)

    def _factory_of(self, tenant_id: str, model: str) -> str | None:
        """Return the vendor of a bare name: one where the tenant has an account that fits."""
        for account in self._accounts(tenant_id):
            factory = canonical_factory(account.factory)
            if factory is None:
                continue
            if model in account.models or (lists_names(factory) and is_known(factory, model)):
                return factory
        return None

    def _account(self, tenant_id: str, factory: str) -> ProviderAccount | None:
        for account in self._accounts(tenant_id):
            if canonical_factory(account.factory) == factory:
                return account
        return None

    def _endpoint(self, factory: str, account: ProviderAccount | None) -> Endpoint | None:
        """Return where a vendor's models are for a tenant: its own account goes first.

        An account with a server that has no address of its own must name one.
        """
        seconds = self._options.request_seconds
        if account is not None and (account.base_url or factory not in SELF_HOSTED):
            return Endpoint(
                factory,
                account.base_url,
                account.api_key,
                trusted=not account.base_url and factory != _OLLAMA,
                seconds=seconds,
            )
        if factory == _OPERATOR and self._options.base_url:
            key = self._options.api_key
            return Endpoint(factory, self._options.base_url, key, trusted=True, seconds=seconds)
        if factory == _OLLAMA and self._options.ollama_url:
            return Endpoint(factory, self._options.ollama_url, trusted=True, seconds=seconds)
        return None

    def _rerank_endpoint(self) -> Endpoint:
        return Endpoint(
            _OPERATOR,
            self._options.rerank_url,
            self._options.rerank_api_key,
            trusted=True,
            seconds=self._options.request_seconds,
        )

    def _made(self, kind: Kind, model: str, endpoint: Endpoint) -> Any:
        """Return the model of an endpoint; it is kept, since some ask their server once."""
        key = (kind, model, endpoint)
        with self._lock:
            if key not in self._remote:
                if len(self._remote) >= _MOST_KEPT:
                    self._remote.clear()
                provider = providers[endpoint.factory](endpoint, self._clients)
                self._remote[key] = _offered(provider, kind, model, endpoint.factory)
            return self._remote[key]


def _offered(provider: Provider, kind: Kind, model: str, factory: str) -> Any:
    if kind == "chat" and isinstance(provider, ChatProvider):
        return provider.chat(model)
    if kind == "embedding" and isinstance(provider, EmbeddingProvider):
        return provider.embedding(model)
    if kind == "rerank" and isinstance(provider, RerankProvider):
        return provider.rerank(model)
    if kind == "image2text" and isinstance(provider, VisionProvider):
        return provider.vision(model)
    if kind == "speech2text" and isinstance(provider, SpeechProvider):
        return provider.speech(model)
    raise UnknownModel(
        f"{factory} offers no {kind} models, so not {model}", name=f"{model}@{factory}"
    )
