"""What agents send reaches public addresses, whole answers come back, and failures say why."""

from __future__ import annotations

import asyncio
import gzip
import json
import ssl
import subprocess
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ragflow.adapters.agent_http import GuardedHttp, HttpLimits
from ragflow.adapters.guarded_http import AddressGuard, HttpClients
from ragflow.domain.agent_ports import HttpRequest, HttpResponse
from ragflow.domain.errors import ToolFailed
from ragflow.testing.web_server import WebAnswer, WebServer, web_server

MIB = 1 << 20


@pytest.fixture
def server() -> Iterator[WebServer]:
    with web_server() as running:
        yield running


def send(request: HttpRequest, most: int = MIB, seconds: float = 5) -> HttpResponse:
    clients = HttpClients(AddressGuard(allowed_hosts=("127.0.0.1",)))
    return asyncio.run(GuardedHttp(clients, HttpLimits(most, seconds)).send(request))


def refused(request: HttpRequest, most: int = MIB, seconds: float = 5) -> str:
    with pytest.raises(ToolFailed) as raised:
        send(request, most, seconds)
    return str(raised.value)


def test_an_answer_comes_with_status_headers_and_content_whatever_the_status(
    server: WebServer,
) -> None:
    server.answers["/gone"] = WebAnswer(
        "ça".encode("latin-1"), 410, {"Content-Type": "text/plain; charset=latin-1"}
    )
    answer = send(HttpRequest("GET", server.url("/gone")))
    assert (answer.status, answer.text) == (410, "ça")
    assert answer.headers["content-type"].startswith("text/plain")


def test_parameters_join_those_of_the_address(server: WebServer) -> None:
    send(HttpRequest("get", server.url("/a?x=1"), params={"q": "a b&c", "deep": True}))
    send(HttpRequest("get", server.url("/a?x=1")))
    assert [request.target for request in server.requests] == [
        "/a?x=1&q=a+b%26c&deep=true",
        "/a?x=1",
    ]


def test_each_kind_of_body_goes_out_as_what_it_is(server: WebServer) -> None:
    send(HttpRequest("POST", server.url("/"), json={"a": [1, "é"]}))
    send(HttpRequest("PUT", server.url("/"), form={"a": "1 2"}))
    send(HttpRequest("PATCH", server.url("/"), content=b"\x00raw"))
    first, second, third = server.requests
    assert json.loads(first.content) == {"a": [1, "é"]}
    assert first.headers["content-type"] == "application/json"
    assert (second.method, second.content) == ("PUT", b"a=1+2")
    assert second.headers["content-type"] == "application/x-www-form-urlencoded"
    assert (third.method, third.content) == ("PATCH", b"\x00raw")


def test_headers_that_a_connection_needs_cannot_be_set(server: WebServer) -> None:
    given = {"X-Key": "k", "HOST": "inside", "Transfer-Encoding": "chunked", "Content-Length": "9"}
    send(HttpRequest("POST", server.url("/"), headers=given, content=b"abc"))
    (request,) = server.requests
    assert request.headers["x-key"] == "k"
    assert request.headers["host"] == f"127.0.0.1:{server.port}"
    assert request.headers["content-length"] == "3"
    assert "transfer-encoding" not in request.headers


@pytest.mark.parametrize("headers", [{"X-Key": "a\r\nHost: b"}, {"X-Ké": "1"}, {"a b": "c"}])
def test_headers_that_are_none_are_refused(server: WebServer, headers: dict[str, str]) -> None:
    reason = refused(HttpRequest("GET", server.url("/"), headers=headers))
    assert "cannot be sent like this" in reason
    assert "Host: b" not in reason
    assert server.requests == []


@pytest.mark.parametrize(
    "packed", [gzip.compress(b"ships" * 99, mtime=0), zlib.compress(b"ships" * 99)]
)
def test_packed_answers_are_unpacked(server: WebServer, packed: bytes) -> None:
    server.answers["/"] = WebAnswer(packed, headers={"Content-Encoding": "gzip"})
    assert send(HttpRequest("GET", server.url("/"))).content == b"ships" * 99


