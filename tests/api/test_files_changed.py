from __future__ import annotations

from typing import Any

import pytest


def refusal(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "data": None}


def rename(api: Any, file_id: str, name: str) -> Any:
    return api("POST", "/file/rename", json={"file_id": file_id, "name": name})


def move(api: Any, file_ids: list[str], folder_id: str) -> Any:
    body = {"src_file_ids": file_ids, "dest_file_id": folder_id}
    return api("POST", "/file/mv", json=body)


def remove(api: Any, *file_ids: str) -> Any:
    return api("POST", "/file/rm", json={"file_ids": list(file_ids)})


DONE = {"code": 0, "message": "success", "data": True}


@pytest.fixture
def root_id(api: Any) -> str:
    return str(api.data("GET", "/file/root_folder")["root_folder"]["id"])


@pytest.fixture
def mirror_id(api: Any) -> str:
    page = api.data("GET", "/file/list", params={"keywords": ".knowledgebase"})
    return str(page["files"][0]["id"])


def test_files_and_folders_are_renamed(api: Any) -> None:
    file, folder = api.file("a.txt", "content"), api.folder("f.1")
    assert rename(api, file["id"], "b.TXT") == DONE
    assert rename(api, folder["id"], "g") == DONE
    assert set(api.listed()) == {"b.TXT", "g"}
    assert api.raw("GET", f"/file/get/{file['id']}").content == b"content"


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("a.pdf", 400, "The extension of file can't be changed"),
        ("a", 400, "The extension of file can't be changed"),
        ("b.txt", 409, "Duplicated file name in the same folder."),
        ("", 400, "`name` is required."),
        ("x/a.txt", 400, "A file name must not contain slashes or control characters."),
        ("x\\a.txt", 400, "A file name must not contain slashes or control characters."),
        ("x\x00.txt", 400, "A file name must not contain slashes or control characters."),
        ("a" * 252 + ".txt", 400, "File name must be 255 bytes or less."),
    ],
)
def test_a_new_name_is_checked(api: Any, name: str, code: int, message: str) -> None:
    file, _ = api.file("a.txt"), api.file("b.txt")
    assert rename(api, file["id"], name) == refusal(code, message)
    assert set(api.listed()) == {"a.txt", "b.txt"}


def test_a_file_may_keep_its_name(api: Any) -> None:
    assert rename(api, api.file("a.txt")["id"], "a.txt") == DONE


def test_an_unknown_file_cannot_be_renamed(api: Any) -> None:
    assert rename(api, "nothing", "a.txt") == refusal(404, "File not found!")


def test_files_and_folders_are_moved_with_what_is_in_them(api: Any, root_id: str) -> None:
    below, beside = api.file("a/b/c.txt"), api.file("d.txt")
    target = api.folder("target")["id"]
    (top,) = (each["id"] for each in api.data("GET", "/file/list")["files"] if each["name"] == "a")
    assert move(api, [top, beside["id"], beside["id"]], target) == DONE
    assert api.listed() == ["target"]
    assert set(api.listed(target)) == {"a", "d.txt"}
    path = api.data("GET", "/file/all_parent_folder", params={"file_id": below["id"]})
    names = [each["name"] for each in path["parent_folders"]]
    assert names == ["c.txt", "b", "a", "target", "/"]
    assert move(api, [beside["id"]], root_id) == DONE
    assert set(api.listed()) == {"target", "d.txt"}


def test_a_file_may_move_to_where_it_is(api: Any, root_id: str) -> None:
    assert move(api, [api.file()["id"]], root_id) == DONE
    assert api.listed() == ["a.txt"]


def test_a_folder_cannot_move_below_itself(api: Any) -> None:
    outer = api.folder("outer")["id"]
    inner = api.folder("inner", parent_id=outer)["id"]
    message = "A folder cannot be moved into itself or into a folder below it."
    for target in (outer, inner):
        assert move(api, [outer], target) == refusal(400, message)
    assert api.listed() == ["outer"]


def test_a_move_is_all_or_nothing(api: Any) -> None:
    folder = api.folder()["id"]
    first, second = api.file("a.txt"), api.file("b.txt")
    api.file("b.txt", parent_id=folder)
    reply = move(api, [first["id"], second["id"]], folder)
    assert reply == refusal(409, "Duplicated file name in the same folder.")
    assert api.listed(folder) == ["b.txt"]


def test_a_move_needs_files_and_a_folder(api: Any) -> None:
    file, folder = api.file()["id"], api.folder()["id"]
    for target in ("nothing", file):
        assert move(api, [file], target) == refusal(404, "Parent Folder not found!")
    reply = move(api, [file, "nothing"], folder)
    assert reply == refusal(100, "There is no file or folder nothing to move.")
    assert api.listed(folder) == []


