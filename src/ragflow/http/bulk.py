"""Bulk requests: which ids a body names, and what is told about the work on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi.responses import JSONResponse

from ragflow.http.compat import Level
from ragflow.http.envelope import refusal, result
from ragflow.http.errors import Code, WireError
from ragflow.services.bulk import BulkOutcome


def ids_in(body: Mapping[str, Any], key: str, level: Level = Level.V0_20) -> list[str] | None:
    """Return the ids to delete, None for all: no key, null and [] alike. Refuses other values.

    A body with `delete_all`, as newer clients send it, means all only when that is true; since 0.25
    a body without it means none.
    """
    named = body.get(key)
    ids = [] if named is None else _texts(named, key)
    if ids:
        return ids
    return None if body.get("delete_all", level < Level.V0_25) not in (False, None) else []


def required_ids(body: Mapping[str, Any], key: str) -> list[str]:
    """Return the ids of a body that must name some."""
    ids = body.get(key)
    if not ids:
        raise WireError(Code.DATA, f"`{key}` is required")
    return _texts(ids, key)


def handled(
    outcome: BulkOutcome, noun: str, unknown: str = "", *, counted: bool = False
) -> JSONResponse:
    """Answer what was done, naming the ids that came twice and those of no object.

    `unknown` tells about one id, `{id}`; where there are such ids only, the request is refused.
    With `counted`, the number is told also where all went well, if there was anything to do.
    """
    failures = [unknown.format(id=each) for each in outcome.unknown]
    if failures and not outcome.success_count:
        return refusal(Code.DATA, "; ".join(failures))
    errors = [*failures, *(f"Duplicate {noun} ids: {each}" for each in outcome.duplicates)]
    if not errors and counted:
        return result({"success_count": outcome.success_count} if outcome.success_count else {})
    if not errors:
        return result()
    return result({"success_count": outcome.success_count, "errors": errors})


def _texts(ids: Any, key: str) -> list[str]:
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise WireError(Code.DATA, f"`{key}` should be a list of ids")
    return ids
