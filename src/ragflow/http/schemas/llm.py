"""Models on the wire: vendors and what a tenant can choose, as JSON objects without any key."""

from __future__ import annotations

from typing import Any

from ragflow.domain.models import Factory, ModelKind, OfferedModel
from ragflow.services.providers import ConfiguredFactory

_TAGS: dict[ModelKind, str] = {
    "chat": "LLM",
    "embedding": "TEXT EMBEDDING",
    "rerank": "TEXT RE-RANK",
    "image2text": "IMAGE2TEXT",
    "speech2text": "SPEECH2TEXT",
    "tts": "TTS",
}


def factory_object(factory: Factory) -> dict[str, Any]:
    """Return a vendor; one that is built in needs no key."""
    return {
        "name": factory.name,
        "tags": tags(factory),
        "model_types": list(factory.kinds),
        "builtin": factory.builtin,
        "status": "1",
    }


def offered_object(model: OfferedModel) -> dict[str, Any]:
    """Return a model that a tenant can choose."""
    return {
        "llm_name": model.name,
        "fid": model.factory,
        "model_type": model.kind,
        "available": model.available,
        "status": "1",
    }


def configured_object(configured: ConfiguredFactory) -> dict[str, Any]:
    """Return what a tenant can use of a vendor."""
    return {
        "tags": tags(configured.factory),
        "llm": [
            {
                "type": model.kind,
                "name": model.name,
                "used_token": 0,  # nothing counts what models use
                "status": "1",
            }
            for model in configured.models
        ],
    }


def tags(factory: Factory) -> str:
    """Return the kinds of a vendor's models as clients show them."""
    return ",".join(_TAGS[kind] for kind in factory.kinds)
