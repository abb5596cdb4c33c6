"""Models: which names are accepted, and openly, what serves each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from ragflow.domain.errors import ModelNotConfigured, UnknownModel
from ragflow.domain.identity import Actor
from ragflow.domain.ports import ModelCatalog

Kind = Literal["embedding", "chat", "rerank", "image2text", "speech2text"]

ALWAYS_ACCEPTED = ("BAAI/bge-large-zh-v1.5@BAAI", "maidalun1020/bce-embedding-base_v1@Youdao")
"""Embedding models that clients may name on every server."""


@dataclass(frozen=True, slots=True)
class ServedModel:
    """Say which model answers under a name."""

    kind: Kind
    name: str
    served_by: str
    default: bool


class ModelService:
    """Tell about models."""

    def __init__(self, catalog: ModelCatalog) -> None:
        self._catalog = catalog

    def served(self, actor: Actor) -> list[ServedModel]:
        """List the tenant's default of each kind and the names that are always accepted."""
        served: list[ServedModel] = []
        kinds: tuple[Kind, ...] = get_args(Kind)
        for kind in kinds:
            default = self._catalog.default_name(actor.tenant_id, kind)
            others = ALWAYS_ACCEPTED if kind == "embedding" else ()
            for name in dict.fromkeys((default, *others)):
                answering = self._answering(actor.tenant_id, kind, name) if name else ""
                if answering:
                    served.append(ServedModel(kind, name, answering, name == default))
        return served

    def _answering(self, tenant_id: str, kind: Kind, name: str) -> str:
        try:
            match kind:
                case "embedding":
                    return self._catalog.embedding(tenant_id, name).name
                case "chat":
                    return self._catalog.chat(tenant_id, name).name
                case "rerank":
                    return self._catalog.rerank(tenant_id, name).name
                case "image2text":
                    return self._catalog.vision(tenant_id, name).name
                case "speech2text":
                    return self._catalog.speech(tenant_id, name).name
        except (UnknownModel, ModelNotConfigured):
            return ""
