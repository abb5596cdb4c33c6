"""JSON values: what can be stored and sent of what components make.

In: any value. Out: one that JSON has words for and every database keeps. Numbers that are not
finite become null, characters that cannot be stored become U+FFFD, other objects their text, and
what lies deeper than a bound its text too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def plain_json(value: Any, *, levels: int = 56, longest: int | None = None) -> Any:
    """Return a value as JSON; texts longer than `longest` are cut."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return _text(value, longest)
    if levels <= 0:
        return _text(str(value), longest)
    if isinstance(value, Mapping):
        return {
            _text(str(key), longest): plain_json(each, levels=levels - 1, longest=longest)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_json(each, levels=levels - 1, longest=longest) for each in value]
    return _text(str(value), longest)


def _text(value: str, longest: int | None) -> str:
    if longest is not None and len(value) > longest:
        value = f"{value[:longest]}…"
    return _UNSTORABLE.sub("\ufffd", value)
