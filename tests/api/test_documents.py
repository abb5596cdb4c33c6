from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from ragflow.domain.errors import StoreUnavailable
from ragflow.services.container import build_services


def upload(api: Any, dataset_id: str, *files: tuple[str, bytes]) -> Any:
    parts = [("file", file) for file in files]
    return api("POST", f"/datasets/{dataset_id}/documents", files=parts)


def names(api: Any, dataset_id: str, **params: Any) -> list[str]:
    found = api.data("GET", f"/datasets/{dataset_id}/documents", params=params)
    return [document["name"] for document in found["docs"]]


def test_an_upload_answers_the_whole_document(api: Any, dataset_id: str) -> None:
    (document,) = upload(api, dataset_id, ("Notes.TXT", b"content"))["data"]
    expected = {
        "dataset_id": dataset_id,
        "name": "Notes.TXT",
        "location": "Notes.TXT",
        "thumbnail": "",
        "chunk_method": "naive",
        "source_type": "local",
        "type": "doc",
        "suffix": "txt",
        "created_by": api.tenant_id,
        "size": 7,
        "token_count": 0,
        "chunk_count": 0,
        "progress": 0.0,
        "progress_msg": "",
        "process_begin_at": None,
        "process_duration": 0.0,
        "meta_fields": {},
        "run": "UNSTART",
        "status": "1",
        "coverage": None,
    }
    assert expected.items() <= document.items()
    assert document["parser_config"]["chunk_token_num"] == 512
    assert uuid.UUID(document["id"]).version == 1


def test_many_files_are_stored_in_order_and_equal_names_are_numbered(
    api: Any, dataset_id: str
) -> None:
    files = [("a.txt", b"1"), ("b.txt", b"2"), ("a.txt", b"3")]
    stored = [document["name"] for document in upload(api, dataset_id, *files)["data"]]
    assert stored == ["a.txt", "b.txt", "a(1).txt"]
    (again,) = upload(api, dataset_id, ("a.txt", b"4"))["data"]
    assert again["name"] == "a(2).txt"


@pytest.mark.parametrize(
    ("name", "kind", "method"),
    [
        ("a.pdf", "pdf", "naive"),
        ("a.PNG", "visual", "picture"),
        ("a.mp3", "aural", "audio"),
        ("a.pptx", "doc", "presentation"),
        ("a.odp", "doc", "presentation"),
        ("a.epub", "doc", "naive"),
        ("a.eml", "doc", "email"),
        ("a.msg", "doc", "email"),
        ("a.py", "doc", "naive"),
    ],
)
def test_the_extension_decides_type_and_method(
    api: Any, dataset_id: str, name: str, kind: str, method: str
) -> None:
    (document,) = upload(api, dataset_id, (name, b"x"))["data"]
    assert (document["type"], document["chunk_method"]) == (kind, method)


def test_an_empty_file_is_accepted(api: Any, dataset_id: str) -> None:
    (document,) = upload(api, dataset_id, ("empty.txt", b""))["data"]
    assert document["size"] == 0
    reply = api("GET", f"/datasets/{dataset_id}/documents/{document['id']}")
    assert reply == {"code": 102, "message": "This file is empty."}


def test_an_upload_needs_a_file_with_a_name(api: Any, dataset_id: str) -> None:
    path = f"/datasets/{dataset_id}/documents"
    assert api("POST", path) == {"code": 101, "message": "No file part!"}
    other = api("POST", path, files=[("other", ("a.txt", b"x"))])
    assert other == {"code": 101, "message": "No file part!"}
    body = b'--B\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\nx\r\n--B--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=B"}
    unnamed = api("POST", path, content=body, headers=headers)
    assert unnamed == {"code": 101, "message": "No file selected!"}


def test_a_name_over_255_bytes_is_refused(api: Any, dataset_id: str) -> None:
    assert upload(api, dataset_id, ("a" * 251 + ".txt", b"x"))["code"] == 0
    for name in ("a" * 252 + ".txt", "字" * 84 + ".txt"):
        reply = upload(api, dataset_id, (name, b"x"))
        assert reply == {"code": 101, "message": "File name must be 255 bytes or less."}


