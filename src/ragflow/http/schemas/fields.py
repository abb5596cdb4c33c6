"""Fields of bodies that are read leniently: a value of another kind is refused in plain words."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from typing import Any

from ragflow.domain.errors import InvalidInput


def object_in(body: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """Read an object; None where there is none."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise InvalidInput(f"`{name}` should be an object.", field=name)
    return value


def text_in(body: Mapping[str, Any], name: str) -> str | None:
    """Read a text; None where there is none."""
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidInput(f"`{name}` should be a string.", field=name)
    return value


def number_in(body: Mapping[str, Any] | None, name: str) -> float | None:
    """Read a finite number, which may come as text; None where there is none."""
    value = (body or {}).get(name)
    if value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise InvalidInput(f"`{name}` should be a number.", field=name)
    return number


def whole_in(body: Mapping[str, Any] | None, name: str) -> int | None:
    """Read a whole number; None where there is none."""
    value = number_in(body, name)
    return None if value is None else int(value)


def picture_in(body: Mapping[str, Any], name: str) -> bytes | None:
    """Read a PNG or JPEG picture in base64, with or without `data:…,`; None where there is none."""
    text = text_in(body, name)
    if not text:
        return None
    try:
        data = base64.b64decode(text.rpartition(",")[2], validate=True)
    except ValueError:
        data = b""
    if not data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        raise InvalidInput(f"`{name}` should be a PNG or JPEG picture in base64.", field=name)
    return data
