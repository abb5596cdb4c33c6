"""Bulk requests: which ids a body names, and how partial success is told.

Absent, null and empty lists mean all. Ids that come twice are handled once and named in `errors`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.responses import JSONResponse

from ragflow.http.envelope import refusal, result
from ragflow.http.errors import Code
from ragflow.http.named_ids import ids_in
from ragflow.services.bulk import unique


@dataclass(frozen=True, slots=True)
class WantedIds:
    """Hold the ids to handle, each once, and those that were named more than once."""

    ids: tuple[str, ...]
    duplicates: tuple[str, ...] = ()


def wanted_ids(body: Mapping[str, Any], name: str, every: Callable[[], list[str]]) -> WantedIds:
    """Read a list of ids; `every` finds all of them. Raises `WireError` for other values."""
    named = ids_in(body, name)
    if named is None:
        return WantedIds(tuple(every()))
    ids, duplicates = unique(named)
    return WantedIds(tuple(ids), duplicates)


def bulk_result(wanted: WantedIds, noun: str, failures: Sequence[str]) -> JSONResponse:
    """Answer a bulk request: refused when nothing was done, with counts when some was not."""
    done = len(wanted.ids) - len(failures)
    if failures and not done:
        return refusal(Code.DATA, "; ".join(failures))
    notes = [*failures, *(f"Duplicate {noun} ids: {each}" for each in wanted.duplicates)]
    return result({"success_count": done, "errors": notes}) if notes else result()
