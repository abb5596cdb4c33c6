"""A web server of this machine that answers from a table, for what has to go over a real socket.

In: answers by path. Out: its address, and every request that came.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """Hold what a path is answered with, `wait` seconds later."""

    content: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class WebRequest:
    """Hold a request as it came; `target` is the whole address where a proxy was asked."""

    method: str
    target: str
    headers: Mapping[str, str]
    content: bytes


@dataclass
class WebServer:
    """Answer by path, the longest beginning that fits; else with 404."""

    answers: dict[str, WebAnswer] = field(default_factory=dict)
    requests: list[WebRequest] = field(default_factory=list)
    port: int = 0

    def url(self, path: str, scheme: str = "http") -> str:
        """Return the address of a path."""
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    def put(self, path: str, content: str | bytes, kind: str = "application/json") -> None:
        """Keep an answer."""
        body = content.encode() if isinstance(content, str) else content
        self.answers[path] = WebAnswer(body, headers={"Content-Type": kind})

    def answer(self, target: str) -> WebAnswer:
        """Return what a path is answered with."""
        fitting = [path for path in self.answers if target.startswith(path)]
        return self.answers[max(fitting, key=len)] if fitting else WebAnswer(status=404)


@contextmanager
def web_server(tls: ssl.SSLContext | None = None) -> Iterator[WebServer]:
    """Run a server on a free port of the loopback interface, with TLS where there is a context."""
    server = WebServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            content = self.rfile.read(length)
            server.requests.append(WebRequest(self.command, self.path, headers, content))
            answer = server.answer(self.path)
            time.sleep(answer.wait)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def do_POST(self) -> None:
            self.do_GET()

        def do_PUT(self) -> None:
            self.do_GET()

        def do_PATCH(self) -> None:
            self.do_GET()

        def do_DELETE(self) -> None:
            self.do_GET()

        def do_CONNECT(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing of clients that left."""

    listener = Quiet(("127.0.0.1", 0), Handler)
    if tls is not None:
        listener.socket = tls.wrap_socket(listener.socket, server_side=True)
    server.port = listener.server_port
    thread = threading.Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()
