"""The one place that talks HTTP: sends requests, opens envelopes, raises `RAGFlowError`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

import httpx


class RAGFlowError(Exception):
    """Say why the server refused; `code` is the envelope's code."""

    def __init__(self, message: str, code: int = 100) -> None:
        super().__init__(message)
        self.code = code


class RAGFlowConnectionError(RAGFlowError):
    """Say that the server could not be reached, or that the connection to it broke."""


class RAGFlowTimeout(RAGFlowConnectionError):
    """Say that the server did not answer in time."""


class Transport:
    """Send requests with the API key to one server.

    What keeps an answer from coming is raised as `RAGFlowConnectionError`. A GET whose connection
    breaks is sent once more, since the server may just have closed an idle one.
    """

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
        request = self._client.build_request("GET", self.api_url + path, params=query)
        try:
            return self._client.send(request)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            return self._send(request)
        except httpx.TransportError as error:
            raise self._failure(error) from error

    def post(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """Send a POST with a JSON body."""
        return self._send(self._json_request("POST", path, body))

    def put(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """Send a PUT with a JSON body."""
        return self._send(self._json_request("PUT", path, body))

    def delete(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """Send a DELETE with a JSON body."""
        return self._send(self._json_request("DELETE", path, body))

    def upload(self, path: str, files: Sequence[tuple[str, bytes | BinaryIO]]) -> httpx.Response:
        """Send files as multipart parts named `file`. Raises `RAGFlowError` for unusable names."""
        for name, _ in files:
            _check_file_name(name)
        parts = [("file", (name, data)) for name, data in files]
        return self._send(self._client.build_request("POST", self.api_url + path, files=parts))

    def frames(self, path: str, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Send a POST and yield the JSON objects of the event stream that answers it.

        Ends at `[DONE]` or with the stream. Raises `RAGFlowError` on a frame with a code other
        than 0, and when the answer is a plain envelope instead of a stream.
        """
        request = self._json_request("POST", path, body)
        with self._streaming(request) as response:
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

    def _json_request(self, method: str, path: str, body: Mapping[str, Any]) -> httpx.Request:
        return self._client.build_request(method, self.api_url + path, json=dict(body))

    def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            return self._client.send(request)
        except httpx.TransportError as error:
            raise self._failure(error) from error

    @contextmanager
    def _streaming(self, request: httpx.Request) -> Iterator[httpx.Response]:
        try:
            response = self._client.send(request, stream=True)
            try:
                yield response
            finally:
                response.close()
        except httpx.TransportError as error:
            raise self._failure(error) from error

    def _failure(self, error: httpx.TransportError) -> RAGFlowError:
        reason = str(error) or type(error).__name__
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return RAGFlowConnectionError(f"no server answers at {self.api_url}: {reason}")
        if isinstance(error, httpx.TimeoutException):
            return RAGFlowTimeout(f"{self.api_url} did not answer in time: {reason}")
        return RAGFlowConnectionError(f"the connection to {self.api_url} broke: {reason}")


def _check_file_name(name: str) -> None:
    if not name or any(each in "/\\" or ord(each) < 32 or each == "\x7f" for each in name):
        raise RAGFlowError(
            f"{name!r} cannot be a file name: it must not be empty nor contain slashes or control "
            "characters",
            101,
        )


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
