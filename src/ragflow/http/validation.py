"""Bodies: strictly checked for datasets, read leniently everywhere else.

In: requests. Out: pydantic models or plain JSON values. Refused by the strict form, in this order:
other content types, broken JSON, values that are no objects, and what the schema does not allow.
"""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from ragflow.http.auth import CurrentActor, CurrentCaller, EmbedActor
from ragflow.http.errors import Code, WireError

Model = TypeVar("Model", bound=BaseModel)

_LISTS = {"ids"}  # parameters that may be repeated
_LONGEST_VALUE = 128
_CUT_VALUE = 125


def strict_body(model: type[Model]) -> Callable[..., Awaitable[Model]]:
    """Return a dependency that checks the caller's key, then the body against a schema."""

    async def read(request: Request, _actor: CurrentActor) -> Model:
        return validated(model, await strict_object(request))

    return read


def strict_query(model: type[Model]) -> Callable[..., Model]:
    """Return a dependency that checks the caller's key, then the query string, lax on types."""

    def read(request: Request, _actor: CurrentActor) -> Model:
        sent: dict[str, Any] = dict(request.query_params)
        for name in _LISTS & sent.keys():
            sent[name] = request.query_params.getlist(name)
        return validated(model, sent, strict=False)

    return read


def validated(model: type[Model], values: dict[str, Any], *, strict: bool = True) -> Model:
    """Check values against a schema. Raises `WireError` with one line per problem."""
    try:
        return model.model_validate(values, strict=strict)
    except ValidationError as error:
        lines = (_line(problem) for problem in error.errors(include_url=False))
        raise WireError(Code.ARGUMENT, "\n".join(lines)) from error


async def lenient_json(request: Request) -> Any:
    """Return the JSON value of a body whatever its content type; None where there is none."""
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError):
        return None


async def lenient_object(request: Request, _actor: CurrentActor) -> dict[str, Any]:
    """Check the caller's key and return the JSON object of a body."""
    return await _object_of(request)


async def embed_object(request: Request, _actor: EmbedActor) -> dict[str, Any]:
    """Check the caller's embed token and return the JSON object of a body."""
    return await _object_of(request)


def arguments(*names: str) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Return a dependency that gives the object of a body that must have some keys.

    To be named before the caller: such routes check their arguments before the key.
    """

    async def read(request: Request) -> dict[str, Any]:
        body = await lenient_json(request)
        given = body if isinstance(body, dict) else {}
        require(given, *names)
        return given

    return read


def number_in(body: Mapping[str, Any], key: str, default: float) -> float:
    """Read a finite number that may come as text. Refuses others with code 100."""
    value = body.get(key)
    if value is None:
        return default
    try:
        number = float(value)
        if not math.isfinite(number):
            raise ValueError(f"{key} is not finite: {number}")
    except (OverflowError, TypeError, ValueError) as error:
        raise WireError(Code.EXCEPTION, repr(error), data=None) from error
    return number


async def _object_of(request: Request) -> dict[str, Any]:
    """Return the JSON object of a body; none and null mean an empty one.

    On DELETE an empty object means all objects, so a body that is broken is refused there.
    """
    body = await lenient_json(request)
    if body is None:
        if request.method == "DELETE" and (await request.body()).strip() not in (b"", b"null"):
            raise WireError(Code.ARGUMENT, "Malformed JSON syntax: nothing was deleted.")
        return {}
    if not isinstance(body, dict):
        name = type(body).__name__
        message = f"'{name}' object has no attribute 'get'"
        raise WireError(Code.EXCEPTION, repr(AttributeError(message)), data=None)
    return body


async def given_object(request: Request, actor: CurrentActor) -> dict[str, Any]:
    """Return the JSON object of a body that must be there."""
    if await lenient_json(request) is None:
        message = "argument of type 'NoneType' is not iterable"
        raise WireError(Code.EXCEPTION, repr(TypeError(message)), data=None)
    return await lenient_object(request, actor)


async def open_object(request: Request) -> dict[str, Any]:
    """Return the JSON object of a body of family B, read before anybody is known."""
    body = await lenient_json(request)
    if body is None and (await request.body()).strip() in (b"", b"null"):
        return {}
    if not isinstance(body, dict):
        raise WireError(Code.ARGUMENT, "The body must be a JSON object.", data=None)
    return body


async def callers_object(request: Request, _caller: CurrentCaller) -> dict[str, Any]:
    """Return the JSON object of a body of family B once the caller is known."""
    return await open_object(request)


def require(body: Mapping[str, Any], *names: str) -> None:
    """Refuse what lacks some arguments, naming them."""
    missing = [name for name in names if body.get(name) is None]
    if missing:
        text = f"required argument are missing: {','.join(missing)}; "
        raise WireError(Code.ARGUMENT, text, data=None)


def text_in(body: Mapping[str, Any], name: str, most: int = 65_535) -> str:
    """Return a text of a body of family B, empty where there is none."""
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise WireError(Code.ARGUMENT, f"`{name}` should be a string.", data=None)
    if len(value) > most:
        text = f"`{name}` should have at most {most} characters."
        raise WireError(Code.ARGUMENT, text, data=None)
    return value


async def strict_object(request: Request) -> dict[str, Any]:
    """Return the JSON object of a body; anything falsy means an empty one. Raises `WireError`."""
    content_type = request.headers.get("content-type")
    media_type = (content_type or "").partition(";")[0].strip().lower()
    is_json = media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )
    if not is_json:
        raise WireError(
            Code.ARGUMENT,
            f"Unsupported content type: Expected application/json, got {content_type}",
        )
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise WireError(
            Code.ARGUMENT,
            "Malformed JSON syntax: Missing commas/brackets or invalid encoding",
        ) from None
    if not body:
        return {}
    if not isinstance(body, dict):
        name = type(body).__name__
        raise WireError(Code.ARGUMENT, f"Invalid request payload: expected object, got {name}")
    return body


def _line(problem: Any) -> str:
    field = ".".join(str(part) for part in problem["loc"])
    value = str(problem["input"])
    if len(value) > _LONGEST_VALUE:
        value = value[:_CUT_VALUE] + "..."
    return f"Field: <{field}> - Message: <{problem['msg']}> - Value: <{value}>"
