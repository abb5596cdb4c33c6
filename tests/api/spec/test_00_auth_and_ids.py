"""00 §4 and §5: keys on every route; ids, times and types of every object."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import xxhash

from ragflow.adapters.system import RandomIds
from ragflow.services.accounts import AccountService

MISSING = {"code": 0, "message": "`Authorization` can't be empty", "data": False}
INVALID = {"code": 109, "message": "Authentication error: API key is invalid!", "data": False}
ROUTES = [
    ("GET", "/datasets"),
    ("POST", "/datasets"),
    ("DELETE", "/datasets"),
    ("PUT", "/datasets/x"),
    ("POST", "/datasets/x/documents"),
    ("GET", "/datasets/x/documents"),
    ("DELETE", "/datasets/x/documents"),
    ("PUT", "/datasets/x/documents/y"),
    ("GET", "/datasets/x/documents/y"),
    ("POST", "/datasets/x/chunks"),
    ("DELETE", "/datasets/x/chunks"),
    ("POST", "/datasets/x/documents/y/chunks"),
    ("GET", "/datasets/x/documents/y/chunks"),
    ("DELETE", "/datasets/x/documents/y/chunks"),
    ("PUT", "/datasets/x/documents/y/chunks/z"),
    ("POST", "/retrieval"),
    ("POST", "/chats"),
    ("GET", "/chats"),
    ("DELETE", "/chats"),
    ("PUT", "/chats/x"),
    ("POST", "/chats/x/sessions"),
    ("GET", "/chats/x/sessions"),
    ("DELETE", "/chats/x/sessions"),
    ("PUT", "/chats/x/sessions/y"),
    ("POST", "/chats/x/completions"),
    ("POST", "/sessions/ask"),
    ("POST", "/sessions/related_questions"),
]


def test_the_key_is_checked_before_anything_else(world: Any) -> None:
    for method, path in ROUTES:
        for headers, expected in (
            ({}, MISSING),
            ({"Authorization": "Bearer nobody"}, INVALID),
        ):
            url = f"/api/v1{path}"
            response = world.client.request(method, url, headers=headers, content=b"{")
            assert response.status_code == 200
            assert response.json() == expected, (method, path)


@pytest.mark.parametrize("header", ["Bearer", "  Bearer  ", "x"])
def test_a_single_word_is_no_authorization(world: Any, header: str) -> None:
    response = world.client.get("/api/v1/chats", headers={"Authorization": header})
    assert response.json() == {
        "code": 0,
        "message": "Please check your authorization format.",
        "data": False,
    }


def test_a_key_has_the_form_that_clients_know(world: Any) -> None:
    ports = world.ports
    key = AccountService(ports.database, ports.clock, RandomIds()).create_key()
    assert re.fullmatch(r"ragflow-[A-Za-z0-9_-]{32}", key.secret)
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", key.beta)


def test_objects_carry_ids_of_version_1_and_four_times(api: Any, parsed: tuple[str, str]) -> None:
    chat_id = api.chat(dataset_ids=[parsed[0]])
    session_id = api.session(chat_id)
    objects = [
        api.data("GET", "/datasets")[0],
        api.document(*parsed),
        api.data("GET", "/chats")[0],
        api.data("GET", "/chats")[0]["datasets"][0],
        api.data("GET", f"/chats/{chat_id}/sessions", params={"id": session_id})[0],
    ]
    for each in objects:
        assert re.fullmatch("[0-9a-f]{32}", each["id"])
        assert uuid.UUID(each["id"]).version == 1
        for name in ("create", "update"):
            milliseconds = each[f"{name}_time"]
            assert isinstance(milliseconds, int)
            told = parsedate_to_datetime(each[f"{name}_date"])
            assert told == datetime.fromtimestamp(milliseconds // 1000, UTC)
            assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", each[f"{name}_date"])


def test_the_id_of_a_chunk_is_a_hash_of_its_text_and_document(
    api: Any, parsed: tuple[str, str]
) -> None:
    path = "/datasets/{}/documents/{}/chunks".format(*parsed)
    chunk = api.data("POST", path, json={"content": "Ein Schiff 🚢"})["chunk"]
    hashed = f"Ein Schiff 🚢{parsed[1]}".encode()
    assert chunk["id"] == xxhash.xxh64(hashed).hexdigest()
    local = datetime.fromtimestamp(chunk["create_timestamp"]).astimezone()
    assert chunk["create_time"] == local.strftime("%Y-%m-%d %H:%M:%S")
