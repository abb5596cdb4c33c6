"""Reading values of answers that nobody vouches for: a wrong form reads as nothing.

Also what was found, in the three forms of a tool's result: a text, data and sources to cite.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator

from ragflow.agents.references import as_text
from ragflow.agents.tools.base import ToolResult
from ragflow.domain.agents import Source


def at(value: Any, *path: str) -> Any:
    """Return what stands at the end of a path of keys; None where it breaks off."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def words(value: Any, *path: str) -> str:
    """Return a text or a number as text, with white space joined; all else is empty."""
    value = at(value, *path)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return " ".join(str(value).split())


def objects(value: Any, *path: str) -> list[Mapping[str, Any]]:
    """Return the objects of a list; empty where there is no list."""
    value = at(value, *path)
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, Mapping)]


def split_list(value: Any) -> Any:
    """Return the parts of a text that holds a list, as JSON or between commas."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            pass
    return [part.strip() for part in value.replace("\n", ",").split(",") if part.strip()]


Words = Annotated[str, BeforeValidator(as_text)]
"""A text, or whatever a reference to an output of a component led to."""

Texts = Annotated[tuple[str, ...], BeforeValidator(split_list)]
"""Texts as a list, or as one text between commas."""


@dataclass(frozen=True, slots=True)
class Found:
    """Hold one thing that was found."""

    title: str
    url: str
    content: str


def found(things: Iterable[Found], data: Any, **outputs: Any) -> ToolResult:
    """Return the result of a search; the same address is listed once."""
    kept: dict[str, Found] = {}
    for thing in things:
        if thing.url or thing.content:
            kept.setdefault(thing.url or thing.title + thing.content, thing)
    text = "\n\n".join(
        "\n".join(part for part in (thing.title, thing.url, thing.content) if part)
        for thing in kept.values()
    )
    return ToolResult(text, data, [_source(thing) for thing in kept.values()], outputs or None)


def nothing() -> ToolResult:
    """Return the result of a search that had nothing to look for, or found nothing."""
    return ToolResult("", [])


def _source(thing: Found) -> Source:
    """Return what an answer may cite; an address that is none of the web is no link."""
    url = thing.url if thing.url.startswith(("http://", "https://")) else ""
    key = url or thing.title + thing.content
    identity = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return Source(identity, thing.content or thing.title, thing.title or url, url=url)
