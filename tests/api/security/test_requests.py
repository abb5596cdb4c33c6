"""Requests that say two things at once, or more than they may; over HTTP where that counts."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

pytestmark = pytest.mark.usefixtures("nothing_uncaught")

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def wire(world: Any) -> Iterator[int]:
    """Serve the application over HTTP; return the port."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(world.client.app, log_level="critical", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        assert server.started
        yield int(listening.getsockname()[1])
        server.should_exit = True
        thread.join(20)


def talk(port: int, request: bytes) -> bytes:
    """Send bytes and return what comes back until the server hangs up or falls silent."""
    with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        received = b""
        try:
            connection.sendall(request)
            while piece := connection.recv(65_536):
                received += piece
        except (TimeoutError, ConnectionError):
            return received
        return received


def head(method: str, path: str, *headers: str) -> bytes:
    lines = (f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", "")
    return "\r\n".join(lines).encode("latin-1")


def test_of_two_authorizations_the_first_counts_alone(wire: int, api: Any, stranger: Any) -> None:
    mine, wrong = api.dataset("mine"), "Authorization: Bearer wrong"
    theirs, ours = f"Authorization: Bearer {stranger.key}", f"authorization: Bearer {api.key}"
    close = "Connection: close"
    assert mine.encode() in talk(wire, head("GET", "/api/v1/datasets", ours, theirs, close))
    for first in (theirs, wrong):
        reply = talk(wire, head("GET", "/api/v1/datasets", first, ours, close))
        assert b"HTTP/1.1 200" in reply
        assert mine.encode() not in reply


@pytest.mark.parametrize(
    "header",
    [
        "Authorization:\tBearer\t{key}",
        "AUTHORIZATION: bearer {key}",
        "authorization:   Bearer    {key}   ",
    ],
)
def test_case_and_blanks_of_the_header_do_not_matter(wire: int, api: Any, header: str) -> None:
    request = head("GET", "/api/v1/datasets", header.format(key=api.key), "Connection: close")
    assert b'"code":0,"data":[]' in talk(wire, request)


@pytest.mark.parametrize(
    "value",
    ["Bearer " + "a" * 30_000, "Bearer \x0b", "Bearer é", "Bearer \xa0", "x" * 60_000, ", Bearer"],
)
def test_a_header_that_is_no_key_is_refused(wire: int, api: Any, value: str) -> None:
    mine = api.dataset("mine").encode()
    reply = talk(
        wire, head("GET", "/api/v1/datasets", f"Authorization: {value}", "Connection: close")
    )
    assert reply.startswith((b"HTTP/1.1 200", b"HTTP/1.1 4"))
    assert mine not in reply


def test_headers_of_proxies_change_neither_route_nor_rights(api: Any, stranger: Any) -> None:
    mine = api.dataset("mine")
    tricks = {
        "X-HTTP-Method-Override": "DELETE",
        "X-Method-Override": "DELETE",
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Prefix": "/v1/system",
        "X-Original-URL": "/v1/user/info",
        "X-Rewrite-URL": "/v1/user/info",
        "X-User": api.tenant_id,
        "Tenant-Id": api.tenant_id,
        "Host": "evil.example",
    }
    for name, value in tricks.items():
        assert stranger.data("GET", "/datasets", headers={name: value}) == [], name
        reply = api.raw("GET", "/datasets", headers={name: value})
        assert [each["id"] for each in reply.json()["data"]] == [mine]
        assert "evil.example" not in reply.text + str(reply.headers)


def test_an_origin_of_anybody_gets_no_cookie(world: Any, api: Any) -> None:
    response = api.raw("GET", "/datasets", headers={"Origin": "https://evil.example"})
    assert "set-cookie" not in response.headers
    cookie = {"Origin": "https://evil.example", "Cookie": f"Authorization=Bearer {api.key}"}
    assert world.client.get("/api/v1/datasets", headers=cookie).json()["data"] is False


@pytest.mark.parametrize(
    "framing",
    [
        ("Content-Length: 5", "Content-Length: 500"),
        ("Content-Length: -1",),
        ("Content-Length: 1e3",),
        ("Content-Length: " + "9" * 5000,),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding: xchunked",),
    ],
)
def test_a_body_of_two_lengths_smuggles_no_second_request(
    wire: int, api: Any, framing: tuple[str, ...]
) -> None:
    mine = api.dataset("mine")
    smuggled = head("DELETE", "/api/v1/datasets", f"Authorization: Bearer {api.key}", *JSON_LINES)
    body = b"0\r\n\r\n" + smuggled + b'{"ids":null}   '
    request = head("POST", "/api/v1/retrieval", "Authorization: Bearer wrong", *framing)
    reply = talk(wire, request + body)
    assert reply.count(b"HTTP/1.1 5") == 0
    assert [each["id"] for each in api.data("GET", "/datasets")] == [mine]


JSON_LINES = ("Content-Type: application/json", "Content-Length: 15")


def test_a_body_that_ends_early_does_nothing(wire: int, api: Any) -> None:
    mine = api.dataset("mine")
    key = f"Authorization: Bearer {api.key}"
    lines = (key, "Content-Type: application/json", "Content-Length: 400", "Connection: close")
    talk(wire, head("DELETE", "/api/v1/datasets", *lines) + b'{"ids":null}')
    talk(wire, head("DELETE", "/api/v1/chats", *lines) + b"{}")
    assert [each["id"] for each in api.data("GET", "/datasets")] == [mine]


def test_a_chunked_body_is_cut_off_at_the_limit(wire: int, api: Any) -> None:
    key = f"Authorization: Bearer {api.key}"
    lines = (key, "Content-Type: application/json", "Transfer-Encoding: chunked")
    piece = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
    reply = talk(wire, head("POST", "/api/v1/datasets", *lines) + piece * 80)
    assert reply.startswith(b"HTTP/1.1 413")


def test_of_a_key_that_comes_twice_the_last_one_is_checked_and_used(
    api: Any, stranger: Any
) -> None:
    mine, theirs = api.dataset("mine"), stranger.dataset("theirs")
    for first, last in ((mine, theirs), (theirs, mine)):
        body = f'{{"question": "x", "dataset_ids": ["{first}"], "dataset_ids": ["{last}"]}}'
        reply = api("POST", "/retrieval", content=body)
        owned = last == mine
        assert reply["message"].startswith("You don't own") != owned


DEEP = 10_000
BODIES = {
    "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "deep value": b'{"name":"x","parser_config":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "gigantic whole number": b'{"page":' + b"9" * 5000 + b"}",
    "gigantic number": b'{"name":"x","page":1e999999,"top_k":1e999999,"chunk_token_num":1e400}',
    "not a number": b'{"name":NaN,"page":NaN,"top_k":-Infinity}',
    "byte order mark": b'\xef\xbb\xbf{"name":"x"}',
    "UTF-16": '{"name":"x"}'.encode("utf-16"),
    "UTF-16 without a mark": '{"name":"x"}'.encode("utf-16-le"),
    "UTF-32": '{"name":"x"}'.encode("utf-32"),
    "UTF-7": b'{"name":"+ADw-script+AD4-"}',
    "Latin-1": '{"name":"é"}'.encode("latin-1"),
    "overlong": b'{"name":"\xc0\xaf"}',
    "NUL": b'{"name":"x\x00"}',
    "comment": b'{"name":"x"} // more',
    "two values": b'{"name":"x"}{"name":"y"}',
    "single quotes": b"{'name': 'x'}",
    "pickle": b"\x80\x04K\x01.",
    "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "prototype": b'{"__proto__":{"admin":true},"constructor":{"prototype":{}},"__class__":"x"}',
}


