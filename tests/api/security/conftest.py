"""Two tenants that have the same things; a secret stands in everything of the second one's."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from structlog.testing import capture_logs

SECRET = "lighthouse"


@dataclass(frozen=True, slots=True)
class Belongings:
    """Name what a tenant has."""

    tenant: str
    dataset: str
    document: str
    chunk: str
    image: str
    second_dataset: str
    second_document: str
    second_chunk: str
    chat: str
    session: str
    embed_session: str
    second_chat: str
    file: str
    folder: str
    search: str
    key: str


def belongings(world: Any, api: Any, word: str) -> Belongings:
    """Give a tenant two datasets with a document each, two assistants, a file and a search app."""
    dataset, document, chunk, image = _filled_dataset(world, api, f"{word} one")
    second_dataset, second_document, second_chunk, _ = _filled_dataset(world, api, f"{word} two")
    chat = api.chat(f"{word} guide", dataset_ids=[dataset], prompt={"opener": word})
    file = api.file(f"{word}/keeper.txt", word)
    embedded, _ = api.embed.stream(f"/chatbots/{chat}/completions")
    app = {"name": f"{word} finder", "search_config": {"kb_ids": [dataset]}}
    (key,) = world.services.accounts.keys(world.services.accounts.authenticate(api.key))
    return Belongings(
        tenant=api.tenant_id,
        dataset=dataset,
        document=document,
        chunk=chunk,
        image=image,
        second_dataset=second_dataset,
        second_document=second_document,
        second_chunk=second_chunk,
        chat=chat,
        session=api.session(chat, name=f"about {word}"),
        embed_session=embedded["data"]["session_id"],
        second_chat=api.chat(f"{word} second"),
        file=file["id"],
        folder=file["parent_id"],
        search=api.data("POST", "/searches", json=app)["id"],
        key=key.id,
    )


def _filled_dataset(world: Any, api: Any, name: str) -> tuple[str, str, str, str]:
    dataset = api.dataset(name)
    text = f"The keeper of {name} counts ships.\npictured: a ship of {name}"
    (document,) = api.upload(dataset, notes__txt=text)
    meta = {"meta_fields": {"kind": name}}
    api.data("PUT", f"/datasets/{dataset}/documents/{document}", json=meta)
    api.data("POST", f"/datasets/{dataset}/chunks", json={"document_ids": [document]})
    world.work()
    chunks = api.data("GET", f"/datasets/{dataset}/documents/{document}/chunks")["chunks"]
    picture = next(chunk for chunk in chunks if chunk["image_id"])
    return dataset, document, picture["id"], picture["image_id"]


@pytest.fixture
def own(world: Any, api: Any) -> Belongings:
    """Return what the caller has."""
    return belongings(world, api, "harbour")


@pytest.fixture
def their(world: Any, stranger: Any) -> Belongings:
    """Return what another tenant has."""
    return belongings(world, stranger, SECRET)


Rows = Callable[[], list[str]]


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    """Return what tells the whole database as statements."""

    def dumped() -> list[str]:
        connection = sqlite3.connect(tmp_path / "meta.db")
        try:
            return list(connection.iterdump())
        finally:
            connection.close()

    return dumped


@pytest.fixture
def nothing_uncaught() -> Iterator[None]:
    """Fail the test when a request ends in an exception that nobody caught."""
    with capture_logs() as logs:
        yield
    assert [entry["path"] for entry in logs if entry["event"] == "request failed"] == []


def _routes_of(app: Any) -> Iterator[tuple[str, str]]:
    for route in app.routes:
        if isinstance(route, APIRoute):
            contexts: Any = [route]
        else:
            contexts = getattr(route, "effective_route_contexts", list)()
        for context in contexts:
            for method in context.methods:
                yield method, context.path


@pytest.fixture
def routes(world: Any) -> list[tuple[str, str]]:
    """Return method and path of every route, those that are not described too."""
    found = sorted(set(_routes_of(world.client.app)))
    assert len(found) > 100
    return found
