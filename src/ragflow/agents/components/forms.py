"""Forms: the inputs that a canvas asks a user for, and the values that come back.

In: the declared inputs, and what a client sent: bare values or objects with a `value`. Out: one
plain value for each declared input. Refused with `InvalidInput`: an answer that has no value for an
input that is wanted, or one of another type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

from ragflow.agents.components.base import Call
from ragflow.domain.errors import InvalidInput

Declared = Mapping[str, Any]
"""The inputs of a form by key, as the canvas declares them."""


def _none_listed(value: object) -> object:
    return {} if value == [] else value


Inputs = Annotated[Declared, BeforeValidator(_none_listed)]
"""The same as an option; some editors write an empty list for none."""


def plain_value(sent: Any) -> Any:
    """Return what a client sent for an input without its wrapping; null where that is empty."""
    if isinstance(sent, Mapping) and "value" in sent:
        return sent["value"]
    return None if isinstance(sent, Mapping) and set(sent) <= {"type", "name"} else sent


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


def plain_answers(inputs: Declared, given: Mapping[str, Any], question: str) -> dict[str, Any]:
    """Return the values of a form in their types, files still as records.

    A plain answer fills in a form of one input. Raises `InvalidInput` for a value that is wanted
    and not there, or is of another type.
    """
    if not given and question and len(inputs) == 1:
        given = dict.fromkeys(inputs, question)
    answers: dict[str, Any] = {}
    for key, declared in inputs.items():
        value = typed(key, declared, given.get(key, default_of(declared)))
        if value in (None, "") and not is_optional(declared):
            raise InvalidInput(f"The input {title_of(key, declared)!r} is to be filled in.")
        answers[key] = value
    return answers


def typed(key: str, declared: Any, sent: Any) -> Any:
    """Return the value of an input in its type, a file still as its record.

    Raises `InvalidInput`.
    """
    value = plain_value(sent)
    kind = kind_of(declared)
    if value is None or value == "":
        return "" if kind in ("line", "paragraph", "options") else None
    try:
        if kind == "integer":
            return int(value) if float(value).is_integer() else float(value)
        if kind == "boolean":
            return value if isinstance(value, bool) else str(value).lower() in ("true", "1", "yes")
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput(f"The input {title_of(key, declared)!r} must be a number.") from None
    if kind.startswith("file"):
        records = value if isinstance(value, list) else [value]
        if not all(isinstance(record, Mapping) for record in records):
            raise InvalidInput(
                f"The input {title_of(key, declared)!r} must be the record of an uploaded file."
            )
    return value


async def read_files(declared: Any, value: Any, call: Call) -> Any:
    """Return the value of an input, with what is in its files in their place."""
    if not kind_of(declared).startswith("file") or value is None:
        return value
    read = [
        await call.environment.files(record)
        for record in (value if isinstance(value, list) else [value])
    ]
    return "\n\n".join(each.picture or each.text for each in read)