def test_an_answer_over_the_limit_is_refused_and_one_at_it_is_not(server: WebServer) -> None:
    server.answers["/"] = WebAnswer(b"x" * 1024)
    assert len(send(HttpRequest("GET", server.url("/")), most=1024).content) == 1024
    assert "RAGFLOW_AGENTS__HTTP_MIB" in refused(HttpRequest("GET", server.url("/")), most=1023)


def test_a_bomb_is_refused_before_it_unpacks(server: WebServer) -> None:
    bomb = gzip.compress(bytes(256 * MIB))
    assert len(bomb) < MIB
    server.answers["/"] = WebAnswer(bomb, headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    assert "longer than 1 MiB" in refused(HttpRequest("GET", server.url("/")))
    assert tracemalloc.get_traced_memory()[1] < 16 * MIB
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("content", "encoding", "reason"),
    [
        (b"no gzip", "gzip", "damaged"),
        (gzip.compress(b"ships" * 99, mtime=0)[:-9], "gzip", "ends too early"),
        (b"\x8b", "br", "not asked for"),
        (gzip.compress(gzip.compress(b"x", mtime=0), mtime=0), "gzip, gzip", "not asked for"),
    ],
)
def test_an_answer_that_cannot_be_unpacked_is_refused(
    server: WebServer, content: bytes, encoding: str, reason: str
) -> None:
    server.answers["/"] = WebAnswer(content, headers={"Content-Encoding": encoding})
    assert reason in refused(HttpRequest("GET", server.url("/")))


def test_what_does_not_answer_in_time_is_given_up(server: WebServer) -> None:
    server.answers["/"] = WebAnswer(b"late", wait=3)
    request = HttpRequest("GET", server.url("/"), seconds=0.2)
    assert "nothing answered within 0.2 s" in refused(request)
    longer = HttpRequest("GET", server.url("/"), seconds=600)
    assert "nothing answered within 0.3 s" in refused(longer, seconds=0.3)


def test_a_host_where_nobody_listens_is_named(server: WebServer) -> None:
    assert "The request to 127.0.0.1 failed" in refused(HttpRequest("GET", "http://127.0.0.1:1/x"))


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            *subject,
            *files,
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with web_server(context) as server:
        reason = refused(HttpRequest("GET", server.url("/", "https")))
        assert server.requests == []
    assert "no safe connection" in reason
    assert "CERTIFICATE_VERIFY_FAILED" in reason


def test_redirects_are_followed_a_few_times(server: WebServer) -> None:
    server.answers["/old"] = WebAnswer(status=302, headers={"Location": "/new"})
    server.put("/new", "here", "text/plain")
    server.answers["/loop"] = WebAnswer(status=302, headers={"Location": "/loop"})
    answer = send(HttpRequest("GET", server.url("/old"), headers={"X-Key": "k"}))
    assert (answer.text, answer.url) == ("here", server.url("/new"))
    assert server.requests[1].headers["x-key"] == "k"
    assert "led on more than 5 times" in refused(HttpRequest("GET", server.url("/loop")))


def test_keys_do_not_follow_a_redirect_to_another_host(server: WebServer) -> None:
    with web_server() as other:
        server.answers["/old"] = WebAnswer(status=307, headers={"Location": other.url("/new")})
        keys = {"X-Api-Key": "secret", "Authorization": "Bearer secret", "Cookie": "a=secret"}
        send(HttpRequest("POST", server.url("/old"), headers=keys, json={}))
        (request,) = other.requests
    assert "secret" not in str(request.headers)
    assert request.headers["content-type"] == "application/json"


def test_one_gateway_serves_several_event_loops_and_many_requests_at_once(
    server: WebServer,
) -> None:
    server.answers["/"] = WebAnswer(b"x", wait=0.05)
    clients = HttpClients(AddressGuard(allowed_hosts=("127.0.0.1",)))
    gateway = GuardedHttp(clients, HttpLimits(MIB, 5))

    async def several() -> list[HttpResponse]:
        return await asyncio.gather(
            *(gateway.send(HttpRequest("GET", server.url("/"))) for _ in range(8))
        )

    for _ in range(3):
        assert [answer.content for answer in asyncio.run(several())] == [b"x"] * 8
