"""Ids and names that mean another place: nothing outside the store is read, written or deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from ragflow.adapters.blobs.store import ObstoreBlobStore
from ragflow.http.app import create_app
from ragflow.services.container import build_services

CANARY = "canary of this machine"
EVIL = (
    "%2e%2e",
    "..%2f..%2fcanary.txt",
    "%2e%2e%2f%2e%2e%2fcanary.txt",
    "%252e%252e%252fcanary.txt",
    "..%c0%af..%c0%afcanary.txt",
    "..%5c..%5ccanary.txt",
    "%00",
    "canary.txt%00.png",
    "%2fetc%2fpasswd",
    "C:%5cWindows%5cwin.ini",
    "%5c%5cserver%5cshare",
    "CON",
    "file:%2f%2f%2fetc%2fpasswd",
    "~",
    "*",
    "%0d%0aSet-Cookie:%20a=b",
    "%ed%a0%80",
    quote("' OR '1'='1"),
    quote("{{7*7}}${7*7}"),
    quote("🙂" * 50),
    "a" * 5000,
)
NAMES = (
    "../../canary.txt",
    "..\\..\\canary.txt",
    "/etc/canary.txt",
    "C:\\canary.txt",
    "CON.txt",
    "nul.txt",
    "aux.txt.",
    "..%2fcanary.txt",
    "%00.txt",
    " .txt",
    "....txt",
    "-rf.txt",
    "$(reboot).txt",
    "a;b|c&d.txt",
    "\u202etxt.exe.txt",
    "x" * 251 + ".txt",
)
KEY = re.compile(r"(documents|files|pictures|thumbnails|work)/[0-9a-f]{32}(/[0-9a-f]+)*")


@pytest.fixture
def disk(world: Any, api: Any, tmp_path: Path) -> Iterator[Any]:
    """Call as the first tenant, where blobs are files; beside their folder lies a canary."""
    (tmp_path / "canary.txt").write_text(CANARY)
    blobs = ObstoreBlobStore(f"file://{tmp_path}/store/blobs")
    services = build_services(replace(world.ports, blobs=blobs))
    with TestClient(create_app(services)) as client:
        yield type(api)(client, api.key, api.tenant_id, api.beta)


def files_of(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.usefixtures("nothing_uncaught")
def test_an_id_that_is_a_path_leads_nowhere_in_any_position_of_any_route(
    disk: Any, own: Any, rows: Any, routes: list[tuple[str, str]], tmp_path: Path
) -> None:
    ids = {
        "dataset_id": own.dataset,
        "document_id": own.document,
        "chunk_id": own.chunk,
        "chat_id": own.chat,
        "session_id": own.session,
        "tenant_id": own.tenant,
    }
    before, files = rows(), files_of(tmp_path)
    slots = [
        (method, path, slot)
        for method, path in routes
        if method != "POST" or "completions" not in path
        for slot in re.findall(r"{(\w+)}", path)
    ]
    assert len(slots) > 50
    for number, (method, path, slot) in enumerate(slots):
        # Each slot meets a fifth of the ids, each id a fifth of the slots.
        for evil in EVIL[number % 5 :: 5]:
            url = re.sub(r"{(\w+)}", lambda found: ids.get(found[1], "x"), _with(path, slot, evil))
            beta = "/chatbots/" in path or "/searchbots/" in path
            headers = {"Authorization": f"Bearer {disk.beta if beta else disk.key}"}
            response = disk.client.request(method, url, json={"name": "x"}, headers=headers)
            assert response.status_code == 200, (method, url)
            assert response.headers["content-type"] == "application/json", (method, url)
            assert response.json()["code"] != 0, (method, url, response.text)
            assert CANARY not in response.text
            assert "set-cookie" not in response.headers
    assert rows() == before
    assert files_of(tmp_path) == files


def _with(path: str, slot: str, value: str) -> str:
    return path.replace(f"{{{slot}}}", value)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("nothing_uncaught")
def test_a_name_that_is_a_path_is_refused_or_only_a_name(
    disk: Any, name: str, tmp_path: Path
) -> None:
    dataset = disk.dataset()
    outside = files_of(tmp_path) - files_of(tmp_path / "store")
    document = ("file", (name, b"mine"))
    uploaded = disk("POST", f"/datasets/{dataset}/documents", files=[document])
    stored = disk("POST", "/file/upload", files=[document])
    created = disk("POST", "/file/create", json={"name": name, "type": "virtual"})
    file = disk.file("plain.txt", "mine")
    renamed = disk("POST", "/file/rename", json={"file_id": file["id"], "name": name})
    for reply in (uploaded, stored, created, renamed):
        assert reply["code"] in (0, 101, 400, 409, 500), reply
    for each in disk.data("GET", f"/datasets/{dataset}/documents")["docs"]:
        assert each["name"] in (name, name.rpartition("\\")[2])  # old browsers send whole paths
        content = disk.raw("GET", f"/datasets/{dataset}/documents/{each['id']}")
        assert content.content == b"mine"
    for each in disk.listed():
        assert each in (name, name.rpartition("\\")[2], "plain.txt", f"{name[:-4]}(1).txt")
    keys = {
        str(path.relative_to(tmp_path / "store" / "blobs")) for path in files_of(tmp_path / "store")
    }
    assert all(KEY.fullmatch(key) for key in keys)
    assert files_of(tmp_path) - files_of(tmp_path / "store") == outside
    assert (tmp_path / "canary.txt").read_text() == CANARY
