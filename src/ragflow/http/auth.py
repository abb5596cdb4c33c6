"""Authentication: who sends a request.

In: the `Authorization` header; only its second word counts. Out: the `Actor` that its key speaks
for. Refused: requests without a key (with code 0, as v0.20 clients expect) and unknown keys. Routes
for embedding take a key's embed token instead, which opens nothing else; a key does not open them.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from ragflow.domain.errors import AuthenticationError
from ragflow.domain.identity import Actor
from ragflow.http.deps import ServicesOf
from ragflow.http.errors import Code, WireError


def bearer(request: Request) -> str:
    """Return the key that a request carries."""
    words = request.headers.get("authorization", "").split()
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
