"""A server that notes what the client sends and answers what a test tells it to."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ragflow_sdk import Chat, Chunk, DataSet, Document, RAGFlow, Session


@dataclass(frozen=True)
class Request:
    """Hold one request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class FakeServer:
    """Answer in order what was scripted, then empty envelopes."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    replies: deque[tuple[str, bytes]] = field(default_factory=deque)

    def answers(self, data: Any = None, **envelope: Any) -> None:
        """Script an envelope."""
        self.sends("application/json", json.dumps({"code": 0, "data": data} | envelope).encode())

    def streams(self, *frames: Any) -> None:
        """Script an event stream; texts go as they are."""
        lines = [each if isinstance(each, str) else json.dumps(each) for each in frames]
        body = "".join(f"data:{line}\n\n" for line in lines)
        self.sends("text/event-stream; charset=utf-8", body.encode())

    def sends(self, media_type: str, body: bytes) -> None:
        """Script a reply of any kind."""
        self.replies.append((media_type, body))

    @property
    def request(self) -> Request:
        """Return the only request."""
        (only,) = self.requests
        return only


@pytest.fixture(scope="session")
def listening() -> Iterator[FakeServer]:
    state = FakeServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            target = urlsplit(self.path)
            state.requests.append(
                Request(
                    self.command,
                    target.path.removeprefix("/api/v1"),
                    {name: values[0] for name, values in parse_qs(target.query).items()},
                    {name.lower(): value for name, value in self.headers.items()},
                    self.rfile.read(int(self.headers.get("Content-Length", 0))),
                )
            )
            empty = ("application/json", b'{"code": 0}')
            media_type, body = state.replies.popleft() if state.replies else empty
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = _answer

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        state.url = f"http://127.0.0.1:{server.server_port}"
        yield state
        server.shutdown()
        thread.join()


@pytest.fixture
def server(listening: FakeServer) -> FakeServer:
    listening.requests.clear()
    listening.replies.clear()
    return listening


@pytest.fixture(scope="session")
def client(listening: FakeServer) -> Iterator[RAGFlow]:
    with RAGFlow("ragflow-key", listening.url) as client:  # costs a TLS context
        yield client


@pytest.fixture
def rag(client: RAGFlow, server: FakeServer) -> RAGFlow:
    return client


@pytest.fixture
def dataset(rag: RAGFlow) -> DataSet:
    return DataSet(rag, {"id": "ds", "name": "papers"})


@pytest.fixture
def document(rag: RAGFlow) -> Document:
    return Document(rag, {"id": "doc", "dataset_id": "ds", "name": "a.txt"})


@pytest.fixture
def chunk(rag: RAGFlow) -> Chunk:
    place = {"positions": [[2, 1, 9, 3, 4]], "image_id": "ds-c"}
    return Chunk(rag, {"id": "c", "dataset_id": "ds", "document_id": "doc", **place})


@pytest.fixture
def chat(rag: RAGFlow) -> Chat:
    return Chat(rag, {"id": "chat"})


@pytest.fixture
def session(rag: RAGFlow) -> Session:
    return Session(rag, {"id": "s", "chat_id": "chat"})
