"""Texts that are code elsewhere: in every filter, order, name and id they are only texts."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("nothing_uncaught")

TEXTS = (
    "' OR '1'='1",
    "'; DROP TABLE datasets; --",
    '" OR ""="',
    "\\' OR 1=1 --",
    "1) UNION SELECT secret_hash FROM api_keys --",
    "%",
    "_",
    "a%_b",
    "*",
    "{id}",
    "%(id)s",
    ":id",
    "$1",
    "?",
    "[",
    "${jndi:ldap://127.0.0.1/a}",
    "{{7*7}}",
    "__class__",
)
UNSTORABLE = ("\x00", "a\x00b", "a%00")
JSON = {"Content-Type": "application/json"}
ORDERS = (
    "name; DROP TABLE datasets",
    "name DESC, (SELECT 1)",
    "(SELECT secret_hash FROM api_keys)",
    "name--",
    "datasets.name",
    "secret_hash",
    "name_key",
    "__class__",
    "1",
    "\x00",
)


def lists_of(own: Any) -> dict[str, str]:
    """Return the path of each list, with the name that its filter on texts has."""
    return {
        "/datasets": "name",
        f"/datasets/{own.dataset}/documents": "keywords",
        f"/datasets/{own.dataset}/documents/{own.document}/chunks": "keywords",
        "/chats": "name",
        f"/chats/{own.chat}/sessions": "name",
        "/searches": "keywords",
        "/file/list": "keywords",
    }


def test_a_filter_of_a_list_is_only_a_text(api: Any, own: Any, rows: Any) -> None:
    before = rows()
    for path, name in lists_of(own).items():
        for parameter in {name, "id"} - ({"id"} if path in ("/searches", "/file/list") else set()):
            for text in TEXTS:
                reply = api("GET", path, params={parameter: text})
                assert reply["code"] in (0, 101, 102, 108, 404), (path, parameter, text, reply)
                if parameter == "id" or path in ("/datasets", "/chats"):
                    assert not reply.get("data"), (path, parameter, text)
            for text in UNSTORABLE:
                reply = api("GET", path, params={parameter: text})
                assert not reply.get("data") or parameter == "keywords", (path, parameter, text)
                assert reply["code"] != 100 or "cannot be stored" in reply["message"]
    assert rows() == before


def test_signs_of_patterns_stand_for_themselves(api: Any, dataset_id: str) -> None:
    names = ["100%.txt", "a_b.txt", "axb.txt", "back\\slash"]
    api.upload(dataset_id, **{"100%__txt": "x", "a_b__txt": "x", "axb__txt": "x"})
    for name in names:
        if "\\" not in name:
            api.file(name)
        api.data("POST", "/searches", json={"name": name})
        api.chat(name)

    def found(path: str, keywords: str) -> list[str]:
        data = api.data("GET", path, params={"keywords": keywords})
        listed = (
            data
            if isinstance(data, list)
            else next(v for v in data.values() if isinstance(v, list))
        )
        return sorted(each["name"] for each in listed)

    for path in (f"/datasets/{dataset_id}/documents", "/file/list", "/searches", "/chats"):
        assert found(path, "%") == ["100%.txt"], path
        assert found(path, "a_b") == ["a_b.txt"], path
        assert found(path, "a%b") == [], path
    assert found("/searches", "\\") == found("/chats", "\\") == ["back\\slash"]


def test_only_fields_can_be_ordered_by(api: Any, own: Any, rows: Any) -> None:
    before = rows()
    for path in lists_of(own):
        if path.endswith("/chunks"):
            continue  # their order is fixed
        for order in ORDERS:
            reply = api("GET", path, params={"orderby": order})
            assert reply["code"] in (100, 101, 102), (path, order, reply)
        for text in TEXTS[:4]:
            reply = api("GET", path, params={"desc": text})
            assert reply["code"] in (0, 101), (path, text, reply)
    assert rows() == before


def test_a_condition_on_meta_fields_is_only_a_comparison(api: Any, own: Any, rows: Any) -> None:
    path = f"/datasets/{own.dataset}/documents/{own.document}"
    for text in TEXTS:
        api.data("PUT", path, json={"meta_fields": {text: text}})
        condition = {"name": text, "comparison_operator": "is", "value": text}
        asked = {"question": "ships", "dataset_ids": [own.dataset]}
        body = asked | {"metadata_condition": {"conditions": [condition]}}
        assert api.data("POST", "/retrieval", json=body)["total"] > 0, text
        for change in ({"value": text + "x"}, {"comparison_operator": text}):
            wrong = asked | {"metadata_condition": {"conditions": [condition | change]}}
            reply = api("POST", "/retrieval", json=wrong)
            assert reply["code"] in (0, 100, 102), reply
            assert reply["code"] or not reply["data"]["total"], (text, change)
    assert len(api.data("GET", "/datasets")) == 2


def test_ids_that_are_code_are_ids_of_nothing(api: Any, own: Any, rows: Any) -> None:
    before = rows()
    for text in (*TEXTS, *UNSTORABLE):
        for path, key in (
            ("/datasets", "ids"),
            ("/chats", "ids"),
            (f"/chats/{own.chat}/sessions", "ids"),
            (f"/datasets/{own.dataset}/documents", "ids"),
            (f"/datasets/{own.dataset}/documents/{own.document}/chunks", "chunk_ids"),
        ):
            assert api("DELETE", path, json={key: [text]})["code"] != 0, (path, text)
        bodies = (
            ("/retrieval", {"question": "x", "dataset_ids": [text]}),
            (
                "/retrieval",
                {"question": "x", "dataset_ids": [own.dataset], "document_ids": [text]},
            ),
            ("/file/rm", {"file_ids": [text]}),
            ("/file/mv", {"src_file_ids": [own.file], "dest_file_id": text}),
            ("/file/convert", {"file_ids": [own.file], "kb_ids": [text]}),
            (f"/chats/{own.chat}/completions", {"question": "x", "session_id": text}),
            ("/chats", {"name": "new", "dataset_ids": [text]}),
            ("/chats", {"name": "new", "llm": {"model_name": text}}),
            ("/retrieval", {"question": "x", "dataset_ids": [own.dataset], "rerank_id": text}),
        )
        for path, body in bodies:
            reply = api("POST", path, json=body)
            assert reply["code"] != 0, (path, body)
    assert rows() == before


def test_questions_of_any_signs_are_answered(api: Any, own: Any) -> None:
    chunks = f"/datasets/{own.dataset}/documents/{own.document}/chunks"
    for text in (
        *TEXTS,
        "\\" * 50,
        '"ships',
        "ships AND (",
        "ships~2",
        "NOT",
        '+-&|!(){}[]^"~*?:\\/',
        "\x00ships",
    ):
        asked = {"question": f"{text} ships", "dataset_ids": [own.dataset]}
        asked["similarity_threshold"] = 0
        assert api.data("POST", "/retrieval", json=asked)["total"] > 0, text
        assert api("GET", chunks, params={"keywords": text})["code"] == 0


def test_what_cannot_be_stored_is_refused_in_words(api: Any, own: Any, rows: Any) -> None:
    before = rows()
    chunks = f"/datasets/{own.dataset}/documents/{own.document}/chunks"
    for name in ("a\x00b", "\ud800"):
        for method, path, body in (
            ("POST", "/datasets", {"name": name}),
            ("POST", "/datasets", {"name": "new", "description": name}),
            ("POST", "/chats", {"name": name}),
            ("POST", f"/chats/{own.chat}/sessions", {"name": name}),
            ("POST", "/searches", {"name": name}),
            ("POST", "/file/create", {"name": name, "type": "folder"}),
            ("POST", chunks, {"content": name}),
            ("PUT", f"{chunks}/{own.chunk}", {"content": name}),
            ("PUT", f"/datasets/{own.dataset}/documents/{own.document}", {"name": f"{name}.txt"}),
        ):
            reply = api(method, path, content=json.dumps(body), headers=JSON)
            assert reply["code"] in (101, 102, 400), (path, body, reply)
            assert reply["message"]
    assert rows() == before


def test_an_opener_that_cannot_be_stored_begins_no_conversation(api: Any) -> None:
    chat = api.chat("nul", prompt={"opener": "a\x00b"})
    reply = api("POST", f"/chats/{chat}/sessions", json={"name": "x"})
    assert reply["code"] == 102
    assert "cannot be stored" in reply["message"]