def test_files_that_can_be_taken_are_stored_even_if_others_cannot(
    api: Any, dataset_id: str
) -> None:
    files = [("good.txt", b"x"), ("bad.exe", b"x"), ("none", b"x")]
    assert upload(api, dataset_id, *files) == {
        "code": 500,
        "message": "bad.exe: This type of file has not been supported yet!\n"
        "none: This type of file has not been supported yet!",
    }
    assert names(api, dataset_id) == ["good.txt"]


@pytest.mark.parametrize("name", ['a "quoted" name.txt', "100%25 sure.txt", "50%2F50.txt"])
def test_a_name_comes_back_as_the_client_meant_it(api: Any, dataset_id: str, name: str) -> None:
    upload(api, dataset_id, (name, b"x"))
    assert names(api, dataset_id) == [name]


@pytest.mark.parametrize(
    "header_name",
    [
        *(b"../../evil.txt", b"a/b.txt", b"a\\\\b.txt", b"a\x00b.txt", b"a\nb.txt"),
        *(b"a%0Ab.txt", b"a%0Db.txt"),  # as clients write line ends
    ],
)
def test_names_with_slashes_or_control_characters_are_refused_and_harm_nothing(
    world: Any, api: Any, dataset_id: str, header_name: bytes
) -> None:
    part = (
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\nx\r\n--B--\r\n'
    )
    reply = api(
        "POST",
        f"/datasets/{dataset_id}/documents",
        content=part % header_name,
        headers={"Content-Type": "multipart/form-data; boundary=B"},
    )
    assert reply["code"] in (100, 500)
    assert names(api, dataset_id) == []
    assert list(world.ports.blobs.keys("documents/")) == []


def test_an_upload_to_an_unknown_dataset_is_refused(api: Any) -> None:
    reply = upload(api, "nothing", ("a.txt", b"x"))
    assert reply["code"] == 100
    assert reply["message"] == 'LookupError("Can\'t find the dataset with ID nothing!")'


def test_documents_are_listed_by_page_order_and_part_of_the_name(api: Any, dataset_id: str) -> None:
    upload(api, dataset_id, ("Alpha.txt", b"1"), ("beta.txt", b"22"), ("ALPHABET.txt", b"333"))
    assert set(names(api, dataset_id, keywords="alpha")) == {"Alpha.txt", "ALPHABET.txt"}
    by_size = {"orderby": "size", "page_size": 2}
    assert names(api, dataset_id, **by_size) == ["ALPHABET.txt", "beta.txt"]
    assert names(api, dataset_id, **by_size, page=2) == ["Alpha.txt"]
    assert names(api, dataset_id, **by_size, page=0) == ["ALPHABET.txt", "beta.txt"]
    assert names(api, dataset_id, **by_size, page=9) == []
    for text in ("False", "false"):
        assert names(api, dataset_id, orderby="size", desc=text)[0] == "Alpha.txt"
    empty = api.data("GET", f"/datasets/{dataset_id}/documents", params={"page_size": 0})
    assert empty == {"total": 3, "docs": []}


@pytest.mark.parametrize("params", [{"page": "a"}, {"page_size": "1.5"}, {"orderby": "nothing"}])
def test_texts_that_mean_nothing_answer_code_100(api: Any, dataset_id: str, params: Any) -> None:
    assert api("GET", f"/datasets/{dataset_id}/documents", params=params)["code"] == 100


def test_a_list_can_be_narrowed_by_id_and_name(api: Any, dataset_id: str) -> None:
    first, second = api.upload(dataset_id, a__txt="1", b__txt="2")
    assert names(api, dataset_id, id=first) == ["a.txt"]
    assert names(api, dataset_id, name="b.txt") == ["b.txt"]
    assert names(api, dataset_id, id=second, name="a.txt") == []
    for key in ("id", "name"):
        reply = api("GET", f"/datasets/{dataset_id}/documents", params={key: "other"})
        assert reply == {"code": 102, "message": "You don't own the document other."}


