"""Assistants: how a chat answers, read from its stored, free-form configuration.

In: `prompt_config` and `llm_setting` of a chat. Out: typed settings. Nothing is refused: what
cannot be read is as if it were not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ragflow.domain.answers import SamplingOptions
from ragflow.generate.prompts import prompt_text


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """Say how an assistant answers; made from a chat's stored configuration by `settings_of`."""

    system: str
    variables: Mapping[str, bool] = field(default_factory=dict)  # name → may be missing
    empty_response: str = ""
    quote: bool = True
    refine_multiturn: bool = True
    keyword: bool = False
    cross_languages: tuple[str, ...] = ()
    sampling: SamplingOptions = field(default_factory=SamplingOptions)


def settings_of(prompt_config: Mapping[str, Any], llm_setting: Mapping[str, Any]) -> AnswerSettings:
    """Read a chat's stored configuration."""
    languages = prompt_config.get("cross_languages")
    return AnswerSettings(
        system=str(prompt_config.get("system") or prompt_text("system")),
        variables={
            str(parameter["key"]): bool(parameter.get("optional", False))
            for parameter in prompt_config.get("parameters") or ()
            if isinstance(parameter, Mapping) and parameter.get("key")
        },
        empty_response=str(prompt_config.get("empty_response") or ""),
        quote=bool(prompt_config.get("quote", True)),
        refine_multiturn=bool(prompt_config.get("refine_multiturn", True)),
        keyword=bool(prompt_config.get("keyword", False)),
        cross_languages=tuple(map(str, languages)) if isinstance(languages, list | tuple) else (),
        sampling=sampling_of(llm_setting),
    )


def sampling_of(llm_setting: Mapping[str, Any]) -> SamplingOptions:
    """Read the sampling options of a stored llm_setting."""
    max_tokens = _number(llm_setting.get("max_tokens"))
    return SamplingOptions(
        temperature=_number(llm_setting.get("temperature")),
        top_p=_number(llm_setting.get("top_p")),
        presence_penalty=_number(llm_setting.get("presence_penalty")),
        frequency_penalty=_number(llm_setting.get("frequency_penalty")),
        max_tokens=int(max_tokens) if max_tokens and max_tokens >= 1 else None,
    )


def _number(value: Any) -> float | None:
    """Return a number that was stored as one, or as text."""
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
