"""Forms: the inputs that a canvas asks a user for, and the values that come back.

In: the declared inputs, and what a client sent: bare values or objects with a `value`. Out: one
plain value for each declared input. Refused with `InvalidInput`: an answer that has no value for an
input that is wanted, or one of another type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ragflow.agents.components.base import Call
from ragflow.domain.errors import InvalidInput


def plain_value(sent: Any) -> Any:
    """Return what a client sent for an input without its wrapping."""
    if isinstance(sent, Mapping) and "value" in sent:
        return sent["value"]
    return sent


def is_optional(declared: Any) -> bool:
    """Tell whether an input may be left empty."""
    return isinstance(declared, Mapping) and declared.get("optional") is True


def default_of(declared: Any) -> Any:
    """Return the value that an input has when nobody fills it in."""
    return declared.get("value") if isinstance(declared, Mapping) else None


def kind_of(declared: Any) -> str:
    """Return the type of an input: line, paragraph, options, file, integer, boolean."""
    return str(declared.get("type") or "line") if isinstance(declared, Mapping) else "line"


def title_of(key: str, declared: Any) -> str:
    """Return the name of an input that people see."""
    return str(declared.get("name") or key) if isinstance(declared, Mapping) else key


async def typed_value(key: str, declared: Any, sent: Any, call: Call) -> Any:
    """Return the value of an input in its type; a file is read. Raises `InvalidInput`."""
    value = plain_value(sent)
    kind = kind_of(declared)
    if value is None or value == "":
        return "" if kind in ("line", "paragraph", "options") else None
    try:
        if kind == "integer":
            return int(value) if float(value).is_integer() else float(value)
        if kind == "boolean":
            return value if isinstance(value, bool) else str(value).lower() in ("true", "1", "yes")
    except (TypeError, ValueError):
        raise InvalidInput(f"The input {title_of(key, declared)!r} must be a number.") from None
    if kind.startswith("file"):
        records = value if isinstance(value, list) else [value]
        return "\n\n".join([await _read(key, record, call) for record in records])
    return value


async def _read(key: str, record: Any, call: Call) -> str:
    if not isinstance(record, Mapping):
        raise InvalidInput(f"The input {key!r} must be the record of an uploaded file.")
    read = await call.environment.files(record)
    return read.picture or read.text
