from __future__ import annotations

from typing import Any

import pytest

from ragflow.domain.errors import StoreUnavailable


def refusal(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "data": None}


def convert(api: Any, file_ids: list[str], dataset_ids: list[str]) -> Any:
    return api("POST", "/file/convert", json={"file_ids": file_ids, "kb_ids": dataset_ids})


def documents(api: Any, dataset_id: str) -> list[str]:
    params = {"orderby": "name", "desc": "False"}
    found = api.data("GET", f"/datasets/{dataset_id}/documents", params=params)
    return [document["name"] for document in found["docs"]]


def listed(api: Any, name: str) -> Any:
    (file,) = api.data("GET", "/file/list", params={"keywords": name})["files"]
    return file


def test_a_file_becomes_a_document_with_its_bytes(world: Any, api: Any, dataset_id: str) -> None:
    file = api.file("Notes.txt", "The lighthouse keeper counts ships.")
    reply = convert(api, [file["id"]], [dataset_id])
    assert reply["message"] == "success"
    (link,) = reply["data"]
    assert link["file_id"] == file["id"]
    assert {"id", "create_time", "create_date", "update_time", "update_date"} <= set(link)
    document = api.document(dataset_id, link["document_id"])
    assert (document["name"], document["size"], document["run"]) == ("Notes.txt", 35, "UNSTART")
    assert (document["suffix"], document["chunk_method"]) == ("txt", "naive")
    path = f"/datasets/{dataset_id}"
    response = api.raw("GET", f"{path}/documents/{document['id']}")
    assert response.content == b"The lighthouse keeper counts ships."
    api.data("POST", f"{path}/chunks", json={"document_ids": [document["id"]]})
    world.work()
    assert api.document(dataset_id, document["id"])["chunk_count"] == 1


def test_a_list_names_the_datasets_that_use_a_file(api: Any) -> None:
    file = api.file("notes.txt")
    first, second = api.dataset("one"), api.dataset("two")
    assert listed(api, "notes")["kbs_info"] == []
    convert(api, [file["id"]], [first, second])
    used = listed(api, "notes")["kbs_info"]
    assert {(each["kb_id"], each["kb_name"]) for each in used} == {(first, "one"), (second, "two")}


def test_a_folder_stands_for_the_files_below_it(api: Any, dataset_id: str) -> None:
    api.file("a/b.txt")
    api.file("a/c/d.txt")
    folder_id = api.file("a/e.txt")["parent_id"]
    links = convert(api, [folder_id], [dataset_id])["data"]
    assert len(links) == 3
    assert documents(api, dataset_id) == ["b.txt", "d.txt", "e.txt"]


def test_linking_again_makes_no_second_document(api: Any, dataset_id: str) -> None:
    file, other = api.file("a.txt"), api.dataset("other")
    (first,) = convert(api, [file["id"]], [dataset_id])["data"]
    again = convert(api, [file["id"], file["id"]], [dataset_id, other])["data"]
    assert again[0] == first
    assert len(again) == 2
    assert documents(api, dataset_id) == documents(api, other) == ["a.txt"]


def test_a_name_that_a_dataset_has_gets_a_number(api: Any, dataset_id: str) -> None:
    api.upload(dataset_id, a__txt="1")
    files = [api.file("a.txt")["id"], api.file("x/a.txt")["id"]]
    convert(api, files, [dataset_id])
    assert documents(api, dataset_id) == ["a(1).txt", "a(2).txt", "a.txt"]


def test_only_own_files_of_kinds_that_are_taken_in_become_documents(
    api: Any, stranger: Any, dataset_id: str
) -> None:
    (document_id,) = api.upload(dataset_id, a__txt="1")
    virtual = api.data("POST", "/file/create", json={"name": "v.txt"})["id"]
    other, file = api.file("a.exe")["id"], api.file("b.txt")["id"]
    own = "Only files of your own can be linked."
    for file_ids, reply in (
        (["nothing"], refusal(404, "File not found!")),
        ([stranger.file()["id"]], refusal(404, "File not found!")),
        ([document_id], refusal(400, f"a.txt: {own}")),
        ([dataset_id], refusal(400, f"ds: {own}")),
        ([virtual], refusal(400, "v.txt: This file is empty.")),
        ([other], refusal(400, "a.exe: This type of file has not been supported yet!")),
    ):
        assert convert(api, [file, *file_ids], [dataset_id]) == reply
    assert documents(api, dataset_id) == ["a.txt"]