def test_a_folder_is_deleted_with_all_below_it_and_the_bytes(world: Any, api: Any) -> None:
    file, kept = api.file("a/b/c.txt"), api.file("kept.txt")
    api.file("a/d.txt")
    page = api.data("GET", "/file/list", params={"keywords": "a"})
    (top,) = (each["id"] for each in page["files"] if each["name"] == "a")
    assert remove(api, top, top) == DONE
    assert api.listed() == ["kept.txt"]
    assert api("GET", f"/file/get/{file['id']}")["code"] == 404
    keys = list(world.ports.blobs.keys("files/"))
    assert keys == [f"files/{api.tenant_id}/{kept['id']}"]
    with world.ports.database.reading() as unit:
        assert unit.outbox.pending() == []


def test_nothing_is_deleted_when_one_id_is_unknown(api: Any) -> None:
    file = api.file()
    assert remove(api, file["id"], "nothing") == refusal(404, "File or Folder not found!")
    assert api.listed() == ["a.txt"]


def test_the_root_and_the_folders_of_datasets_stay_as_they_are(
    api: Any, dataset_id: str, root_id: str, mirror_id: str
) -> None:
    target = api.folder("target")["id"]
    for file_id, message in (
        (root_id, "The folder / cannot be changed."),
        (mirror_id, "The folder .knowledgebase cannot be changed."),
        (dataset_id, "The folder ds mirrors a dataset: change the dataset instead."),
    ):
        assert remove(api, file_id) == refusal(400, message)
        assert rename(api, file_id, "x") == refusal(400, message)
        assert move(api, [file_id], target) == refusal(400, message)
    assert api.listed() == ["target"]
    assert api.listed(mirror_id) == ["ds"]


def test_nothing_is_put_into_the_folders_of_datasets(
    api: Any, dataset_id: str, mirror_id: str
) -> None:
    file = api.file()
    for folder_id, name in ((mirror_id, ".knowledgebase"), (dataset_id, "ds")):
        reason = "mirrors datasets: create datasets, or upload documents to them."
        message = f"The folder {name} {reason}"
        part = [("file", ("b.txt", b"x"))]
        upload = api("POST", "/file/upload", files=part, data={"parent_id": folder_id})
        body = {"name": "b", "type": "folder", "parent_id": folder_id}
        for reply in (upload, api("POST", "/file/create", json=body)):
            assert reply == refusal(400, message)
        assert move(api, [file["id"]], folder_id) == refusal(400, message)


def test_nothing_else_is_called_as_the_folder_of_datasets(api: Any, root_id: str) -> None:
    name = ".knowledgebase"
    folder = api.folder("other")["id"]
    assert api("POST", "/file/create", json={"name": name, "type": "folder"})["code"] == 409
    assert rename(api, folder, name)["code"] == 409
    reply = api("POST", "/file/upload", files=[("file", (f"{name}/a.txt", b"x"))])
    reason = "mirrors datasets: upload documents to a dataset."
    assert reply == refusal(400, f"The folder {name} {reason}")
    below = api.folder(name, parent_id=folder)["id"]
    assert move(api, [below], root_id)["code"] == 409


def test_a_mirrored_document_is_renamed_as_in_its_dataset(api: Any, dataset_id: str) -> None:
    first, _ = api.upload(dataset_id, a__txt="1", b__txt="2")
    assert rename(api, first, "c.txt") == DONE
    assert api.document(dataset_id, first)["name"] == "c.txt"
    duplicate = refusal(409, "Duplicated file name in the same folder.")
    assert rename(api, first, "b.txt") == duplicate
    assert rename(api, first, "c.pdf")["message"] == "The extension of file can't be changed"


def test_a_mirrored_document_stays_in_its_folder(api: Any, dataset_id: str) -> None:
    (document_id,) = api.upload(dataset_id, a__txt="1")
    reply = move(api, [document_id], api.folder()["id"])
    assert reply == refusal(400, "a.txt belongs to a dataset and stays in its folder.")


def test_deleting_a_mirrored_document_deletes_it_with_its_chunks(
    world: Any, api: Any, parsed: tuple[str, str]
) -> None:
    dataset_id, document_id = parsed
    assert remove(api, document_id) == DONE
    page = api.data("GET", f"/datasets/{dataset_id}/documents")
    assert page == {"total": 0, "docs": []}
    assert world.ports.engine.count((dataset_id,)) == 0
    for prefix in ("documents/", "pictures/"):
        assert list(world.ports.blobs.keys(prefix)) == []
