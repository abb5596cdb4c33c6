"""Authentication: who sends a request.

In: the `Authorization` header, with an API key or the token of a sign-in. Under /api/v1 only its
second word counts; the account routes under /v1 take the token alone or after `Bearer`. Out: the
`Actor` that it speaks for. Refused: requests without a key (under /api/v1 with code 0, as v0.20
clients expect), unknown keys, and headers that hold control characters.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request

from ragflow.domain.errors import AuthenticationError
from ragflow.domain.identity import Actor
from ragflow.http.deps import ServicesOf
from ragflow.http.errors import Code, WireError


def bearer(request: Request) -> str:
    """Return the key that a request carries."""
    words = _words(request)
    if not words:
        raise WireError(0, "`Authorization` can't be empty", data=False)
    if len(words) == 1:
        raise WireError(0, "Please check your authorization format.", data=False)
    return words[1]


def current_actor(request: Request, services: ServicesOf) -> Actor:
    """Return the caller. Raises `AuthenticationError`."""
    return services.accounts.authenticate(bearer(request))


CurrentActor = Annotated[Actor, Depends(current_actor)]


@dataclass(frozen=True, slots=True)
class Caller:
    """Name who calls an account route, and the key or token that said so."""

    actor: Actor
    token: str


def current_caller(request: Request, services: ServicesOf) -> Caller:
    """Return who calls an account route. Raises `WireError` of code 401."""
    words = _words(request)
    if len(words) == 2 and words[0].lower() == "bearer":
        del words[0]
    if len(words) != 1:
        raise _unauthorized()
    try:
        return Caller(services.accounts.authenticate(words[0]), words[0])
    except AuthenticationError:
        raise _unauthorized() from None


CurrentCaller = Annotated[Caller, Depends(current_caller)]


def _words(request: Request) -> list[str]:
    """Split the header at blanks; one with control characters is a single word that fits nobody."""
    header = request.headers.get("authorization", "")
    if any(ord(character) < ord(" ") and character != "\t" for character in header):
        return ["?"]
    return header.split()


def _unauthorized() -> WireError:
    status = HTTPStatus.UNAUTHORIZED
    text = f"<{status.phrase} '{status.value}: {status.phrase}'>"
    return WireError(Code.UNAUTHORIZED, text, data=None)