def test_only_own_datasets_get_documents(api: Any, teammate: Any, dataset_id: str) -> None:
    api.data("PUT", f"/datasets/{dataset_id}", json={"permission": "team"})
    file = teammate.file()
    for unknown in ("nothing", dataset_id):
        reply = convert(teammate, [file["id"]], [unknown])
        assert reply == refusal(404, "Can't find this dataset!")
    assert documents(api, dataset_id) == []


def test_renaming_a_file_renames_its_documents(api: Any, dataset_id: str) -> None:
    file, other = api.file("a.txt"), api.dataset("other")
    convert(api, [file["id"]], [dataset_id, other])
    api.data("POST", "/file/rename", json={"file_id": file["id"], "name": "b.txt"})
    assert documents(api, dataset_id) == documents(api, other) == ["b.txt"]


def test_a_name_that_a_document_cannot_take_is_refused(api: Any, dataset_id: str) -> None:
    file = api.file("a.txt")
    convert(api, [file["id"]], [dataset_id])
    api.upload(dataset_id, b__txt="1")
    reply = api("POST", "/file/rename", json={"file_id": file["id"], "name": "b.txt"})
    assert reply == refusal(409, "Duplicated document name in the same dataset.")
    assert api.listed() == ["a.txt"]
    assert documents(api, dataset_id) == ["a.txt", "b.txt"]


@pytest.mark.parametrize("way", ["dataset", "mirror"])
def test_renaming_a_document_renames_its_file(api: Any, dataset_id: str, way: str) -> None:
    file, _ = api.file("a.txt"), api.file("taken.txt")
    (link,) = convert(api, [file["id"]], [dataset_id])["data"]
    for name, expected in (("b.txt", "b.txt"), ("taken.txt", "taken(1).txt")):
        if way == "dataset":
            path = f"/datasets/{dataset_id}/documents/{link['document_id']}"
            api.data("PUT", path, json={"name": name})
        else:
            body = {"file_id": link["document_id"], "name": name}
            api.data("POST", "/file/rename", json=body)
        assert documents(api, dataset_id) == [name]
        assert set(api.listed()) == {expected, "taken.txt"}


def test_deleting_a_file_deletes_its_documents_with_their_chunks(
    world: Any, api: Any, dataset_id: str
) -> None:
    file = api.file("a/pictured.txt", "pictured: a ship\nBread needs flour.")
    (link,) = convert(api, [file["id"]], [dataset_id])["data"]
    body = {"document_ids": [link["document_id"]]}
    api.data("POST", f"/datasets/{dataset_id}/chunks", json=body)
    world.work()
    assert world.ports.engine.count((dataset_id,)) == 2
    assert api.data("POST", "/file/rm", json={"file_ids": [file["parent_id"]]}) is True
    assert documents(api, dataset_id) == []
    assert world.ports.engine.count((dataset_id,)) == 0
    assert list(world.ports.blobs.keys("")) == []


@pytest.mark.parametrize("way", ["document", "dataset", "mirror"])
def test_a_file_outlives_its_documents(world: Any, api: Any, dataset_id: str, way: str) -> None:
    file = api.file("a.txt", "content")
    (link,) = convert(api, [file["id"]], [dataset_id])["data"]
    if way == "document":
        api.data("DELETE", f"/datasets/{dataset_id}/documents", json={})
    elif way == "dataset":
        api.data("DELETE", "/datasets", json={"ids": [dataset_id]})
    else:
        api.data("POST", "/file/rm", json={"file_ids": [link["document_id"]]})
    assert listed(api, "a.txt")["kbs_info"] == []
    assert api.raw("GET", f"/file/get/{file['id']}").content == b"content"
    assert list(world.ports.blobs.keys("documents/")) == []


def test_no_copy_is_left_behind_when_linking_fails(
    world: Any, api: Any, dataset_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = api.file("a.txt")

    def broken(*_: Any) -> Any:
        raise StoreUnavailable(store="metadata database", reason="it is full")

    monkeypatch.setattr(world.services.file_links, "_store", broken)
    assert convert(api, [file["id"]], [dataset_id])["code"] == 500
    assert documents(api, dataset_id) == []
    assert list(world.ports.blobs.keys("documents/")) == []
    assert api.raw("GET", f"/file/get/{file['id']}").content == b"x"