def test_creation_times_bound_a_list_in_seconds_and_milliseconds(api: Any, dataset_id: str) -> None:
    (document_id,) = api.upload(dataset_id, a__txt="1")
    made = api.document(dataset_id, document_id)["create_time"]
    for bounds, expected in (
        ({"create_time_from": made, "create_time_to": made}, 1),
        ({"create_time_from": made + 1}, 0),
        ({"create_time_to": made // 1000 - 5}, 0),
        ({"create_time_from": made // 1000 - 5}, 1),
        ({"create_time_from": 0, "create_time_to": 0}, 1),
    ):
        found = api.data("GET", f"/datasets/{dataset_id}/documents", params=bounds)
        assert (found["total"], len(found["docs"])) == (expected, expected)


def test_a_download_is_the_file_as_it_was_uploaded(api: Any, dataset_id: str) -> None:
    content = bytes(range(256)) * 300
    (document,) = upload(api, dataset_id, ("文件.txt", content))["data"]
    response = api.raw("GET", f"/datasets/{dataset_id}/documents/{document['id']}")
    assert response.content == content
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"].startswith("attachment")
    missing = api("GET", f"/datasets/{dataset_id}/documents/nothing")
    assert missing == {"code": 102, "message": "The dataset not own the document nothing."}


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"chunk_count": 5}, 102, "Can't change `chunk_count`."),
        ({"token_count": 5}, 102, "Can't change `token_count`."),
        ({"progress": 1.0}, 102, "Can't change `progress`."),
        ({"meta_fields": "text"}, 102, "meta_fields must be a dictionary"),
        ({"name": "a" * 252 + ".txt"}, 101, "File name must be 255 bytes or less."),
        ({"name": "a.pdf"}, 101, "The extension of file can't be changed"),
        ({"name": ""}, 101, "The extension of file can't be changed"),
        ({"name": "b.txt"}, 102, "Duplicated document name in the same dataset."),
        ({"name": 5}, 100, "`name` must be a string."),
        ({"chunk_method": "other"}, 102, "`chunk_method` other doesn't exist"),
    ],
)
def test_changes_of_a_document_are_checked(
    api: Any, dataset_id: str, change: Any, code: int, message: str
) -> None:
    document_id, _ = api.upload(dataset_id, a__txt="1", b__txt="2")
    reply = api("PUT", f"/datasets/{dataset_id}/documents/{document_id}", json=change)
    assert reply == {"code": code, "message": message}


def test_a_change_answers_the_whole_document(api: Any, dataset_id: str) -> None:
    (document_id,) = api.upload(dataset_id, a__txt="1")
    path = f"/datasets/{dataset_id}/documents/{document_id}"
    body = {"name": "c.TXT", "meta_fields": {"year": 1}, "unknown": 5, "chunk_count": 0}
    changed = api.data("PUT", path, json=body)
    assert (changed["name"], changed["meta_fields"]) == ("c.TXT", {"year": 1})
    assert api.document(dataset_id, document_id) == changed
    assert api.data("PUT", path, json={"meta_fields": {}})["meta_fields"] == {}


def test_a_documents_parser_config_is_merged_unchecked_and_forgets_raptor(
    api: Any, dataset_id: str
) -> None:
    (document_id,) = api.upload(dataset_id, a__txt="1")
    path = f"/datasets/{dataset_id}/documents/{document_id}"
    body = {"parser_config": {"layout_recognize": True, "anything": [1]}}
    config = api.data("PUT", path, json=body)["parser_config"]
    assert (config["layout_recognize"], config["anything"]) == (True, [1])
    assert config["chunk_token_num"] == 512
    assert "raptor" not in config


def test_visual_files_and_slides_keep_their_method(api: Any, dataset_id: str) -> None:
    for document_id in api.upload(dataset_id, a__png="1", b__pptx="1"):
        path = f"/datasets/{dataset_id}/documents/{document_id}"
        reply = api("PUT", path, json={"chunk_method": "naive"})
        assert reply == {"code": 102, "message": "Not supported yet!"}


@pytest.mark.parametrize("method", ["naive", "qa"])
def test_setting_the_method_removes_the_chunks_even_if_it_is_the_same(
    world: Any, api: Any, parsed: Any, method: str
) -> None:
    dataset_id, document_id = parsed
    path = f"/datasets/{dataset_id}/documents/{document_id}"
    changed = api.data("PUT", path, json={"chunk_method": method})
    assert changed["chunk_method"] == method
    assert (changed["run"], changed["progress"]) == ("UNSTART", 0.0)
    assert (changed["chunk_count"], changed["token_count"]) == (0, 0)
    assert api.data("GET", f"{path}/chunks")["total"] == 0
    assert world.ports.engine.count((dataset_id,)) == 0


