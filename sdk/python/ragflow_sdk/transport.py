"""The one place that talks HTTP: sends requests, opens envelopes, raises `RAGFlowError`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, cast

import httpx


class RAGFlowError(Exception):
    """Say why the server refused; `code` is the envelope's code."""

    def __init__(self, message: str, code: int = 100) -> None:
        super().__init__(message)
        self.code = code


class Transport:
    """Send requests with the API key to one server."""

    def __init__(self, api_key: str, base_url: str, version: str, timeout: float) -> None:
        self.api_url = f"{base_url.rstrip('/')}/api/{version}"
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=httpx.Timeout(timeout, connect=10.0),
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> httpx.Response:
        """Send a GET; parameters that are None are left out, booleans go as `True` and `False`."""
        query = {
            key: str(value) if isinstance(value, bool) else value
            for key, value in (params or {}).items()
            if value is not None
        }
        return self._client.get(self.api_url + path, params=query)

    def post(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """Send a POST with a JSON body."""
        return self._client.post(self.api_url + path, json=dict(body))

    def put(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """Send a PUT with a JSON body."""
        return self._client.put(self.api_url + path, json=dict(body))

    def delete(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """Send a DELETE with a JSON body."""
        return self._client.request("DELETE", self.api_url + path, json=dict(body))

    def upload(self, path: str, files: Sequence[tuple[str, bytes | BinaryIO]]) -> httpx.Response:
        """Send files as multipart parts named `file`."""
        parts = [("file", (name, data)) for name, data in files]
        return self._client.post(self.api_url + path, files=parts)

    def frames(self, path: str, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Send a POST and yield the JSON objects of the event stream that answers it.

        Ends at `[DONE]` or with the stream. Raises `RAGFlowError` on a frame with a code other
        than 0, and when the answer is a plain envelope instead of a stream.
        """
        with self._client.stream("POST", self.api_url + path, json=dict(body)) as response:
            if "text/event-stream" not in response.headers.get("content-type", ""):
                response.read()
                data = envelope_data(response)
                raise RAGFlowError(f"expected an event stream, got {data!r}")
            for line in response.iter_lines():
                if not line.startswith("data:"):
                    continue
                payload = line.removeprefix("data:").strip()
                if payload == "[DONE]":
                    return
                frame = cast("dict[str, Any]", json.loads(payload))
                if frame.get("code", 0) != 0:
                    raise RAGFlowError(str(frame.get("message") or frame), int(frame["code"]))
                yield frame


def envelope(response: httpx.Response) -> dict[str, Any]:
    """Return a reply's envelope. Raises `RAGFlowError` when its code is not 0."""
    try:
        body = response.json()
    except json.JSONDecodeError:
        raise RAGFlowError(
            f"the server answered HTTP {response.status_code} without JSON: {response.text[:200]!r}"
        ) from None
    if not isinstance(body, dict) or "code" not in body:
        raise RAGFlowError(f"the server answered without an envelope: {str(body)[:200]}")
    refused_with_code_0 = body.get("data") is False and bool(body.get("message"))
    if body["code"] != 0 or refused_with_code_0:
        raise RAGFlowError(str(body.get("message") or "unknown error"), int(body["code"]))
    return body


def envelope_data(response: httpx.Response) -> Any:
    """Return what a reply's envelope holds, None when nothing. Raises `RAGFlowError`."""
    return envelope(response).get("data")
