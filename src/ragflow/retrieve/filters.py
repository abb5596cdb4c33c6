"""Choose documents by their meta fields, as `metadata_condition` asks.

In come the condition as it stands in a request and the meta fields by document, out come the ids of
the documents that meet it, or None where it sets no limit. Unknown operators are refused.

A field that holds a list meets a condition when one of its items does. A document without the field
counts as empty. A condition on a field that no document has is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ragflow.domain.errors import InvalidInput

Test = Callable[[Any, Any], bool]

_NEGATIONS = {
    "not is": "is",
    "≠": "is",
    "!=": "is",
    "not contains": "contains",
    "not in": "in",
    "not empty": "empty",
}
_ALIASES = {"=": "is", "==": "is", ">=": "≥", "<=": "≤"}


def matching_documents(
    condition: Mapping[str, Any] | None, meta_fields: Mapping[str, Mapping[str, Any]]
) -> tuple[str, ...] | None:
    """Return the ids of the documents that meet the condition, sorted; None for no limit.

    The conditions are joined by `and`, or as `logical_operator` (or `logic`) says. Raises
    `InvalidInput` for an unknown operator or a condition that is no object.
    """
    conditions = (condition or {}).get("conditions") or []
    if not isinstance(conditions, Sequence):
        raise InvalidInput("The metadata conditions must be a list.")
    tests = [_test(item) for item in conditions if _names_a_field(item, meta_fields)]
    if condition is None or not tests:
        return None
    joined = condition.get("logical_operator") or condition.get("logic") or "and"
    join = any if str(joined).lower() == "or" else all
    return tuple(
        sorted(
            document_id
            for document_id, fields in meta_fields.items()
            if join(test(fields) for test in tests)
        )
    )


def _names_a_field(item: Any, meta_fields: Mapping[str, Mapping[str, Any]]) -> bool:
    if not isinstance(item, Mapping):
        raise InvalidInput(f"A metadata condition must be an object, not {item!r}.")
    name = item.get("name", item.get("key"))
    return any(name in fields for fields in meta_fields.values())


def _test(item: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], bool]:
    name = item.get("name", item.get("key"))
    operator = str(item.get("comparison_operator", item.get("op", "is"))).strip().lower()
    wanted = item.get("value")
    negated = operator in _NEGATIONS
    operator = _NEGATIONS.get(operator, _ALIASES.get(operator, operator))
    compare = _COMPARISONS.get(operator)
    if compare is None:
        raise InvalidInput(f"Unknown comparison operator: {operator!r}.")

    def meets(fields: Mapping[str, Any]) -> bool:
        held = fields.get(name)
        items = held if isinstance(held, Sequence) and not isinstance(held, str) else [held]
        met = (
            _is_empty(held, None)
            if operator == "empty"
            else any(not _is_empty(value, None) and compare(value, wanted) for value in items)
        )
        return met != negated

    return meets


def _is_empty(value: Any, _: Any) -> bool:
    return value is None or value == "" or value == []


def _is(value: Any, wanted: Any) -> bool:
    left, right = _comparable(value, wanted)
    return bool(left == right)


def _ordered(compare: Test) -> Test:
    def test(value: Any, wanted: Any) -> bool:
        left, right = _comparable(value, wanted)
        return compare(left, right)

    return test


def _in(value: Any, wanted: Any) -> bool:
    choices = wanted.split(",") if isinstance(wanted, str) else wanted
    if not isinstance(choices, Sequence):
        choices = [choices]
    return any(_is(value, choice) for choice in choices)


def _comparable(value: Any, wanted: Any) -> tuple[Any, Any]:
    """Return both as numbers if both are numbers, else as texts."""
    try:
        return float(value), float(wanted)
    except (TypeError, ValueError):
        return _text(value), _text(wanted)


def _text(value: Any) -> str:
    return str(value).strip()


def _folded(value: Any) -> str:
    return _text(value).casefold()


_COMPARISONS: dict[str, Test] = {
    "is": _is,
    "empty": _is_empty,
    "in": _in,
    "contains": lambda value, wanted: _folded(wanted) in _folded(value),
    "start with": lambda value, wanted: _folded(value).startswith(_folded(wanted)),
    "end with": lambda value, wanted: _folded(value).endswith(_folded(wanted)),
    ">": _ordered(lambda left, right: left > right),
    "<": _ordered(lambda left, right: left < right),
    "≥": _ordered(lambda left, right: left >= right),
    "≤": _ordered(lambda left, right: left <= right),
}
