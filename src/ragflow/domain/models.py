"""Models as people choose them: the vendors, and what each of them offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

ModelKind = Literal["chat", "embedding", "rerank", "image2text", "speech2text", "tts"]
MODEL_KINDS: tuple[ModelKind, ...] = get_args(ModelKind)


@dataclass(frozen=True, slots=True)
class Factory:
    """Describe a vendor; one that is built in needs no account."""

    name: str
    kinds: tuple[ModelKind, ...]
    builtin: bool = False


@dataclass(frozen=True, slots=True)
class OfferedModel:
    """Describe a model that a tenant can choose; it is available where the tenant has access."""

    name: str
    factory: str
    kind: ModelKind
    available: bool
