"""Known models: a few names of each vendor, so that lists have something to choose from.

Vendors publish faster than this list follows; whatever else a vendor is known by can be named too.
"""

from __future__ import annotations

from collections.abc import Mapping

from ragflow.domain.models import ModelKind

KNOWN_MODELS: Mapping[str, Mapping[ModelKind, tuple[str, ...]]] = {
    "Anthropic": {
        "chat": ("claude-opus-4-1", "claude-sonnet-4-0", "claude-3-5-haiku-latest"),
        "image2text": ("claude-sonnet-4-0", "claude-opus-4-1"),
    },
    "BaiChuan": {
        "chat": ("Baichuan4-Turbo", "Baichuan4-Air"),
        "embedding": ("Baichuan-Text-Embedding",),
    },
    "Cohere": {
        "chat": ("command-a-03-2025", "command-r-plus-08-2024"),
        "embedding": ("embed-v4.0", "embed-multilingual-v3.0"),
        "rerank": ("rerank-v3.5",),
    },
    "DeepSeek": {"chat": ("deepseek-chat", "deepseek-reasoner")},
    "Gemini": {
        "chat": ("gemini-2.5-flash", "gemini-2.5-pro"),
        "embedding": ("gemini-embedding-001",),
        "image2text": ("gemini-2.5-flash", "gemini-2.5-pro"),
    },
    "Groq": {
        "chat": ("llama-3.3-70b-versatile", "openai/gpt-oss-120b"),
        "image2text": ("meta-llama/llama-4-scout-17b-16e-instruct",),
        "speech2text": ("whisper-large-v3", "whisper-large-v3-turbo"),
    },
    "Jina": {
        "embedding": ("jina-embeddings-v3", "jina-embeddings-v4"),
        "rerank": ("jina-reranker-v2-base-multilingual",),
    },
    "MiniMax": {"chat": ("MiniMax-M1", "MiniMax-Text-01")},
    "Mistral": {
        "chat": ("mistral-large-latest", "mistral-small-latest"),
        "embedding": ("mistral-embed",),
        "image2text": ("pixtral-large-latest", "mistral-small-latest"),
    },
    "Moonshot": {
        "chat": ("kimi-k2-0711-preview", "moonshot-v1-32k"),
        "image2text": ("moonshot-v1-32k-vision-preview",),
    },
    "OpenAI": {
        "chat": ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "o4-mini"),
        "embedding": ("text-embedding-3-small", "text-embedding-3-large"),
        "image2text": ("gpt-4o", "gpt-4o-mini", "gpt-4.1"),
        "speech2text": ("whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe"),
    },
    "StepFun": {
        "chat": ("step-2-16k", "step-1-32k"),
        "image2text": ("step-1v-8k",),
        "speech2text": ("step-asr",),
    },
    "Tongyi-Qianwen": {
        "chat": ("qwen-plus", "qwen-max", "qwen-turbo"),
        "embedding": ("text-embedding-v3", "text-embedding-v4"),
        "rerank": ("gte-rerank-v2",),
        "image2text": ("qwen-vl-plus", "qwen-vl-max"),
    },
    "Voyage AI": {
        "embedding": ("voyage-3.5", "voyage-3-large"),
        "rerank": ("rerank-2.5",),
    },
    "ZHIPU-AI": {
        "chat": ("glm-4-flash", "glm-4-plus", "glm-4-air"),
        "embedding": ("embedding-2", "embedding-3"),
        "image2text": ("glm-4v", "glm-4v-plus"),
    },
    "xAI": {"chat": ("grok-3", "grok-4"), "image2text": ("grok-4",)},
}
