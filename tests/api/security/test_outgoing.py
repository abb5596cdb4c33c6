"""Addresses that users give: no request of theirs reaches a network that is not public."""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import ragflow
from ragflow.adapters.guarded_http import AddressGuard, HttpClients
from ragflow.adapters.models.catalog import Catalog, CatalogOptions
from ragflow.adapters.models.store import ModelStore
from ragflow.adapters.tool_servers import McpToolServers
from ragflow.http.app import create_app
from ragflow.services.container import build_services

PUBLIC = "93.184.216.34"
VENDOR = "OpenAI-API-Compatible"
TRICKS = (
    "http://127.0.0.1:{port}/v1",
    "http://localhost:{port}/v1",
    "http://[::1]:{port}/v1",
    "http://[::ffff:127.0.0.1]:{port}/v1",
    "http://[::ffff:7f00:1]:{port}/v1",
    "http://2130706433:{port}/v1",
    "http://0x7f000001:{port}/v1",
    "http://0177.0.0.1:{port}/v1",
    "http://127.1:{port}/v1",
    "http://0.0.0.0:{port}/v1",
    "http://169.254.169.254/latest/meta-data",
    "http://metadata.google.internal/computeMetadata/v1",
    "http://10.0.0.1/v1",
    "http://api.openai.com@127.0.0.1:{port}/v1",
    "http://127.0.0.1:{port}#@api.openai.com/v1",
    "http://127.0.0.1:{port}\\@api.openai.com/v1",
    "http://①②⑦.⓪.⓪.①:{port}/v1",
    "http://private.example:{port}/v1",
    "http://half.example:{port}/v1",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/",
    "ftp://127.0.0.1:{port}/",
    "//127.0.0.1:{port}/v1",
    "127.0.0.1:{port}/v1",
    "http://",
    "http://127.0.0.1:99999/v1",
    "http://[",
    "http://\x00127.0.0.1:{port}/v1",
)
_HTTP = {
    "httpx",
    "httpx2",
    "requests",
    "urllib3",
    "aiohttp",
    "http.client",
    "urllib.request",
    "socket",
    "mcp.client",
}
# Who may speak to networks, and why.
ALLOWED = {
    "adapters/code/exchange.py": "talks with a sandboxed process, through a socket pair",
    "adapters/code/local.py": "makes that socket pair",
    "adapters/code/probe.py": "listens, to see that no sandboxed process comes through",
    "adapters/code/remote.py": "names of errors; its clients are guarded",
    "adapters/code/trial.py": "is never imported: it tries to break out of a sandbox",
    "adapters/agent_mail.py": "names of errors; its sockets are guarded",
    "adapters/guarded_sockets.py": "the same guard for databases and mail",
    "adapters/agent_http.py": "requests and names of errors; its clients are guarded",
    "adapters/guarded_http.py": "the guard itself",
    "adapters/mcp/guarded.py": "hands requests of the library over to a guarded client",
    "adapters/mcp/held.py": "asks a client that sessions.py has opened",
    "adapters/mcp/sessions.py": "gives the library clients that can do nothing else",
    "adapters/models/remote.py": "names of errors; its clients are guarded",
    "adapters/models/any_llm.py": "reads a URL; it compares its host",
    "listening.py": "listens",
    "supervisor.py": "hears from the processes that it started, through socket pairs",
    "wiring.py": "hands the listening socket on",
}


@pytest.fixture
def inside() -> Iterator[Any]:
    """Run a server that only this machine can reach; return it with what it was asked."""
    asked: list[str] = []

    class Inside(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"secret": "of the private network"}')

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Inside)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port, asked
    server.shutdown()
    thread.join()
    server.server_close()


def resolved(host: str, _port: int) -> list[str]:
    """Answer as a name server of an attacker does; literal addresses are what the system reads."""
    known = {
        "private.example": ["127.0.0.1"],
        "half.example": [PUBLIC, "127.0.0.1"],
        "metadata.google.internal": ["169.254.169.254"],
        "localhost": ["127.0.0.1", "::1"],
    }
    if host in known:
        return known[host]
    from ragflow.adapters.guarded_http import resolve

    return resolve(host, _port)


