"""Authentication: who sends a request.

In: the `Authorization` header, with an API key or the token of a sign-in. Under /api/v1 only its
second word counts; the account routes under /v1 take the token alone or after `Bearer`. Out: the
`Actor` that it speaks for. Refused: requests without a key (under /api/v1 with code 0, as v0.20
clients expect), unknown keys, and headers that hold control characters. Routes for embedding take a
key's embed token instead, which opens nothing else; a key does not open them.
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


def embed_token(request: Request) -> str:
    """Return the embed token that a request carries; the stray quote is the contract's."""
    header = request.headers.get("authorization")
    if header is None:
        message = "'NoneType' object has no attribute 'split'"
        raise WireError(Code.EXCEPTION, repr(AttributeError(message)), data=None)
    words = header.split()
    if len(words) != 2:
        raise WireError(Code.DATA, 'Authorization is not valid!"')
    return words[1]


def embed_actor(request: Request, services: ServicesOf) -> Actor:
    """Return for whom an embed token speaks."""
    try:
        return services.accounts.authenticate_beta(embed_token(request))
    except AuthenticationError:
        raise WireError(Code.DATA, 'Authentication error: API key is invalid!"') from None


EmbedActor = Annotated[Actor, Depends(embed_actor)]


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


def current_person(caller: CurrentCaller, services: ServicesOf) -> Caller:
    """Return the person who calls; a key could otherwise make others that outlive it.

    Raises `WireError` of code 401 for API keys.
    """
    if not services.accounts.is_sign_in(caller.token):
        raise WireError(Code.UNAUTHORIZED, "Sign in for this: an API key cannot do it.", data=None)
    return caller


CurrentPerson = Annotated[Caller, Depends(current_person)]


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