def test_a_disabled_document_is_not_found_until_it_is_enabled(api: Any, parsed: Any) -> None:
    dataset_id, document_id = parsed
    path = f"/datasets/{dataset_id}/documents/{document_id}"
    question = {"question": "lighthouse ships", "dataset_ids": [dataset_id]}
    assert api.data("PUT", path, json={"enabled": 0})["status"] == "0"
    assert api.data("POST", "/retrieval", json=question)["total"] == 0
    assert api.data("PUT", path, json={"enabled": 1})["status"] == "1"
    assert api.data("POST", "/retrieval", json=question)["total"] > 0


@pytest.mark.parametrize("body", [None, {}, {"ids": None}, {"ids": []}])
def test_a_deletion_that_names_no_document_deletes_all(
    world: Any, api: Any, dataset_id: str, body: Any
) -> None:
    api.upload(dataset_id, a__txt="1", b__txt="2")
    assert api("DELETE", f"/datasets/{dataset_id}/documents", json=body) == {"code": 0}
    assert names(api, dataset_id) == []
    assert list(world.ports.blobs.keys("documents/")) == []


def test_newer_clients_delete_all_documents_only_when_they_say_so(
    api: Any, dataset_id: str
) -> None:
    api.upload(dataset_id, a__txt="1")
    path = f"/datasets/{dataset_id}/documents"
    assert api("DELETE", path, json={"ids": None, "delete_all": False}) == {"code": 0}
    assert names(api, dataset_id) == ["a.txt"]
    assert api("DELETE", path, json={"ids": None, "delete_all": True}) == {"code": 0}
    assert names(api, dataset_id) == []


def test_known_documents_are_deleted_before_unknown_ones_are_reported(
    api: Any, dataset_id: str
) -> None:
    first, second = api.upload(dataset_id, a__txt="1", b__txt="2")
    path = f"/datasets/{dataset_id}/documents"
    assert api("DELETE", path, json={"ids": [first, "x", "y"]}) == {
        "code": 102,
        "message": "Documents not found: ['x', 'y']",
    }
    assert names(api, dataset_id) == ["b.txt"]
    assert api("DELETE", path, json={"ids": [second, second]}) == {
        "code": 0,
        "data": {"success_count": 1, "errors": [f"Duplicate document ids: {second}"]},
    }


def test_hundreds_of_documents_are_deleted_with_their_files(world: Any, api: Any) -> None:
    dataset_id = api.dataset()
    for start in range(0, 500, 250):
        files = [(f"{start + number}.txt", b"x") for number in range(250)]
        assert upload(api, dataset_id, *files)["code"] == 0
    api.data("DELETE", "/datasets", json={"ids": None})
    assert list(world.ports.blobs.keys("documents/")) == []
    with world.ports.database.reading() as unit:
        assert unit.outbox.pending() == []


@pytest.mark.parametrize("body", ['"text"', "[1]", "5"])
def test_a_body_that_is_no_object_answers_code_100(api: Any, dataset_id: str, body: str) -> None:
    reply = api("DELETE", f"/datasets/{dataset_id}/documents", content=body)
    assert reply["code"] == 100
    assert "object has no attribute 'get'" in reply["message"]


def test_no_bytes_are_left_behind_when_an_upload_fails(
    world: Any, api: Any, dataset_id: str
) -> None:
    blobs = world.ports.blobs

    class FailsAtTheSecond:
        puts = 0

        def put(self, key: str, data: Any) -> None:
            self.puts += 1
            if self.puts == 2:
                raise StoreUnavailable(store="blob store", reason="it is full")
            blobs.put(key, data)

        def __getattr__(self, name: str) -> Any:
            return getattr(blobs, name)

    world.client.app.state.services = build_services(replace(world.ports, blobs=FailsAtTheSecond()))
    parts = [("file", (name, b"x")) for name in ("a.txt", "b.txt")]
    reply = api("POST", f"/datasets/{dataset_id}/documents", files=parts)
    assert reply == {"code": 500, "message": "The blob store is not available: it is full"}
    assert list(blobs.keys("documents/")) == []
    assert api.data("GET", f"/datasets/{dataset_id}/documents")["total"] == 0