@pytest.fixture
def caller(world: Any, api: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Call as the first tenant, where models are found and called as in the product."""
    monkeypatch.setattr("ragflow.adapters.models.remote._FIRST_WAIT", 0.0)
    database = world.ports.database

    def accounts(tenant_id: str) -> Any:
        with database.reading() as unit:
            return unit.accounts.providers(tenant_id)

    catalog = Catalog(
        CatalogOptions(request_seconds=2),
        ModelStore(tmp_path / "models"),
        HttpClients(AddressGuard(resolve=resolved)),
        accounts,
        lambda _tenant, _kind: "",
    )
    services = build_services(replace(world.ports, catalog=catalog))
    with TestClient(create_app(services)) as client:
        yield type(api)(client, api.key, api.tenant_id)


def configure(caller: Any, path: str, **body: Any) -> Any:
    headers = {"Authorization": f"Bearer {caller.key}"}
    return caller.client.post(f"/v1/llm/{path}", json=body, headers=headers).json()


@pytest.mark.usefixtures("nothing_uncaught")
def test_no_address_of_a_tenant_leads_into_the_network(
    world: Any, caller: Any, own: Any, inside: Any
) -> None:
    port, asked = inside
    for trick in TRICKS:
        url = trick.format(port=port)
        for kind in ("chat", "embedding", "rerank"):
            model = {"llm_factory": VENDOR, "llm_name": f"m-{kind}", "model_type": kind}
            reply = configure(caller, "add_llm", **model, api_base=url, api_key="sk-of-tenant")
            if reply["code"] != 0:
                assert reply["message"], url  # refused at once, in words
                continue
            said = _used(caller, own, kind)
            assert "secret" not in said, (url, kind)
            assert "sk-of-tenant" not in said, (url, kind)
    assert asked == []


def _used(caller: Any, own: Any, kind: str) -> str:
    """Use a model; return what is said about its failure."""
    name = f"m-{kind}@{VENDOR}"
    if kind == "rerank":
        body = {"question": "ships", "dataset_ids": [own.dataset], "rerank_id": name}
        reply = caller("POST", "/retrieval", json=body)
    elif kind == "embedding":
        made = caller("POST", "/datasets", json={"name": "remote", "embedding_model": name})
        assert made["code"] == 0, made
        path = f"/datasets/{made['data']['id']}"
        (document,) = caller.upload(made["data"]["id"], notes__txt="ships")
        reply = caller("POST", f"{path}/documents/{document}/chunks", json={"content": "ships"})
        caller("DELETE", "/datasets", json={"ids": [made["data"]["id"]]})
    else:
        chat = caller.chat("remote", llm={"model_name": name})
        asked = {"question": "ships", "session_id": caller.session(chat), "stream": False}
        reply = caller("POST", f"/chats/{chat}/completions", json=asked)
        caller("DELETE", "/chats", json={"ids": [chat]})
    assert reply["code"] != 0 or "**ERROR**" in str(reply), reply
    return str(reply)


@pytest.mark.usefixtures("nothing_uncaught")
def test_no_address_of_an_mcp_server_leads_into_the_network(
    world: Any, api: Any, inside: Any
) -> None:
    port, asked = inside
    guarded = McpToolServers(HttpClients(AddressGuard(resolve=resolved)))
    services = build_services(
        replace(world.ports, agents=replace(world.ports.agents, tool_servers=guarded))
    )
    with TestClient(create_app(services)) as client:
        for trick in TRICKS:
            for kind in ("streamable-http", "sse"):
                server = {"url": trick.format(port=port), "server_type": kind}
                reply = client.post(
                    "/v1/mcp_server/test_mcp",
                    json=server | {"headers": {"x-key": "sk-of-tenant"}},
                    headers={"Authorization": f"Bearer {api.key}"},
                ).json()
                assert reply["code"] != 0, server
                assert "secret" not in reply["message"], server
                assert "sk-of-tenant" not in reply["message"], server
    assert asked == []


def test_texts_with_addresses_are_fetched_by_nobody(
    world: Any, api: Any, inside: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, asked = inside
    url = f"http://127.0.0.1:{port}/picture.png"
    text = f'![a]({url}) <img src="{url}"> <link href="{url}"> {url}'
    dataset = api.dataset(description=url)
    assert api("PUT", f"/datasets/{dataset}", json={"avatar": url})["code"] == 101
    (document,) = api.upload(dataset, notes__txt=text)
    api.data("POST", f"/datasets/{dataset}/chunks", json={"document_ids": [document]})
    world.work()
    chat = api.chat(avatar=url, dataset_ids=[dataset], prompt={"opener": text})
    body = {"question": url, "session_id": api.session(chat), "stream": False}
    api.data("POST", f"/chats/{chat}/completions", json=body)
    path = f"/datasets/{dataset}/documents/{document}/chunks"
    assert api("POST", path, json={"content": "x", "image_base64": url})["code"] == 102
    assert asked == []


def test_only_the_guard_makes_connections() -> None:
    root = Path(ragflow.__file__).parent
    found = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if "testing" not in path.relative_to(root).parts and _imported(path) & _HTTP
    }
    assert found == set(ALLOWED)
    for path in (
        "adapters/code/remote.py",
        "adapters/agent_http.py",
        "adapters/models/remote.py",
        "adapters/models/any_llm.py",
    ):
        called = {
            node.func.attr
            for node in ast.walk(ast.parse((root / path).read_text()))
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "httpx"
        }
        assert called <= {"URL"}, path


def _imported(path: Path) -> set[str]:
    """Return the modules that a file imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names
