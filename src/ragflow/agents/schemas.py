"""JSON Schemas of canvases: does data fit one that somebody wrote who may mean harm.

In: a schema, and data. Out: why the data does not fit. Nothing is fetched: a reference leads within
the schema or nowhere. Patterns run on an engine that can be stopped, and the whole comparison ends
after a second. Told as the reason: a schema that is none, and what takes too long.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

MOST_SECONDS = 1.0
_PATTERN_SECONDS = 0.2


class _TakesTooLong(Exception):
    """Say that a comparison is to stop."""


def misfit(data: Any, schema: Mapping[str, Any]) -> str:
    """Return why data does not fit a schema, an empty text where it does; may take a second."""
    from jsonschema.exceptions import best_match
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    reason = fault_of(schema)
    if reason:
        return reason
    validator = _validator()(schema, registry=Registry())  # an empty one fetches nothing
    try:
        error = best_match(validator.iter_errors(data))
    except Unresolvable as missing:
        return f"the schema itself is wrong: {missing.ref!r} leads nowhere in it"
    except RecursionError:
        return "the schema itself is wrong: it refers to itself without end"
    except (_TakesTooLong, TimeoutError):
        return f"comparing it with the schema takes more than {MOST_SECONDS:g} seconds"
    return "" if error is None else f"{error.json_path}: {error.message}"


def fault_of(schema: Mapping[str, Any]) -> str:
    """Return why a schema is none that can be used, an empty text where it can."""
    import regex
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return f"the schema itself is wrong: {error.message}"
    except RecursionError:
        return "the schema itself is wrong: it is nested too deeply"
    except regex.error as error:
        return f"the schema itself is wrong: {error}"
    for part in _parts(schema):
        if "patternProperties" in part:
            return "the schema itself cannot be used: patternProperties are not supported"
    return ""


def _parts(schema: Any) -> Iterator[Mapping[str, Any]]:
    waiting = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            yield part
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def _validator() -> Any:
    """Return a validator that looks at the clock before each keyword."""
    from jsonschema import Draft202012Validator, ValidationError
    from jsonschema.validators import extend

    until = time.monotonic() + MOST_SECONDS

    def looking(check: Callable[..., Any]) -> Callable[..., Any]:
        def looked(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
            if time.monotonic() > until:
                raise _TakesTooLong
            return check(validator, value, instance, schema)

        return looked

    def pattern(validator: Any, value: Any, instance: Any, _schema: Any) -> Any:
        import regex

        if validator.is_type(instance, "string") and not regex.search(
            value, instance, timeout=_PATTERN_SECONDS
        ):
            yield ValidationError(f"{instance!r} does not match {value!r}")

    def unique(validator: Any, value: Any, instance: Any, _schema: Any) -> Any:
        if value and validator.is_type(instance, "array"):  # the library compares all with all
            seen = {json.dumps(each, sort_keys=True) for each in instance}
            if len(seen) < len(instance):
                yield ValidationError("it has the same item twice")

    checks = {**Draft202012Validator.VALIDATORS, "pattern": pattern, "uniqueItems": unique}
    return extend(Draft202012Validator, {name: looking(check) for name, check in checks.items()})
