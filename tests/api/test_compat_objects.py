"""Additions of later generations that clients of every generation may use."""

from __future__ import annotations

import base64
from typing import Any

import pytest

PNG = b"\x89PNG\r\n\x1a\n picture"


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.fixture
def chunks(parsed: Any) -> str:
    """Return the path of the chunks of a document."""
    return "/datasets/{}/documents/{}/chunks".format(*parsed)


def test_a_chunk_is_returned_by_its_id(api: Any, chunks: str) -> None:
    first = api.data("GET", chunks)["chunks"][0]
    assert api.data("GET", f"{chunks}/{first['id']}") == first
    missing = api("GET", f"{chunks}/none")
    assert missing == {"code": 102, "message": "Can't find this chunk none"}


def test_a_document_is_returned_by_its_id_alone(api: Any, parsed: Any) -> None:
    assert api.data("GET", f"/documents/{parsed[1]}") == api.document(*parsed)
    missing = api("GET", "/documents/none")
    assert missing == {"code": 102, "message": "You don't own the document none."}


def test_a_chunk_keeps_its_tags(api: Any, chunks: str) -> None:
    added = api.data("POST", chunks, json={"content": "Gulls.", "tag_kwd": ["bird", "sea"]})
    assert added["chunk"]["tag_kwd"] == ["bird", "sea"]
    path = f"{chunks}/{added['chunk']['id']}"
    assert api("PATCH", path, json={"tag_kwd": ["sea"]}) == {"code": 0}
    assert api.data("GET", path)["tag_kwd"] == ["sea"]
    assert api("PATCH", path, json={"content": "Gulls!"}) == {"code": 0}
    assert api.data("GET", path)["tag_kwd"] == ["sea"]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_tags_are_a_list_of_texts(api: Any, chunks: str, method: str) -> None:
    path = chunks
    if method == "PATCH":
        path = f"{chunks}/{api.data('GET', chunks)['chunks'][0]['id']}"
    refused = api(method, path, json={"content": "Gulls.", "tag_kwd": "bird"})
    assert (refused["code"], "`tag_kwd`" in refused["message"]) == (102, True)


@pytest.mark.parametrize("prefix", ["", "data:image/png;base64,"])
def test_a_chunk_comes_with_its_picture(api: Any, chunks: str, prefix: str) -> None:
    body = {"content": "A gull.", "image_base64": prefix + encoded(PNG)}
    added = api.data("POST", chunks, json=body)["chunk"]
    listed = api.data("GET", f"{chunks}/{added['id']}")
    assert listed["doc_type"] == "image"
    picture = api.raw("GET", f"/images/{listed['image_id']}")
    assert (picture.content, picture.headers["content-type"]) == (PNG, "image/png")


@pytest.mark.parametrize("text", ["not base64!", encoded(b"<svg onload='alert(1)'/>")])
def test_what_is_no_picture_is_refused(api: Any, chunks: str, text: str) -> None:
    before = api.data("GET", chunks)["total"]
    refused = api("POST", chunks, json={"content": "A gull.", "image_base64": text})
    assert refused == {
        "code": 102,
        "message": "`image_base64` should be a PNG or JPEG picture in base64.",
    }
    assert api.data("GET", chunks)["total"] == before


def test_datasets_are_listed_by_several_ids(api: Any) -> None:
    first, second, _ = (api.dataset(name) for name in ("one", "two", "three"))
    reply = api("GET", "/datasets", params={"ids": [first, second], "desc": "false"})
    assert [dataset["id"] for dataset in reply["data"]] == [first, second]
    assert reply["total_datasets"] == 2


def test_an_unknown_id_among_several_is_refused(api: Any, dataset_id: str) -> None:
    unknown = "0123456789ab11f0812345678901abcd"
    refused = api("GET", "/datasets", params={"ids": [dataset_id, unknown]})
    assert refused["code"] == 108
    assert unknown in refused["message"]
    broken = api("GET", "/datasets", params={"ids": [dataset_id, "x"]})
    assert (broken["code"], "Invalid UUID1 format" in broken["message"]) == (101, True)


def test_the_list_of_datasets_is_counted(api: Any) -> None:
    for name in ("one", "two", "three"):
        api.dataset(name)
    reply = api("GET", "/datasets", params={"page_size": 1})
    assert (len(reply["data"]), reply["total_datasets"]) == (1, 3)
