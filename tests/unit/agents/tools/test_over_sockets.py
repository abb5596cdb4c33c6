"""Tools go through the guard: what is allowed is reached, what a page talks a model into is not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ragflow.agents.tools.base import ToolResult
from ragflow.agents.tools.load import load_tools, tools
from ragflow.domain.errors import AddressRefused, ToolFailed
from ragflow.settings import AgentSettings, Settings
from ragflow.testing.agents import FakeOutside
from ragflow.testing.web_server import WebAnswer, WebServer, web_server
from ragflow.wiring import agent_http

INJECTED = (
    "http://127.0.0.1:{port}/secret",
    "127.0.0.1:{port}/secret",
    "http://localhost:{port}/secret",
    "http://2130706433:{port}/secret",
    "http://0x7f.1:{port}/secret",
    "http://[::1]:{port}/secret",
    "http://[::ffff:127.0.0.1]:{port}/secret",
    "http://[64:ff9b::7f00:1]:{port}/secret",
    "http://example.com@127.0.0.1:{port}/secret",
    "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/_GET",
)


@pytest.fixture
def server() -> Iterator[WebServer]:
    load_tools()
    with web_server() as running:
        running.put("/secret", "of the private network", "text/plain")
        yield running


def run(name: str, *allowed: str, **options: Any) -> ToolResult:
    """Run a tool through the gateway that the settings make."""
    settings = Settings(agents=AgentSettings(allowed_private_hosts=allowed, http_seconds=5))
    environment = replace(FakeOutside().environment(), http=agent_http(settings))
    tool = tools[name]()
    return asyncio.run(tool.run(tool.options.model_validate(options), environment))


def test_searxng_in_an_allowed_network(server: WebServer) -> None:
    server.put(
        "/search", '{"results": [{"title": "T", "url": "https://t.example/", "content": "C"}]}'
    )
    result = run("SearXNG", "127.0.0.1", query="a b&c", searxng_url=server.url(""))
    assert result.text == "T\nhttps://t.example/\nC"
    assert server.requests[0].target == "/search?q=a+b%26c&format=json"


def test_the_crawler_follows_a_page_that_moved(server: WebServer) -> None:
    server.answers["/old"] = WebAnswer(status=301, headers={"Location": "/new"})
    server.put(
        "/new", "<title>Münze</title><p>Größe".encode("latin-1"), "text/html; charset=latin-1"
    )
    result = run("Crawler", "127.0.0.1", url=server.url("/old"))
    assert result.data == {"url": server.url("/new"), "title": "Münze", "content": "Größe"}


def test_invoke_posts_to_an_allowed_host_by_an_allowed_proxy(server: WebServer) -> None:
    server.put("http://127.0.0.1", '{"ok": true}')
    options = {"url": "http://127.0.0.1:9/x", "method": "post", "proxy": server.url("")}
    result = run("Invoke", "127.0.0.1", variables=[{"key": "a", "value": 1}], **options)
    assert result.data == {"ok": True}
    (request,) = server.requests
    assert (request.method, request.target) == ("POST", "http://127.0.0.1:9/x")
    assert request.content == b'{"a":1}'


@pytest.mark.parametrize("injected", INJECTED)
@pytest.mark.parametrize("tool", ["Crawler", "Invoke", "SearXNG"])
def test_an_address_that_a_page_talked_a_model_into_is_refused(
    server: WebServer, tool: str, injected: str
) -> None:
    url = injected.format(port=server.port)
    options = {"searxng_url": url, "query": "q"} if tool == "SearXNG" else {"url": url}
    with pytest.raises(ToolFailed) as raised:
        run(tool, **options)
    assert isinstance(raised.value, AddressRefused), raised.value
    assert server.requests == []


@pytest.mark.parametrize("tool", ["Crawler", "Invoke"])
def test_a_redirect_of_a_page_into_the_network_is_refused(server: WebServer, tool: str) -> None:
    location = {"Location": f"http://localhost:{server.port}/secret"}
    server.answers["/page"] = WebAnswer(status=302, headers=location)
    with pytest.raises(AddressRefused):
        run(tool, "127.0.0.1", url=server.url("/page"))
    assert [request.target for request in server.requests] == ["/page"]


@pytest.mark.parametrize("tool", ["Crawler", "Invoke"])
def test_a_proxy_in_the_network_is_refused(server: WebServer, tool: str) -> None:
    with pytest.raises(AddressRefused):
        run(tool, url="http://93.184.216.34/", proxy=server.url(""))
    assert server.requests == []


def test_a_host_of_qweather_in_the_network_is_refused(server: WebServer) -> None:
    with pytest.raises(AddressRefused):
        run("QWeather", city="x", web_apikey="k", api_host="localhost")
