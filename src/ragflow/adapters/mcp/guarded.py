"""Guarded requests for a library that has an HTTP client of its own kind.

In: requests of httpx2. Out: their responses, fetched by a guarded client of httpx, so that no rule
of the guard is written twice. Refused: private addresses and answers that are too long. Redirects
are handed back: the library follows those that stay with the server.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import httpx2

from ragflow.adapters.guarded_http import BlockedAddress, refused_to_agents
from ragflow.domain.errors import ToolFailed, spelled_out

# What was said of the bytes before they were unpacked and bounded here.
_OF_THE_WIRE = frozenset({"content-encoding", "content-length", "transfer-encoding"})


class GuardedRequests(httpx2.AsyncBaseTransport):
    """Send requests through `client`; add what they fail of to `failures`.

    The library swallows some errors of its transport, and waits on.
    """

    def __init__(
        self, tool: str, client: httpx.AsyncClient, most_bytes: int, failures: list[ToolFailed]
    ) -> None:
        self._failures = failures
        self._tool = tool
        self._client = client
        self._left = most_bytes
        self._most = most_bytes

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the response, its body still to be read. Raises `ToolFailed`."""
        body = await request.aread()
        try:
            outgoing = self._client.build_request(
                request.method, str(request.url), headers=request.headers.raw, content=body
            )
            response = await self._client.send(outgoing, stream=True, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise self.failed_by(error) from error
        headers = [
            (name, value)
            for name, value in response.headers.multi_items()
            if name not in _OF_THE_WIRE
        ]
        return httpx2.Response(
            response.status_code, headers=headers, stream=_BoundedBody(self, response)
        )

    def take(self, count: int) -> None:
        """Count bytes of answers. Raises `ToolFailed` when there are too many."""
        self._left -= count
        if self._left < 0:
            raise self._failed(ToolFailed(tool=self._tool, reason=too_long(self._most)))

    def failed_by(self, error: Exception) -> ToolFailed:
        """Return, and keep, an error of the guarded client as one of ours."""
        if isinstance(error, BlockedAddress):
            return self._failed(refused_to_agents(self._tool, error))
        return self._failed(ToolFailed(tool=self._tool, reason=str(error) or type(error).__name__))

    def _failed(self, failure: ToolFailed) -> ToolFailed:
        self._failures.append(failure)
        return failure


class _BoundedBody(httpx2.AsyncByteStream):
    def __init__(self, requests: GuardedRequests, response: httpx.Response) -> None:
        self._requests = requests
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._response.aiter_bytes():
                self._requests.take(len(part))
                yield part
        except httpx.HTTPError as error:
            raise self._requests.failed_by(error) from error

    async def aclose(self) -> None:
        await self._response.aclose()


def too_long(most_bytes: int) -> str:
    """Say that answers were too long."""
    moves = spelled_out("agents.mcp_answer_mib")
    return f"its answers exceed {most_bytes} bytes; the setting {moves} moves the limit"
