"""Results of scripts: JSON that somebody else wrote, until it has been looked at.

In: bytes or text. Out: values that can be stored and written as JSON again. Refused with
`CodeFailed`: what is not JSON, numbers that JSON has none of, halves of characters and deep nests.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from ragflow.domain.errors import CodeFailed

_MOST_DEPTH = 100


def result_of(text: bytes | str) -> Any:
    """Return the values. Raises `CodeFailed`."""
    try:
        value = json.loads(text, parse_constant=_no_number)
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise _too_deep() from None
    except UnicodeEncodeError:
        raise CodeFailed(reason="its result holds half a character") from None
    except ValueError as error:
        raise CodeFailed(reason=f"its result is not JSON: {error}") from None
    _check_depth(value)
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(_MOST_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> CodeFailed:
    return CodeFailed(reason=f"its result is nested more than {_MOST_DEPTH} deep")


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
