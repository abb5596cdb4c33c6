"""A sandbox server elsewhere is spoken to as agreed, and its answers are looked at."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from ragflow.adapters.code.base import CodeLimits
from ragflow.adapters.code.remote import RemoteRunner
from ragflow.domain.agent_ports import CodeResult, CodeTask
from ragflow.domain.errors import CodeFailed, SandboxUnavailable


@dataclass
class SandboxServer:
    """Answer every request alike, and keep what was asked."""

    url: str = ""
    status: int = 200
    answer: bytes = b""
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def say(self, **answer: Any) -> None:
        """Answer with JSON from now on."""
        self.answer = json.dumps(answer).encode()


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    state = SandboxServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.requests.append((self.path, json.loads(body)))
            self.send_response(state.status)
            self.send_header("Content-Length", str(len(state.answer)))
            self.end_headers()
            self.wfile.write(state.answer)

        def log_message(self, *arguments: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as listener:
        thread = threading.Thread(target=listener.serve_forever)
        thread.start()
        state.url = f"http://127.0.0.1:{listener.server_port}/"
        yield state
        listener.shutdown()
        thread.join()


def ask(server: SandboxServer, **arguments: Any) -> CodeResult:
    runner = RemoteRunner(server.url, CodeLimits(output_kib=64))
    return asyncio.run(runner.run(CodeTask("nodejs", "script ö", arguments)))


def test_the_script_travels_as_agreed(server: SandboxServer) -> None:
    server.say(stdout="1\n", stderr="")
    ask(server, a=1)
    ((path, body),) = server.requests
    assert path == "/run"
    assert base64.b64decode(body.pop("code_b64")).decode() == "script ö"
    assert body == {"language": "nodejs", "arguments": {"a": 1}}


def test_the_last_line_is_the_result(server: SandboxServer) -> None:
    server.say(stdout='printed\nmore\n{"sum": 3}\n', stderr="a warning")
    assert ask(server) == CodeResult({"sum": 3}, "printed\nmore", "a warning")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"stdout": "", "stderr": "Traceback"}, "Traceback"),
        ({"stdout": "1", "stderr": "", "exit_code": 137}, "exit code 137"),
        ({"stdout": "not JSON", "stderr": ""}, "not JSON"),
        ({"stdout": "[" * 2000, "stderr": ""}, "deep|not JSON"),
        ({"stdout": "x" * 300_000, "stderr": ""}, "code_output_kib"),
    ],
)
def test_code_that_failed_there_is_told(
    server: SandboxServer, answer: dict[str, Any], told: str
) -> None:
    server.say(**answer)
    with pytest.raises(CodeFailed, match=told):
        ask(server)


@pytest.mark.parametrize(
    ("status", "answer", "told"),
    [(500, b"", "status 500"), (200, b"<html>", "JSON object"), (200, b"[]", "JSON object")],
)
def test_a_server_that_does_not_answer_as_agreed_is_not_available(
    server: SandboxServer, status: int, answer: bytes, told: str
) -> None:
    server.status, server.answer = status, answer
    with pytest.raises(SandboxUnavailable, match=told):
        ask(server)


def test_a_server_that_is_not_there_is_not_available() -> None:
    with pytest.raises(SandboxUnavailable, match="cannot be reached"):
        ask(SandboxServer(url="http://127.0.0.1:1"))


def test_arguments_must_be_json(server: SandboxServer) -> None:
    with pytest.raises(CodeFailed, match="cannot be written as JSON"):
        ask(server, a=float("nan"))
