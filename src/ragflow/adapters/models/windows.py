"""Context windows: how many tokens a chat model takes, told from its name."""

from __future__ import annotations

import re

DEFAULT_TOKENS = 8192
_SAID = re.compile(r"(?<![a-z\d])(\d{1,4})k(?![a-z\d])", re.IGNORECASE)
_FAMILIES = (
    (re.compile(r"gpt-4\.1|gpt-5|gemini"), 1_000_000),
    (re.compile(r"claude|(^|/)o\d"), 200_000),
    (re.compile(r"gpt-4o|gpt-4-turbo|glm-4|deepseek|kimi|qwen[23]|llama-?3\.[1-9]"), 128_000),
    (re.compile(r"mistral|mixtral|ministral|command-r|qwen|qwq"), 32_000),
    (re.compile(r"gpt-3\.5"), 16_000),
)


def context_tokens(model: str) -> int:
    """Return the window of a model: the one its name states, its family's, or 8,192."""
    said = _SAID.search(model)
    if said:
        return int(said[1]) * 1000
    for pattern, tokens in _FAMILIES:
        if pattern.search(model.lower()):
            return tokens
    return DEFAULT_TOKENS
