"""Transport: what happens to a request before any route sees it.

A trailing slash is dropped, so that every path matches with and without it; a body over the limit
is refused, by its declared length or as soon as it has come in too far. No reply may be taken for
anything but the type that it says.
"""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ragflow.domain.errors import spelled_out
from ragflow.http.errors import Code, WireError

_TOO_LARGE = 413


class TrailingSlash:
    """Let paths match with and without a slash at their end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and len(scope["path"]) > 1 and scope["path"].endswith("/"):
            scope = {**scope, "path": scope["path"].rstrip("/") or "/"}
        await self._app(scope, receive, send)


class BodyLimit:
    """Refuse bodies over a number of bytes; only uploads may be large, they go to disk."""

    def __init__(self, app: ASGIApp, max_bytes: int, max_json_bytes: int) -> None:
        self._app = app
        self._max_upload_bytes = max_bytes
        self._max_json_bytes = min(max_json_bytes, max_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_upload = headers.get("content-type", "").startswith("multipart/")
        limit = self._max_upload_bytes if is_upload else self._max_json_bytes
        setting = "http.max_body_mib" if is_upload else "http.max_json_mib"
        declared = headers.get("content-length", "")
        too_long = declared.isdecimal() and int(declared) > limit
        received = 0

        async def counted() -> Message:
            nonlocal received
            if too_long:
                raise _too_large(limit, setting)
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _too_large(limit, setting)
            return message

        await self._app(scope, counted, send)


class NoSniffing:
    """Tell browsers to believe the content type of a reply: texts of users may look like pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Content-Type-Options"] = "nosniff"
            await send(message)

        await self._app(scope, receive, marked)


def _too_large(limit: int, setting: str) -> WireError:
    return WireError(
        Code.ARGUMENT,
        f"The request body exceeds {limit} bytes. The setting {spelled_out(setting)} moves it.",
        http_status=_TOO_LARGE,
    )
