"""Column types that mean the same on SQLite and PostgreSQL.

In: Python values. Out: text that orders by code point, JSON as compact text, integers of 64 bits.
Refused: what PostgreSQL cannot store (NUL), what is no Unicode text (lone surrogates), and numbers
that JSON has no word for (NaN, infinity).
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, Text
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator, TypeEngine

from ragflow.domain.errors import InvalidInput

_DEEPEST = 64  # readers of JSON give up somewhere between a hundred and a thousand levels


class UnstorableText(InvalidInput, DontWrapMixin):
    """Say that a text holds a character that no database of ours can store."""

    template = "A text holds {character}, which cannot be stored."


class UnstorableNumber(InvalidInput, DontWrapMixin):
    """Say that a JSON value holds a number that is not finite."""

    template = "A number is not finite and cannot be stored."


def storable(text: str) -> str:
    """Return the text. Raises `UnstorableText` for NUL and lone surrogates.

    Stripping them instead would move the offsets that spans and quotes count in.
    """
    if "\x00" in text:
        raise UnstorableText(character="a NUL character")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UnstorableText(character="half of a surrogate pair") from error
    return text


class String(TypeDecorator[str]):
    """Hold text of any length, compared by code point on every database."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        collation = "C" if dialect.name == "postgresql" else None
        return dialect.type_descriptor(Text(collation=collation))

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class NestedTooDeep(InvalidInput, DontWrapMixin):
    """Say that a JSON value is nested deeper than clients can read it back."""

    template = "A value is nested more than {most} levels deep and cannot be stored."


class Json(TypeDecorator[Any]):
    """Hold a JSON value as compact text; None is NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        if value is None:
            return None
        _check_depth(value)
        try:
            text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        except ValueError as error:
            raise UnstorableNumber from error
        return storable(text)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def _check_depth(value: Any) -> None:
    """Refuse what is nested too deep. Raises `NestedTooDeep`."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list | tuple)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise NestedTooDeep(most=_DEEPEST)


Long = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers rows by INTEGER alone
