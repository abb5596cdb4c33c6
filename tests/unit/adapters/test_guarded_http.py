"""The guard lets requests out to public addresses and to nothing else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from ragflow.adapters.guarded_http import (
    AddressGuard,
    AsyncGuardedTransport,
    BlockedAddress,
    GuardedTransport,
    HttpClients,
    is_public,
)

PUBLIC = "93.184.216.34"
REFUSED = (BlockedAddress, httpx.ConnectError, httpx.InvalidURL)
TRICKS = (
    "http://127.0.0.1:55432/",
    "http://localhost/",
    "http://[::1]/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://0.0.0.0/",
    "http://169.254.169.254/latest",
    "http://[::ffff:127.0.0.1]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://10.0.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://user@127.0.0.1/",
)


@pytest.fixture
def local_url() -> Iterator[str]:
    class Hello(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/away":
                self.send_response(302)
                self.send_header("Location", "http://127.0.0.1:1/secret")
                self.end_headers()
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.headers["Host"].encode())

        def log_message(self, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Hello)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("url", TRICKS)
def test_every_trick_to_reach_a_private_address_is_blocked(url: str) -> None:
    with (
        HttpClients().client(trusted=False, seconds=2) as client,
        pytest.raises(REFUSED, match=r"private|resolved|Invalid IPv4"),
    ):
        client.get(url)


@pytest.mark.parametrize("url", TRICKS)
def test_every_trick_is_blocked_for_asynchronous_clients_too(url: str) -> None:
    async def get() -> None:
        async with HttpClients().async_client(trusted=False, seconds=2) as client:
            await client.get(url)

    with pytest.raises(REFUSED, match=r"private|resolved|Invalid IPv4"):
        asyncio.run(get())


@pytest.mark.parametrize(
    "address",
    [
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "224.0.0.1",
        "::",
        "240.0.0.1",
        "fe80::1%eth0",
        "ff02::1",
    ],
)
def test_addresses_that_hide_or_are_no_host_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_one_private_address_among_public_ones_blocks_the_host() -> None:
    guard = AddressGuard(resolve=lambda host, port: [PUBLIC, "10.0.0.7"])
    with pytest.raises(BlockedAddress):
        guard.addresses(httpx.URL("http://example.test/"))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.test/", "gopher://x/"])
def test_other_schemes_are_blocked(url: str) -> None:
    with pytest.raises(BlockedAddress):
        AddressGuard(resolve=lambda host, port: [PUBLIC]).addresses(httpx.URL(url))


def test_an_allowed_host_may_be_private(local_url: str) -> None:
    clients = HttpClients(AddressGuard(allowed_hosts=("127.0.0.1",)))
    with clients.client(trusted=False, seconds=2) as client:
        assert client.get(local_url).status_code == 200


def test_a_trusted_client_reaches_private_addresses(local_url: str) -> None:
    with HttpClients().client(trusted=True, seconds=2) as client:
        assert client.get(local_url).status_code == 200


def test_the_request_goes_to_the_checked_address_under_the_name_of_the_host() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    guard = AddressGuard(resolve=lambda host, port: [PUBLIC])
    with httpx.Client(transport=GuardedTransport(guard, httpx.MockTransport(answer))) as client:
        client.get("https://example.test/x")
    assert seen[0].url.host == PUBLIC
    assert seen[0].headers["host"] == "example.test"
    assert seen[0].extensions["sni_hostname"] == "example.test"


def test_a_second_answer_of_the_name_server_changes_nothing() -> None:
    answers = [[PUBLIC], ["127.0.0.1"]]
    hosts: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.host)
        return httpx.Response(200)

    guard = AddressGuard(resolve=lambda host, port: answers.pop(0))
    with httpx.Client(transport=GuardedTransport(guard, httpx.MockTransport(answer))) as client:
        client.get("http://rebind.test/")
        with pytest.raises(BlockedAddress):
            client.get("http://rebind.test/")
    assert hosts == [PUBLIC]


def test_a_redirect_into_a_private_network_is_blocked(local_url: str) -> None:
    port = int(local_url.rsplit(":", 1)[1])
    names = {"public.test": ["127.0.0.1"], "127.0.0.1": ["127.0.0.1"]}
    guard = AddressGuard(("public.test",), resolve=lambda host, _: names[host])
    with (
        HttpClients(guard).client(trusted=False, seconds=2) as client,
        pytest.raises(BlockedAddress),
    ):
        client.get(f"http://public.test:{port}/away")


def test_a_second_address_is_tried_when_the_first_does_not_listen() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host != PUBLIC:
            raise httpx.ConnectError("refused")
        return httpx.Response(200)

    guard = AddressGuard(resolve=lambda host, port: ["8.8.8.8", PUBLIC])

    async def get() -> int:
        transport = AsyncGuardedTransport(guard, httpx.MockTransport(answer))
        async with httpx.AsyncClient(transport=transport) as client:
            return (await client.get("http://example.test/")).status_code

    with httpx.Client(transport=GuardedTransport(guard, httpx.MockTransport(answer))) as client:
        assert client.get("http://example.test/").status_code == 200
    assert asyncio.run(get()) == 200
