"""Texts and files of users in replies: none is taken for a page, none ends a header early."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import unquote

import pytest

SCRIPT = "<script>alert(document.domain)</script>"
PAGES = {
    "page.html": f"<html>{SCRIPT}</html>",
    "picture.svg": f'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">{SCRIPT}</svg>',
    "notes.txt": SCRIPT,
    "data.json": f'{{"x": "{SCRIPT}"}}',
}
NAMES = (
    'quote".txt',
    "semicolon; filename=evil.html.txt",
    "comma, and = sign.txt",
    "percent%0d%0aSet-Cookie: a=b.txt",
    "apostrophe's ''.txt",
    "snowman ☃.txt",
    "\u202egnp.txt",
    "ümläut.txt",
    "🙂.txt",
    f"{SCRIPT.replace('/', '')}.txt",
)


def harmless(response: Any) -> bool:
    return bool(response.headers.get("x-content-type-options") == "nosniff")


def test_every_kind_of_reply_says_that_its_type_is_its_type(world: Any, api: Any, own: Any) -> None:
    chat = f"/chats/{own.chat}"
    replies = [
        api.raw("GET", "/datasets"),
        api.raw("GET", "/nowhere"),
        api.raw("DELETE", "/retrieval"),
        api.raw("POST", "/datasets", content=b"{"),
        api.raw("GET", f"/images/{own.image}"),
        api.raw("GET", f"/file/get/{own.file}"),
        api.raw("GET", f"/datasets/{own.dataset}/documents/{own.document}"),
        api.raw("POST", f"{chat}/completions", json={}),
        api.raw("POST", "/retrieval", content=b"x" * 1_100_000),
        api.raw("POST", "/dify/retrieval", json={}, headers={"Authorization": "Bearer wrong"}),
        world.client.get("/api/v1/datasets"),
        world.client.get("/v1/user/info"),
        world.client.get("/v1/system/healthz"),
        world.client.get("/api/openapi.json"),
        world.client.options(
            "/api/v1/datasets",
            headers={"Origin": "https://a.test", "Access-Control-Request-Method": "POST"},
        ),
    ]
    assert {response.status_code for response in replies} == {200, 403, 413}
    types = {response.headers["content-type"].partition(";")[0] for response in replies}
    assert {"application/json", "text/event-stream", "application/octet-stream"} <= types
    assert [response.url for response in replies if not harmless(response)] == []
    assert "text/html" not in types


@pytest.mark.parametrize("name", PAGES)
def test_a_file_is_saved_and_not_shown(api: Any, name: str) -> None:
    file = api.file(name, PAGES[name])
    responses = [api.raw("GET", f"/file/get/{file['id']}")]
    dataset = api.dataset()
    sent = [("file", (name, PAGES[name]))]
    (document,) = api.data("POST", f"/datasets/{dataset}/documents", files=sent)
    responses.append(api.raw("GET", f"/datasets/{dataset}/documents/{document['id']}"))
    responses.append(api.raw("GET", f"/file/get/{document['id']}"))
    for response in responses:
        assert response.text == PAGES[name]
        assert response.headers["content-disposition"].startswith("attachment;")
        assert response.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert response.headers["content-type"].partition(";")[0] not in (
            "text/html",
            "image/svg+xml",
        )
        assert harmless(response)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_neither_ends_nor_adds_a_header(api: Any, name: str) -> None:
    file = api.data("POST", "/file/create", json={"name": "x", "type": "folder"})
    stored = api.file("plain.txt", parent_id=file["id"])
    assert api.data("POST", "/file/rename", json={"file_id": stored["id"], "name": name}) is True
    (document,) = api.upload(api.dataset(), plain__txt="x")
    listed = api.data("GET", f"/documents/{document}")
    path = f"/datasets/{listed['dataset_id']}/documents/{document}"
    api.data("PUT", path, json={"name": name})
    for response in (api.raw("GET", f"/file/get/{stored['id']}"), api.raw("GET", path)):
        start, _, quoted = response.headers["content-disposition"].partition("filename*=UTF-8''")
        assert start == "attachment; "
        assert quoted.isascii()
        assert not set(quoted) & set("\"';, \r\n")
        assert unquote(quoted) == name
        assert "set-cookie" not in response.headers


@pytest.mark.parametrize("name", ["a\r\nSet-Cookie: a=b.txt", "a\n.txt", "a\x00.txt", "a\x7f.txt"])
def test_control_characters_are_in_no_name(api: Any, dataset_id: str, name: str) -> None:
    (document,) = api.upload(dataset_id, plain__txt="x")
    path = f"/datasets/{dataset_id}/documents/{document}"
    assert api("PUT", path, json={"name": name})["code"] != 0
    file = api.file("plain.txt")
    assert api("POST", "/file/rename", json={"file_id": file["id"], "name": name})["code"] != 0
    for response in (api.raw("GET", path), api.raw("GET", f"/file/get/{file['id']}")):
        assert unquote(response.headers["content-disposition"]).endswith("''plain.txt")


def test_texts_of_users_come_as_json_as_they_were_sent(world: Any, api: Any) -> None:
    dataset = api.dataset(SCRIPT, description=SCRIPT)
    (document,) = api.upload(dataset, notes__txt=f"{SCRIPT} ships")
    api.data("POST", f"/datasets/{dataset}/chunks", json={"document_ids": [document]})
    world.work()
    chat = api.chat(SCRIPT, dataset_ids=[dataset], prompt={"opener": SCRIPT})
    session = api.session(chat, name=SCRIPT)
    asked = {"question": "ships", "dataset_ids": [dataset]}
    replies = [
        api.raw("GET", "/datasets"),
        api.raw("GET", f"/datasets/{dataset}/documents/{document}/chunks?keywords=ships"),
        api.raw("POST", "/retrieval", json=asked | {"highlight": True}),
        api.raw("GET", "/chats"),
        api.raw("GET", f"/chats/{chat}/sessions"),
        api.embed.raw("GET", f"/chatbots/{chat}/info"),
        api.raw("PUT", f"/chats/{chat}", json={"name": " "}),
        api.raw("POST", f"/chats/{chat}/completions", json={"session_id": session, **asked}),
    ]
    for response in replies:
        media_type = response.headers["content-type"].partition(";")[0]
        assert media_type in ("application/json", "text/event-stream")
        assert harmless(response)
    highlight = replies[2].json()["data"]["chunks"][0]["highlight"]
    assert "<script>" in highlight  # the marks stand around text that is not escaped
    assert "<em>ships</em>" in highlight


def test_a_picture_is_a_picture_whatever_follows_its_first_bytes(api: Any, own: Any) -> None:
    path = f"/datasets/{own.dataset}/documents/{own.document}/chunks"
    page = base64.b64encode(b"\x89PNG\r\n\x1a\n" + SCRIPT.encode()).decode()
    chunk = api.data("POST", path, json={"content": "shown", "image_base64": page})["chunk"]
    response = api.raw("GET", f"/images/{own.dataset}-{chunk['id']}")
    assert response.headers["content-type"] == "image/png"
    assert harmless(response)
    for other in (PAGES["picture.svg"].encode(), b"GIF89a" + SCRIPT.encode(), SCRIPT.encode()):
        body = {"content": "other", "image_base64": base64.b64encode(other).decode()}
        assert api("POST", path, json=body)["code"] != 0
