"""No address that a user writes or a model was talked into leads into a private network."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from ragflow.adapters.agent_http import GuardedHttp, HttpLimits
from ragflow.adapters.guarded_http import AddressGuard, AsyncGuardedTransport, HttpClients, resolve
from ragflow.domain.agent_ports import HttpRequest, HttpResponse
from ragflow.domain.errors import AddressRefused, ToolFailed
from ragflow.testing.web_server import WebAnswer, WebServer, web_server

PUBLIC = "93.184.216.34"
TRICKS = (
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST.:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://0.0.0.0:{port}/",
    "http://0:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://127.1:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://[64:ff9b:1::7f00:1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[fd00::1]:{port}/",
    "http://169.254.169.254/latest/meta-data",
    "http://metadata.test/computeMetadata/v1",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "https://127.0.0.1:{port}/",
    "http://public.test@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}#@public.test/",
    "http://private.test:{port}/",
    "http://half.test:{port}/",
    "file:///etc/passwd",
    "gopher://public.test:{port}/",
    "ftp://public.test/",
)
NO_ADDRESSES = (
    "",
    "127.0.0.1:{port}",
    "//127.0.0.1:{port}/",
    "http://",
    "http://[",
    "http://0177.0.0.1:{port}/",
    "http://127.0.0.1:99999/",
    "http://\x00127.0.0.1:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://nowhere.test/",
)
NAMES = {
    "localhost": ["127.0.0.1", "::1"],
    "public.test": [PUBLIC],
    "private.test": ["127.0.0.1"],
    "half.test": [PUBLIC, "127.0.0.1"],
    "metadata.test": ["169.254.169.254"],
}


class NoNetwork(HttpClients):
    """Make clients that answer with the address that they would connect to."""

    def async_client(self, *, trusted: bool, seconds: float) -> httpx.AsyncClient:
        def answer(request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, stream=httpx.ByteStream(request.url.host.encode()))

        transport = AsyncGuardedTransport(self.guard, httpx.MockTransport(answer))
        return httpx.AsyncClient(transport=transport)


@pytest.fixture
def inside() -> Iterator[WebServer]:
    with web_server() as server:
        server.put("/", "of the private network", "text/plain")
        yield server


def resolved(host: str, port: int) -> list[str]:
    """Answer as a name server of an attacker does; literal addresses are what the system reads."""
    name = host.lower().rstrip(".")
    if name.endswith(".test") and name not in NAMES:
        raise OSError("no such host")
    return NAMES[name] if name in NAMES else resolve(host, port)


def send(request: HttpRequest, guard: AddressGuard | None = None) -> HttpResponse:
    clients = HttpClients(guard or AddressGuard(resolve=resolved))
    return asyncio.run(GuardedHttp(clients, HttpLimits(1 << 20, 3)).send(request))


@pytest.mark.parametrize("trick", TRICKS)
def test_no_way_to_write_a_private_address_gets_through(inside: WebServer, trick: str) -> None:
    with pytest.raises(AddressRefused, match="RAGFLOW_AGENTS__ALLOWED_PRIVATE_HOSTS"):
        send(HttpRequest("GET", trick.format(port=inside.port)))
    assert inside.requests == []


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_address_is_refused(inside: WebServer, text: str) -> None:
    with pytest.raises(ToolFailed):
        send(HttpRequest("GET", text.format(port=inside.port)))
    assert inside.requests == []


@pytest.mark.parametrize(
    "to", ["http://localhost:{port}/", "//[::1]:{port}/", "file:///etc/passwd"]
)
def test_no_redirect_leads_into_the_network(inside: WebServer, to: str) -> None:
    target = to.format(port=inside.port)
    inside.answers["/away"] = WebAnswer(status=302, headers={"Location": target})
    guard = AddressGuard(("127.0.0.1",), resolved)
    with pytest.raises(AddressRefused):
        send(HttpRequest("GET", inside.url("/away")), guard)
    assert [request.target for request in inside.requests] == ["/away"]


def test_the_address_that_was_checked_is_the_one_that_is_asked() -> None:
    answers = [[PUBLIC], ["127.0.0.1"]]
    clients = NoNetwork(AddressGuard(resolve=lambda host, port: answers.pop(0)))
    gateway = GuardedHttp(clients, HttpLimits(1 << 20, 3))
    request = HttpRequest("GET", "http://rebind.test/")
    assert asyncio.run(gateway.send(request)).text == PUBLIC
    assert answers == [["127.0.0.1"]]
    with pytest.raises(AddressRefused):
        asyncio.run(gateway.send(request))


def test_no_reason_holds_a_key() -> None:
    url = "http://user:secret@127.0.0.1:1/?key=secret"
    guard = AddressGuard(("127.0.0.1",))
    with pytest.raises(ToolFailed) as raised:
        send(HttpRequest("GET", url, headers={"X": "secret"}), guard)
    assert "secret" not in str(raised.value)
    assert "127.0.0.1" in str(raised.value)


@pytest.mark.parametrize(
    "proxy",
    [
        "http://127.0.0.1:{port}",
        "http://private.test:{port}",
        "http://user:secret@localhost:{port}",
        "https://public.test:{port}",
        "socks5://127.0.0.1:{port}",
        "127.0.0.1:{port}",
    ],
)
def test_no_proxy_in_a_private_network_is_asked(inside: WebServer, proxy: str) -> None:
    request = HttpRequest("GET", "http://public.test/", proxy=proxy.format(port=inside.port))
    with pytest.raises(AddressRefused) as raised:
        send(request)
    assert "secret" not in str(raised.value)
    assert inside.requests == []


@pytest.mark.parametrize("url", ["http://169.254.169.254/", "https://private.test/"])
def test_no_proxy_is_asked_for_a_private_address(inside: WebServer, url: str) -> None:
    guard = AddressGuard(("127.0.0.1",), resolved)
    with pytest.raises(AddressRefused):
        send(HttpRequest("GET", url, proxy=inside.url("")), guard)
    assert inside.requests == []


def test_an_allowed_proxy_is_given_the_name_of_the_host_and_its_own_password(
    inside: WebServer,
) -> None:
    inside.put("http://public.test/page", "by proxy", "text/plain")
    guard = AddressGuard(("127.0.0.1",), resolved)
    proxy = f"http://user:word@127.0.0.1:{inside.port}"
    answer = send(HttpRequest("GET", "http://public.test/page", proxy=proxy), guard)
    assert answer.text == "by proxy"
    (request,) = inside.requests
    assert request.headers["proxy-authorization"].startswith("Basic ")


def test_a_proxy_tunnels_to_hosts_with_certificates(inside: WebServer) -> None:
    guard = AddressGuard(("127.0.0.1",), resolved)
    with pytest.raises(ToolFailed):  # it does not tunnel: it answers the question for it by 404
        send(HttpRequest("GET", "https://public.test/", proxy=inside.url("")), guard)
    (request,) = inside.requests
    assert (request.method, request.target) == ("CONNECT", "public.test:443")


def test_a_redirect_that_a_proxy_sends_is_checked(inside: WebServer) -> None:
    location = {"Location": f"http://private.test:{inside.port}/"}
    inside.answers["http://public.test/"] = WebAnswer(status=302, headers=location)
    guard = AddressGuard(("127.0.0.1",), resolved)
    with pytest.raises(AddressRefused):
        send(HttpRequest("GET", "http://public.test/", proxy=inside.url("")), guard)
    assert len(inside.requests) == 1
