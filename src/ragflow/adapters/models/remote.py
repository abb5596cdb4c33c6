"""Remote calls: requests to model servers, with bounded retries and errors that people can read.

Every failure becomes `ModelUnavailable` with a reason that never contains the key.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import httpx

from ragflow.adapters.guarded_http import BlockedAddress, HttpClients
from ragflow.adapters.models.openai_turns import refusal
from ragflow.adapters.models.provider import Endpoint
from ragflow.domain.errors import ModelUnavailable

_ATTEMPTS = 4
_FIRST_WAIT = 0.5  # seconds; doubles
_LONGEST_WAIT = 10.0
_RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
_REASON_CHARS = 300

Send = Callable[[httpx.Client], httpx.Response]
Sleep = Callable[[float], None]


@dataclass(frozen=True)
class RemoteCalls:
    """Send JSON and files to one endpoint on behalf of one model."""

    model: str
    endpoint: Endpoint
    clients: HttpClients
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    sleep: Sleep = time.sleep

    def post(self, url: str, body: Mapping[str, Any]) -> Any:
        """Return the parsed reply; busy servers are asked again. Raises `ModelUnavailable`."""
        return self._patiently(
            lambda client: client.post(url, json=dict(body), headers=dict(self.headers))
        )

    def post_file(self, url: str, fields: Mapping[str, str], name: str, data: bytes) -> Any:
        """Send a form with one file; otherwise as `post`."""
        return self._patiently(
            lambda client: client.post(
                url, data=dict(fields), files={"file": (name, data)}, headers=dict(self.headers)
            )
        )

    def _patiently(self, send: Send) -> Any:
        with self.clients.client(
            trusted=self.endpoint.trusted, seconds=self.endpoint.seconds
        ) as client:
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    reply = send(client)
                except BlockedAddress as error:
                    raise self.unavailable(str(error)) from error
                except httpx.TransportError as error:
                    if attempt == _ATTEMPTS or isinstance(error, httpx.ReadTimeout):
                        raise self.unavailable(_reason(error)) from error
                    self.sleep(_wait(attempt, None))
                    continue
                except (httpx.HTTPError, httpx.InvalidURL) as error:
                    raise self.unavailable(_reason(error)) from error
                if reply.status_code in _RETRIED and attempt < _ATTEMPTS:
                    self.sleep(_wait(attempt, reply.headers.get("retry-after")))
                    continue
                return self._parsed(reply)
        raise AssertionError("the last attempt returns or raises")

    async def events(self, url: str, body: Mapping[str, Any]) -> AsyncGenerator[dict[str, Any]]:
        """Yield the server-sent events of a streamed reply. Raises `ModelUnavailable`."""
        heard = False
        stray = ""
        async with aclosing(self.lines(url, body)) as lines:
            async for line in lines:
                data = line.removeprefix("data:").strip()
                if not line.startswith("data:"):
                    stray = stray or data
                elif data == "[DONE]":
                    return
                elif data:
                    heard = True
                    yield self.parsed(data)
        if not heard:
            raise self.unavailable(f"it sent no stream: {stray[:_REASON_CHARS]}")

    async def lines(self, url: str, body: Mapping[str, Any]) -> AsyncGenerator[str]:
        """Yield the lines of a streamed reply. Raises `ModelUnavailable`."""
        async with self.clients.async_client(
            trusted=self.endpoint.trusted, seconds=self.endpoint.seconds
        ) as client:
            try:
                async with client.stream(
                    "POST", url, json=dict(body), headers=dict(self.headers)
                ) as reply:
                    if reply.is_error:
                        await reply.aread()
                        raise self._refused(reply, body.get("tools"))
                    rest = ""
                    # httpx would also split at U+2028 and the like, which JSON holds as they are
                    async for text in reply.aiter_text():
                        *whole, rest = (rest + text).split("\n")
                        for line in whole:
                            yield line.removesuffix("\r")
                    yield rest
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
                raise self.unavailable(_reason(error)) from error

    def unavailable(self, reason: str) -> ModelUnavailable:
        """Return the error for a reason, with the key masked."""
        if self.endpoint.api_key:
            reason = reason.replace(self.endpoint.api_key, "***")
        return ModelUnavailable(name=self.model, reason=reason)

    def parsed(self, text: str) -> dict[str, Any]:
        """Parse one object of a stream. Raises `ModelUnavailable` when it reports an error."""
        try:
            value = json.loads(text)
        except ValueError as error:
            raise self.unavailable(f"it sent no JSON: {text[:_REASON_CHARS]}") from error
        if not isinstance(value, dict):
            raise self.unavailable(f"it sent no object: {text[:_REASON_CHARS]}")
        if value.get("error"):
            raise self.unavailable(_words(value))
        return value

    def _parsed(self, reply: httpx.Response) -> Any:
        if reply.is_error:
            raise self._refused(reply)
        try:
            return reply.json()
        except ValueError as error:
            raise self.unavailable(f"it sent no JSON: {reply.text[:_REASON_CHARS]}") from error

    def _refused(self, reply: httpx.Response, tools: object = None) -> ModelUnavailable:
        try:
            words = _words(reply.json())
        except ValueError:
            words = reply.text
        words = f"HTTP {reply.status_code} {words[:_REASON_CHARS]}".strip()
        return self.unavailable(refusal(words, tools if reply.is_client_error else None))


class RemoteModel:
    """Be a model behind one address of a server."""

    def __init__(self, calls: RemoteCalls, url: str) -> None:
        self._calls = calls
        self._url = url

    @property
    def name(self) -> str:
        """Return the model's own name."""
        return self._calls.model


def _words(body: Any) -> str:
    """Find the words of an error in the shapes that servers use."""
    for key in ("error", "message", "detail", "msg"):
        if isinstance(body, dict) and body.get(key):
            return _words(body[key])
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def _wait(attempt: int, retry_after: str | None) -> float:
    if retry_after is not None and retry_after.isdigit():
        return min(float(retry_after), _LONGEST_WAIT)
    return float(_FIRST_WAIT * 2 ** (attempt - 1))
