"""What a query of an agent may take, and rows that are collected within that.

In: the rows of a cursor. Out: `SqlRows` whose values JSON has, too. Refused: a row that is larger
than everything a result may hold.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ragflow.domain.agent_ports import SqlRows
from ragflow.domain.errors import ToolFailed, spelled_out

TOOL = "SQL"


@dataclass(frozen=True, slots=True)
class QueryLimits:
    """Bound a query.

    `chars` are those of all values of its result together, `bytes` all that a server may send.
    """

    seconds: float = 60.0
    writes: bool = False
    chars: int = 1_000_000
    bytes: int = 32 << 20


def failed(reason: str) -> ToolFailed:
    """Return the error that says why a statement is not run, or what came of it."""
    return ToolFailed(tool=TOOL, reason=reason)


def too_slow(limits: QueryLimits) -> ToolFailed:
    """Return the error that says that a query took too long."""
    return failed(
        f"no result within {limits.seconds:g} seconds; the setting "
        f"{spelled_out('agents.sql_seconds')} moves this limit"
    )


def too_much(limits: QueryLimits) -> ToolFailed:
    """Return the error that says that a server sent too much."""
    return failed(f"the server sent more than {limits.bytes >> 20} MiB: select less")


def collected(
    columns: Iterable[str], rows: Iterable[Iterable[Any]], most: int, limits: QueryLimits
) -> SqlRows:
    """Take so many rows, and no more than fit. Raises `ToolFailed` when the first does not fit."""
    kept: list[tuple[Any, ...]] = []
    left = limits.chars
    for row in rows:
        if len(kept) == most:
            return SqlRows(tuple(columns), tuple(kept), truncated=True)
        values = tuple(as_json(value) for value in row)
        left -= sum(len(str(value)) for value in values)
        if left < 0:
            if not kept:
                raise failed(f"a row holds more than {limits.chars} characters: select less of it")
            return SqlRows(tuple(columns), tuple(kept), truncated=True)
        kept.append(values)
    return SqlRows(tuple(columns), tuple(kept))


def changed(count: int) -> SqlRows:
    """Return the result of a statement that has no rows: how many it changed."""
    return SqlRows(("affected_rows",), ((max(count, 0),),))


def as_json(value: Any) -> Any:
    """Return a value of a database as JSON has it; what JSON has no kind for becomes text."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if abs(value) < float("inf") else str(value)  # NaN is not less, either
        case Decimal():
            return _number(value)
        case bytes() | bytearray() | memoryview():
            return "0x" + bytes(value).hex()
        case datetime.datetime() | datetime.date() | datetime.time():
            return value.isoformat()
        case Mapping():
            return {str(key): as_json(each) for key, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [as_json(each) for each in value]
        case _:
            return str(value)


def _number(value: Decimal) -> int | float | str:
    """Return a number that says the same, a text where there is none."""
    if not value.is_finite():
        return str(value)
    if value.as_tuple().exponent == 0:
        return int(value)
    nearest = float(value)
    return nearest if Decimal(repr(nearest)) == value else str(value)
