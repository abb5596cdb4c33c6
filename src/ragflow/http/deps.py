"""What routes get from the application: the use cases."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from ragflow.services.container import Services


def services_of(request: Request) -> Services:
    """Return the use cases of the application that a request came to."""
    return cast(Services, request.app.state.services)


ServicesOf = Annotated[Services, Depends(services_of)]
