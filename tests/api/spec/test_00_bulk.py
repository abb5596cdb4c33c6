"""00 §8: which objects a body with ids means; the cells that no other test proves."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

DUPLICATES = "Duplicate document ids: "


def runs(api: Any, dataset_id: str) -> dict[str, str]:
    docs = api.data("GET", f"/datasets/{dataset_id}/documents")["docs"]
    return {each["id"]: each["run"] for each in docs}


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b'{"ids": null}', b'{"ids": []}'])
def test_without_ids_all_documents_chats_and_sessions_go(
    api: Any, dataset_id: str, body: bytes
) -> None:
    api.upload(dataset_id, a__txt="1")
    chat_id = api.chat()
    api.session(chat_id)
    for path, left in (
        (f"/datasets/{dataset_id}/documents", {"total": 0, "docs": []}),
        (f"/chats/{chat_id}/sessions", []),
        ("/chats", []),
    ):
        assert api("DELETE", path, content=body) == {"code": 0}
        assert api.data("GET", path) == left
    assert len(api.data("GET", "/datasets")) == 1


def test_datasets_need_the_key_and_all_ids(api: Any) -> None:
    known, unknown = api.dataset("a"), uuid.uuid1().hex
    for body, code, message in (
        ({}, 101, "Field: <ids> - Message: <Field required>"),
        ({"ids": [known, known]}, 101, f"Duplicate ids: '{known}'"),
        (
            {"ids": [unknown]},
            108,
            f"User '{api.tenant_id}' lacks permission for dataset '{unknown}'",
        ),
        ({"ids": [known, unknown]}, 108, f"lacks permission for dataset '{unknown}'"),
    ):
        reply = api("DELETE", "/datasets", json=body)
        assert reply.keys() == {"code", "message"}
        assert reply["code"] == code
        assert message in reply["message"]
    assert [each["id"] for each in api.data("GET", "/datasets")] == [known]


def test_ids_of_datasets_may_have_hyphens(api: Any) -> None:
    known = api.dataset("a")
    assert api("DELETE", "/datasets", json={"ids": [str(uuid.UUID(known)).upper()]}) == {"code": 0}
    assert api.data("GET", "/datasets") == []


def test_unknown_documents_alone_are_told(api: Any, dataset_id: str) -> None:
    (known,) = api.upload(dataset_id, a__txt="1")
    refusal = {"code": 102, "message": "Documents not found: ['x', 'y']"}
    path = f"/datasets/{dataset_id}"
    assert api("DELETE", f"{path}/documents", json={"ids": ["x", "y"]}) == refusal
    assert api("POST", f"{path}/chunks", json={"document_ids": ["x", "y", "x"]}) == refusal
    assert runs(api, dataset_id) == {known: "UNSTART"}


def test_documents_that_come_twice_beside_unknown_ones(api: Any, dataset_id: str) -> None:
    known, other = api.upload(dataset_id, a__txt="1", b__txt="2")
    path = f"/datasets/{dataset_id}"
    refusal = {"code": 102, "message": "Documents not found: ['x']"}
    body = {"document_ids": [known, "x", known]}
    assert api("POST", f"{path}/chunks", json=body) == refusal
    assert runs(api, dataset_id) == {known: "RUNNING", other: "UNSTART"}
    assert api("DELETE", f"{path}/documents", json={"ids": [known, "x", known]}) == refusal
    assert runs(api, dataset_id) == {other: "UNSTART"}


def test_stopping_ends_at_the_first_bad_id(api: Any, dataset_id: str) -> None:
    first, second, third = api.upload(dataset_id, a__txt="1", b__txt="2", c__txt="3")
    path = f"/datasets/{dataset_id}/chunks"
    api.data("POST", path, json={"document_ids": [first, second]})
    reply = api("DELETE", path, json={"document_ids": [first, "x", second]})
    assert reply == {"code": 102, "message": "You don't own the document x."}
    assert runs(api, dataset_id) == {first: "CANCEL", second: "RUNNING", third: "UNSTART"}
    reply = api("DELETE", path, json={"document_ids": [second, third]})
    assert reply["message"] == "Can't stop parsing document with progress at 0 or 1"
    assert runs(api, dataset_id) == {first: "CANCEL", second: "CANCEL", third: "UNSTART"}


def test_chunks_that_are_not_there_are_counted(api: Any, parsed: tuple[str, str]) -> None:
    path = "/datasets/{}/documents/{}/chunks".format(*parsed)
    assert api("DELETE", path, json={"chunk_ids": ["x"]}) == {
        "code": 102,
        "message": "rm_chunk deleted chunks 0, expect 1",
    }
    chunk_ids = [chunk["id"] for chunk in api.data("GET", path)["chunks"]]
    assert api("DELETE", path, json={"chunk_ids": [*chunk_ids, "x", chunk_ids[0]]}) == {
        "code": 102,
        "message": "rm_chunk deleted chunks 3, expect 4",
    }
    assert api.data("GET", path)["total"] == 0
    assert api("DELETE", path, json={}) == {"code": 0}


def test_known_unknown_and_repeated_ids_of_chats_and_sessions_together(api: Any) -> None:
    chat_id = api.chat()
    session_id = api.session(chat_id)
    path = f"/chats/{chat_id}/sessions"
    assert api("DELETE", path, json={"ids": [session_id, "x", session_id]}) == {
        "code": 0,
        "data": {
            "success_count": 1,
            "errors": [
                "The chat doesn't own the session x",
                f"Duplicate session ids: {session_id}",
            ],
        },
    }
    assert api("DELETE", "/chats", json={"ids": [chat_id, "x", chat_id]}) == {
        "code": 0,
        "data": {
            "success_count": 1,
            "errors": ["Assistant(x) not found.", f"Duplicate assistant ids: {chat_id}"],
        },
    }
    assert api.data("GET", "/chats") == []


def test_ids_that_are_no_list_of_texts_delete_nothing(api: Any, dataset_id: str) -> None:
    api.upload(dataset_id, a__txt="1")
    api.chat()
    for ids in ("text", 5, {"a": 1}, [1], [None]):
        for path in (f"/datasets/{dataset_id}/documents", "/chats"):
            assert api("DELETE", path, json={"ids": ids})["code"] == 102
        reply = api("POST", f"/datasets/{dataset_id}/chunks", json={"document_ids": ids})
        assert reply["code"] == 102
    assert set(runs(api, dataset_id).values()) == {"UNSTART"}
    assert len(api.data("GET", "/chats")) == 1
