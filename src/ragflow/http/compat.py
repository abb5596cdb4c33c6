"""Compatibility levels: which generation of clients a request is answered for.

In: the level that the server is set to, or a prefix of the path that chooses another one for the
request, such as /v027: clients call `{base_url}/api/v1`, so one server has a base URL per
generation. Out: paths without the prefix, and the level for routes that answer differently.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Annotated, cast

from fastapi import Depends, Request
from starlette.types import ASGIApp, Receive, Scope, Send

_SCOPE_KEY = "ragflow.level"


class Level(IntEnum):
    """Name the generations of the API; a later one is greater."""

    V0_20 = 20
    V0_21 = 21
    V0_22 = 22
    V0_23 = 23
    V0_24 = 24
    V0_25 = 25
    V0_26 = 26
    V0_27 = 27

    @classmethod
    def named(cls, version: str) -> Level:
        """Return the level of a version such as `0.25`. Raises `ValueError` for others."""
        for level in cls:
            if version == f"0.{level.value}":
                return level
        raise ValueError(f"There is no compatibility level {version!r}.")


_PREFIXES = {f"v0{level.value}": level for level in Level}
_PREFIX = re.compile(rf"/({'|'.join(_PREFIXES)})(?=/|$)")


class CompatLevel:
    """Give each request its level and take the prefix that names it off the path."""

    def __init__(self, app: ASGIApp, default: Level) -> None:
        self._app = app
        self._default = default

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            prefix = _PREFIX.match(scope["path"])
            level = _PREFIXES[prefix[1]] if prefix else self._default
            path = scope["path"][prefix.end() :] or "/" if prefix else scope["path"]
            scope = {**scope, "path": path, _SCOPE_KEY: level}
        await self._app(scope, receive, send)


def level_of(request: Request) -> Level:
    """Return the generation of clients that a request is answered for."""
    return cast(Level, request.scope.get(_SCOPE_KEY, Level.V0_20))


LevelOf = Annotated[Level, Depends(level_of)]