@pytest.mark.parametrize("name", BODIES)
def test_a_strange_body_is_answered_by_all_kinds_of_routes(
    world: Any, api: Any, routes: list[tuple[str, str]], name: str
) -> None:
    first = list(BODIES).index(name) % 3
    for method, path in routes[first::3]:  # each body meets a third of the routes
        if method == "GET" or path.endswith(("/user/login", "/user/register")):
            continue
        beta = "/chatbots/" in path or "/searchbots/" in path
        headers = {"Authorization": f"Bearer {api.beta if beta else api.key}", **JSON}
        url = path.format_map(Nothing())
        response = world.client.request(method, url, content=BODIES[name], headers=headers)
        assert response.status_code in (200, 404, 500), (method, path)
        if response.status_code == 500:  # how the external API of one route says it
            assert path.endswith("/dify/retrieval")
            assert response.json()["code"] == 500
        assert "/etc/passwd" not in response.text or "root:" not in response.text


class Nothing(dict[str, str]):
    """Fill every slot of a path with an id of nothing."""

    def __missing__(self, key: str) -> str:
        return "0" * 32


def test_strange_numbers_are_answered(api: Any, own: Any) -> None:
    chunk = f"/datasets/{own.dataset}/documents/{own.document}/chunks/{own.chunk}"
    for text in ("1e400", "NaN", "9" * 400, "-1e308", "2147483648"):
        for name in (
            "page",
            "page_size",
            "top_k",
            "similarity_threshold",
            "vector_similarity_weight",
        ):
            body = f'{{"question":"ships","dataset_ids":["{own.dataset}"],"{name}":{text}}}'
            reply = api("POST", "/retrieval", content=body)
            assert reply["code"] in (0, 100, 102), (name, text, reply)
        dify = f'{{"knowledge_id":"{own.dataset}","query":"ships","retrieval_setting":'
        for name in ("top_k", "score_threshold"):
            reply = api("POST", "/dify/retrieval", content=f'{dify}{{"{name}":{text}}}}}')
            assert "records" in reply or reply["code"] == 500, (name, text, reply)
        assert api("PUT", chunk, content=f'{{"available":{text}}}')["code"] in (0, 100, 102)
        for path in ("/datasets", "/chats", f"/datasets/{own.dataset}/documents", "/file/list"):
            for name in ("page", "page_size", "create_time_from"):
                params = {name: text}
                if (path, name) == ("/datasets", "create_time_from"):
                    continue
                reply = api("GET", path, params=params)
                assert reply["code"] in (0, 100, 101), (path, name, text, reply)
        for field in ("top_n", "top_k", "similarity_threshold", "keywords_similarity_weight"):
            body = f'{{"prompt":{{"{field}":{text}}}}}'
            reply = api("PUT", f"/chats/{own.chat}", content=body)
            assert reply["code"] in (0, 100, 101, 102), (field, text, reply)
    assert json.dumps(api("GET", "/chats"), allow_nan=False)
