"""00 §7: each cell of the table of pages, orders and filters."""

from __future__ import annotations

from typing import Any

import pytest

LENIENT = ["documents", "chunks", "chats", "sessions"]
ORDERED = ["documents", "chats", "sessions"]


@pytest.fixture
def paths(api: Any, parsed: tuple[str, str]) -> dict[str, str]:
    """Return lists of three objects each."""
    dataset_id, document_id = parsed
    api.upload(dataset_id, b__txt="2", c__txt="3")
    chats = [api.chat(name) for name in "abc"]
    for name in "abc":
        api.session(chats[0], name=name)
    return {
        "documents": f"/datasets/{dataset_id}/documents",
        "chunks": f"/datasets/{dataset_id}/documents/{document_id}/chunks",
        "chats": "/chats",
        "sessions": f"/chats/{chats[0]}/sessions",
    }


def ids(api: Any, path: str, **params: Any) -> list[str]:
    data = api.data("GET", path, params=params)
    listed = data if isinstance(data, list) else data.get("docs", data.get("chunks"))
    return [each["id"] for each in listed]


def test_pages_of_the_lenient_lists(api: Any, paths: dict[str, str]) -> None:
    for name in LENIENT:
        path = paths[name]
        whole = ids(api, path)
        assert len(whole) == 3
        assert ids(api, path, page="", page_size="", unknown="x") == whole
        assert (
            ids(api, path, page=0, page_size=2) == ids(api, path, page=1, page_size=2) == whole[:2]
        )
        assert ids(api, path, page=2, page_size=2) == whole[2:]
        assert ids(api, path, page=3, page_size=2) == []
        assert ids(api, path, page=10**25, page_size=10**25) == []
        assert ids(api, path, page_size=10**25) == whole
        assert ids(api, path, page_size=0) == (whole if name == "chunks" else [])
        for params in ({"page": "x"}, {"page_size": "1.5"}, {"page": "-1"}, {"page_size": "-1"}):
            reply = api("GET", path, params=params)
            assert (reply["code"], reply["data"]) == (100, None), params


def test_orders_of_the_lenient_lists(api: Any, paths: dict[str, str]) -> None:
    for name in ORDERED:
        path = paths[name]
        newest = ids(api, path)
        assert ids(api, path, orderby="create_time") == ids(api, path, orderby="") == newest
        assert ids(api, path, orderby="create_date") == newest
        assert sorted(ids(api, path, orderby="update_date")) == sorted(newest)
        by_name = ids(api, path, orderby="name", desc="False")
        for text in ("True", "true", "", "0", "no"):
            assert ids(api, path, orderby="name", desc=text) == by_name[::-1], text
        assert ids(api, path, orderby="name", desc="false") == by_name
        assert api("GET", path, params={"orderby": "nothing"})["code"] == 100


def test_lists_can_be_ordered_by_stored_names(api: Any, paths: dict[str, str]) -> None:
    for name, column in (
        ("documents", "chunk_num"),
        ("documents", "parser_id"),
        ("documents", "size"),
        ("chats", "llm_id"),
        ("chats", "rerank_id"),
        ("chats", "top_n"),
        ("sessions", "dialog_id"),
        ("sessions", "user_id"),
    ):
        assert len(ids(api, paths[name], orderby=column)) == 3, column


def test_a_page_of_no_documents_still_counts_them(api: Any, paths: dict[str, str]) -> None:
    for params in ({"page_size": 0}, {"page": 9}):
        data = api.data("GET", paths["documents"], params=params)
        assert data == {"total": 3, "docs": []}


def test_datasets_refuse_what_other_lists_let_pass(api: Any, dataset_id: str) -> None:
    for params in (
        {"page": "0"},
        {"page": "-1"},
        {"page": "x"},
        {"page": ""},
        {"page_size": "0"},
        {"page_size": "x"},
        {"orderby": "name"},
        {"orderby": "Create_time"},
        {"desc": "2"},
        {"unknown": "x"},
    ):
        assert api("GET", "/datasets", params=params)["code"] == 101, params
    for params in ({"page": 10**25}, {"page": 2, "page_size": 1}):
        assert api.data("GET", "/datasets", params=params) == []
    assert ids(api, "/datasets", page_size=10**25, orderby="update_time") == [dataset_id]


def test_pages_of_retrieval(api: Any, parsed: tuple[str, str]) -> None:
    def found(**fields: Any) -> Any:
        body = {"question": "ships flour", "dataset_ids": [parsed[0]], "similarity_threshold": 0}
        return api("POST", "/retrieval", json=body | fields)

    whole = found()["data"]
    assert whole["total"] == len(whole["chunks"]) == 3
    first = found(page=1, page_size=2)["data"]
    assert found(page=0, page_size=2)["data"] == found(page="1", page_size="2")["data"] == first
    assert first["chunks"] == whole["chunks"][:2]
    assert found(page=2, page_size=2)["data"]["chunks"] == whole["chunks"][2:]
    beyond = found(page=10**6, page_size=64)["data"]
    assert (beyond["total"], beyond["chunks"]) == (3, [])
    for fields in ({"page": "x"}, {"page_size": "x"}, {"page": "NaN"}, {"page": 10**400}):
        reply = found(**fields)
        assert (reply["code"], reply["data"]) == (100, None), fields


def test_pages_of_retrieval_go_on_beyond_any_window(world: Any, api: Any, dataset_id: str) -> None:
    text = "\n".join(f"Ship number {number} sails." for number in range(150))
    (document_id,) = api.upload(dataset_id, ships__txt=text)
    api.data("POST", f"/datasets/{dataset_id}/chunks", json={"document_ids": [document_id]})
    world.work()
    seen: list[str] = []
    for page in range(1, 6):
        body = {"question": "ship", "dataset_ids": [dataset_id], "page": page}
        data = api.data("POST", "/retrieval", json=body)
        assert data["total"] == 150
        seen += [chunk["id"] for chunk in data["chunks"]]
    assert len(set(seen)) == 150
