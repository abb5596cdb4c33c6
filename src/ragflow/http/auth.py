"""Authentication: who sends a request.

In: the `Authorization` header; only its second word counts. Out: the `Actor` that its key speaks
for. Refused: requests without a key (with code 0, as v0.20 clients expect) and unknown keys.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from ragflow.domain.identity import Actor
from ragflow.http.deps import ServicesOf
from ragflow.http.errors import WireError


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
