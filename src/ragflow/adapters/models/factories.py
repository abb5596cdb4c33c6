"""Factories: which model names each vendor is known by, and the names that are always accepted.

Vendors publish new models faster than lists can follow, so that a vendor's names are told by their
beginnings; a server that runs whatever it is given takes any name.
"""

from __future__ import annotations

import re

from ragflow.adapters.models import any_llm, ollama, openai_compatible  # noqa: F401 - they register
from ragflow.adapters.models.known_models import KNOWN_MODELS
from ragflow.adapters.models.provider import providers
from ragflow.domain.models import MODEL_KINDS, Factory, ModelKind

BUILTIN = "Builtin"
SERVED_BY_BUILTIN = {
    "BAAI/bge-large-zh-v1.5": "BAAI",
    "maidalun1020/bce-embedding-base_v1": "Youdao",
}
"""Embedding models that clients name by default; the built-in multilingual model serves them."""
ALWAYS_ACCEPTED_RERANKERS = ("BAAI/bge-reranker-v2-m3", "maidalun1020/bce-reranker-base_v1")
_BEGINNINGS = {
    "Anthropic": "claude-",
    "BaiChuan": "baichuan",
    "Cohere": "command|embed-|rerank-|c4ai-",
    "DeepSeek": "deepseek-",
    "Gemini": "gemini-|gemma-|text-embedding-|embedding-",
    "Jina": "jina-",
    "MiniMax": "minimax|abab|embo-",
    "Mistral": "mistral|ministral|codestral|devstral|magistral|pixtral|open-mi",
    "Moonshot": "moonshot-|kimi-",
    "OpenAI": r"gpt-|chatgpt-|o\d|text-embedding-|whisper-",
    "StepFun": "step-",
    "Tongyi-Qianwen": "qwen|qwq|qvq|text-embedding-v|gte-rerank",
    "Voyage AI": "voyage-|rerank-",
    "ZHIPU-AI": "glm-|embedding-|rerank",
    "xAI": "grok-",
}


def canonical_factory(name: str) -> str | None:
    """Return a vendor's name as it is registered, whatever its case; None for a stranger."""
    if name in providers:
        return name
    return next((known for known in providers if known.lower() == name.lower()), None)


def factories() -> tuple[Factory, ...]:
    """List the vendors, by name; those with names of their own tell by them what they offer."""
    any_kind: tuple[ModelKind, ...] = tuple(kind for kind in MODEL_KINDS if kind != "tts")
    own = [
        Factory(BUILTIN, ("chat", "embedding"), builtin=True),
        *(Factory(name, ("embedding",), builtin=True) for name in SERVED_BY_BUILTIN.values()),
    ]
    vendors = [
        Factory(name, tuple(KNOWN_MODELS[name]) if name in KNOWN_MODELS else any_kind)
        for name in providers
    ]
    return tuple(sorted((*own, *vendors), key=lambda factory: factory.name.lower()))


def lists_names(factory: str) -> bool:
    """Tell whether a vendor has models of its own, so that a name can be unknown to it."""
    return factory in _BEGINNINGS


def is_known(factory: str, model: str) -> bool:
    """Tell whether a vendor's model may have this name."""
    if not lists_names(factory):
        return bool(model)
    return re.match(_BEGINNINGS[factory], model.lower()) is not None
