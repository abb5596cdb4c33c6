"""Errors on the wire: the only place where an error becomes a reply.

In: domain errors, refusals of this layer, and whatever nobody caught. Out: envelopes. A route that
answers an error in its own words says so beside itself, with `@answers({Error: Reply(…)})`; the
most specific class wins, first in the route's table, then in the default one. Clients of a later
generation may be answered in other words: `@answers({…}, since={Level.V0_25: {…}})`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, TypeVar

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ragflow.domain.errors import (
    AuthenticationError,
    Conflict,
    InvalidInput,
    ModelError,
    ModelNotConfigured,
    NotFound,
    RagflowError,
    SignUpClosed,
    StoreUnavailable,
    UnknownModel,
)
from ragflow.http.compat import Level, level_of
from ragflow.http.envelope import ABSENT, Maybe, json_refusal, refusal

log = structlog.get_logger(__name__)

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class Code:
    """Name the numbers of the contract."""

    EXCEPTION = 100
    ARGUMENT = 101
    DATA = 102
    OPERATING = 103
    PERMISSION = 108
    AUTHENTICATION = 109
    BAD_REQUEST = 400
    UNAUTHORIZED = 401
    FORBIDDEN = 403
    NOT_FOUND = 404
    CONFLICT = 409
    SERVER = 500


@dataclass(frozen=True, slots=True)
class Reply:
    """Say how an error goes out; `{fact}` in the message is filled from the error's facts.

    Without a message the error's own text is sent. A reply with `data` is of family B.
    """

    code: int
    message: str | None = None
    data: Maybe = ABSENT
    http_status: int = 200


Answers = Mapping[type[RagflowError], Reply]
Since = Mapping[Level, Answers]

NO_AUTHORIZATION = Reply(Code.AUTHENTICATION, "no authorization")
"""How clients since 0.25 are told of an assistant that is not theirs."""

_DEFAULTS: Answers = {
    RagflowError: Reply(Code.DATA),
    NotFound: Reply(Code.DATA),
    Conflict: Reply(Code.DATA),
    InvalidInput: Reply(Code.DATA),
    UnknownModel: Reply(Code.ARGUMENT),
    ModelNotConfigured: Reply(Code.ARGUMENT),
    ModelError: Reply(Code.SERVER),
    StoreUnavailable: Reply(Code.SERVER),
    AuthenticationError: Reply(
        Code.AUTHENTICATION, "Authentication error: API key is invalid!", data=False
    ),
    SignUpClosed: Reply(Code.OPERATING),
}


class WireError(Exception):
    """Refuse a request in this layer, in the contract's words."""

    def __init__(
        self, code: int, message: str, data: Maybe = ABSENT, http_status: int = 200
    ) -> None:
        super().__init__(message)
        self.reply = Reply(code, message, data, http_status)


def answers(table: Answers, *, since: Since | None = None) -> Callable[[Endpoint], Endpoint]:
    """Declare how a route answers some errors, and how from a level on."""

    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.__dict__["answers"] = table
        endpoint.__dict__["answers_since"] = since or {}
        return endpoint

    return declare


def in_family_b(own: Answers) -> Answers:
    """Return the replies of a route of family B: all errors with data, some in its own words."""
    shared = {
        kind: replace(reply, data=None) if reply.data is ABSENT else reply
        for kind, reply in _DEFAULTS.items()
    }
    return {**shared, **own}


def _table_of(request: Request) -> Answers:
    """Return how the route of a request answers errors at the level of the request."""
    endpoint, level = request.scope.get("endpoint"), level_of(request)
    table = dict(getattr(endpoint, "answers", {}))
    for first, changed in sorted(getattr(endpoint, "answers_since", {}).items()):
        if level >= first:
            table |= changed
    return table


def reply_to(error: RagflowError, table: Answers) -> Reply:
    """Choose the reply for an error, with its message filled in."""
    for replies in (table, _DEFAULTS):
        for kind in type(error).__mro__:
            if kind in replies:
                reply = replies[kind]
                text = str(error) if reply.message is None else reply.message.format(**error.facts)
                return Reply(reply.code, text, reply.data, reply.http_status)
    raise error  # the default table has the root of the tree


def install(app: FastAPI) -> None:
    """Make an application answer errors as the contract says."""
    app.add_exception_handler(RagflowError, _refuse_domain_error)
    app.add_exception_handler(WireError, _refuse_wire_error)
    app.add_exception_handler(HTTPException, _refuse_framework_error)
    app.add_exception_handler(RequestValidationError, _refuse_parameters)
    app.add_middleware(UncaughtErrors)


class UncaughtErrors:
    """Answer what nobody caught with its text, and log it; the edge of the HTTP layer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:  # nobody is left to be answered
            log.info("client left", path=_path(scope), method=scope["method"])
        except Exception as error:  # the edge: nothing may fall through
            if scope["type"] != "http" or started:
                raise
            log.exception("request failed", path=_path(scope), method=scope["method"])
            await _refusal_of(error)(scope, receive, send)


def _path(scope: Scope) -> str:
    """Return the path of a request; what fills a slot named `token` is a secret."""
    path: str = scope["path"]
    secret = scope.get("path_params", {}).get("token")
    return path.replace(secret, "***") if secret else path


def _refusal_of(error: Exception) -> JSONResponse:
    """Answer an exception with its text; one of several arguments with the first two of them."""
    if len(error.args) < 2:
        return json_refusal(Code.EXCEPTION, repr(error))
    first, second = error.args[:2]
    try:
        return json_refusal(Code.EXCEPTION, repr(first), second)
    except (TypeError, ValueError):  # no JSON value
        return json_refusal(Code.EXCEPTION, repr(first), repr(second))


def _refuse_domain_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RagflowError)
    return _send(reply_to(error, _table_of(request)))


def _refuse_wire_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, WireError)
    return _send(error.reply)


def _refuse_framework_error(_request: Request, error: Exception) -> JSONResponse:
    """Answer unknown routes, wrong methods and broken bodies: `<NotFound '404: Not Found'>`."""
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    text = f"<{phrase.title().replace(' ', '')} '{error.status_code}: {phrase}'>"
    return json_refusal(Code.EXCEPTION, text)


def _refuse_parameters(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problems = (f"{'.'.join(map(str, e['loc'][1:]))}: {e['msg']}" for e in error.errors())
    return refusal(Code.ARGUMENT, "\n".join(problems))


def _send(reply: Reply) -> JSONResponse:
    message = reply.message or ""
    if reply.data is ABSENT:
        return refusal(reply.code, message, reply.http_status)
    return json_refusal(reply.code, message, reply.data, reply.http_status)
