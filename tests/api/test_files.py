from __future__ import annotations

import uuid
from typing import Any

import pytest


def refusal(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "data": None}


def upload(api: Any, *paths: str, **fields: str) -> Any:
    parts = [("file", (path, path.encode())) for path in paths]
    return api("POST", "/file/upload", files=parts, data=fields)


def root_id(api: Any) -> str:
    return str(api.data("GET", "/file/root_folder")["root_folder"]["id"])


def test_the_root_is_its_own_parent_and_always_the_same(api: Any) -> None:
    reply = api("GET", "/file/root_folder")
    assert reply["message"] == "success"
    root = reply["data"]["root_folder"]
    assert (root["name"], root["type"], root["parent_id"]) == ("/", "folder", root["id"])
    assert api("GET", "/file/root_folder") == reply


def test_a_new_tenant_has_one_folder_for_its_datasets(api: Any) -> None:
    page = api.data("GET", "/file/list")
    (mirror,) = page["files"]
    assert page["total"] == 1
    assert (mirror["name"], mirror["type"]) == (".knowledgebase", "folder")
    assert mirror["source_type"] == "knowledgebase"
    assert page["parent_folder"]["id"] == root_id(api)


def test_an_upload_answers_the_whole_file(api: Any) -> None:
    reply = api("POST", "/file/upload", files=[("file", ("Notes.TXT", b"content"))])
    assert reply["message"] == "success"
    (file,) = reply["data"]
    expected = {
        "parent_id": root_id(api),
        "tenant_id": api.tenant_id,
        "created_by": api.tenant_id,
        "name": "Notes.TXT",
        "location": "Notes.TXT",
        "size": 7,
        "type": "doc",
        "source_type": "",
    }
    assert expected.items() <= file.items()
    assert file["create_date"].endswith("GMT")
    assert {"create_time", "update_time", "update_date"} <= set(file)
    assert uuid.UUID(file["id"]).version == 1


@pytest.mark.parametrize(
    ("name", "kind"), [("a.pdf", "pdf"), ("a.PNG", "visual"), ("a.mp3", "aural"), ("a.x", "other")]
)
def test_the_extension_decides_the_type(api: Any, name: str, kind: str) -> None:
    assert api.file(name)["type"] == kind


def test_files_are_stored_in_order_and_equal_names_are_numbered(api: Any) -> None:
    stored = upload(api, "a.txt", "b.txt", "a.txt")["data"]
    assert [file["name"] for file in stored] == ["a.txt", "b.txt", "a(1).txt"]
    assert api.file("a.txt")["name"] == "a(2).txt"
    folder = api.folder()
    assert api.file("a.txt", parent_id=folder["id"])["name"] == "a.txt"


def test_folders_of_a_path_are_made_once(api: Any) -> None:
    first, second = upload(api, "a/b/c.txt", "a/b/d.txt")["data"]
    assert first["parent_id"] == second["parent_id"]
    assert (first["name"], second["name"]) == ("c.txt", "d.txt")
    assert api.file("a/b/c.txt")["name"] == "c(1).txt"
    assert api.listed() == ["a"]
    path = api.data("GET", "/file/all_parent_folder", params={"file_id": first["id"]})
    assert [each["name"] for each in path["parent_folders"]] == ["c.txt", "b", "a", "/"]


def test_a_path_cannot_lead_through_a_file(api: Any) -> None:
    api.file("a")
    reply = upload(api, "b.txt", "a/c.txt")
    assert reply == refusal(409, "a is a file, so it cannot hold others.")
    assert api.listed() == ["a"]


def test_an_upload_needs_a_file_with_a_name(api: Any) -> None:
    no_part = refusal(400, "No file part!")
    assert api("POST", "/file/upload") == no_part
    assert api("POST", "/file/upload", files=[("other", ("a.txt", b"x"))]) == no_part
    body = b'--B\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\nx\r\n--B--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=B"}
    unnamed = api("POST", "/file/upload", content=body, headers=headers)
    assert unnamed == refusal(400, "No selected file!")


def test_an_upload_needs_a_folder(api: Any) -> None:
    file = api.file()
    for parent_id in ("nothing", file["id"]):
        reply = upload(api, "b.txt", parent_id=parent_id)
        assert reply == refusal(404, "Can't find this folder!")


def test_a_folder_is_made_whatever_the_case_of_its_type(api: Any) -> None:
    for name, kind in (("a", "folder"), ("b", "FOLDER")):
        made = api.data("POST", "/file/create", json={"name": name, "type": kind})
        assert (made["name"], made["type"], made["size"]) == (name, "folder", 0)
        assert made["parent_id"] == root_id(api)
    below = api.folder("c", parent_id=made["id"])
    assert below["parent_id"] == made["id"]


@pytest.mark.parametrize("fields", [{}, {"type": "document"}, {"type": None}])
def test_any_other_type_makes_a_virtual_file(api: Any, fields: Any) -> None:
    made = api.data("POST", "/file/create", json={"name": "a", **fields})
    assert made["type"] == "virtual"
    reply = api("GET", f"/file/get/{made['id']}")
    assert reply == refusal(404, "Document not found!")


def test_a_folder_needs_a_parent_and_a_free_name(api: Any) -> None:
    body = {"name": "a", "type": "folder"}
    unknown = api("POST", "/file/create", json={**body, "parent_id": "nothing"})
    assert unknown == refusal(400, "Parent Folder Doesn't Exist!")
    in_a_file = api("POST", "/file/create", json={**body, "parent_id": api.file()["id"]})
    assert in_a_file == unknown
    api.folder("a")
    again = api("POST", "/file/create", json=body)
    assert again == refusal(409, "Duplicated folder name in the same folder.")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (None, "`name` is required."),
        ({"name": ""}, "`name` is required."),
        ({"name": 5}, "`name` must be a string."),
        ({"name": " "}, "A name must not be empty."),
        ({"name": ".."}, "A name must not be `.` or `..`."),
        ({"name": "a/b"}, "A file name must not contain slashes or control characters."),
        ({"name": "字" * 86}, "File name must be 255 bytes or less."),
        ({"name": "a", "parent_id": 5}, "`parent_id` must be a string."),
    ],
)
def test_a_folders_name_is_checked(api: Any, body: Any, message: str) -> None:
    assert api("POST", "/file/create", json=body) == refusal(400, message)
    assert api.listed() == []


def test_the_parent_and_all_parents_of_a_file_are_told(api: Any) -> None:
    file = api.file("a/b.txt")
    parent = api.data("GET", "/file/parent_folder", params={"file_id": file["id"]})
    assert parent["parent_folder"]["name"] == "a"
    root = api.data("GET", "/file/parent_folder", params={"file_id": root_id(api)})
    assert root["parent_folder"]["id"] == root_id(api)
    for path in ("parent_folder", "all_parent_folder"):
        for params in ({"file_id": "nothing"}, {}):
            reply = api("GET", f"/file/{path}", params=params)
            assert reply == refusal(404, "Folder not found!")


@pytest.mark.parametrize("route", ["get", "download"])
@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.png", "image/png"),
        ("a.PDF", "application/pdf"),
        ("文件.svg", "image/svg"),
        ("a.html", "application/html"),
        ("none", "application/octet-stream"),
        ("a.t x", "application/octet-stream"),
        ("a.字", "application/octet-stream"),
    ],
)
def test_bytes_come_back_as_they_were_uploaded_and_are_never_shown_by_a_browser(
    api: Any, name: str, media_type: str, route: str
) -> None:
    content = b"<script>alert(1)</script>" + bytes(range(256)) * 5000
    file = api.file(name, content[:900_000])
    response = api.raw("GET", f"/file/{route}/{file['id']}")
    assert response.content == content[:900_000]
    assert response.headers["content-type"] == media_type
    assert response.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"] == "sandbox; default-src 'none'"


def test_an_empty_file_comes_back_empty(api: Any) -> None:
    file = api.file("empty.txt", b"")
    assert file["size"] == 0
    response = api.raw("GET", f"/file/get/{file['id']}")
    assert (response.status_code, response.content) == (200, b"")


def test_only_files_have_bytes(api: Any) -> None:
    for file_id in (api.folder()["id"], root_id(api), "nothing"):
        assert api("GET", f"/file/get/{file_id}") == refusal(404, "Document not found!")


@pytest.mark.parametrize("path", ["rm", "rename", "mv", "convert", "create"])
def test_a_body_without_what_is_needed_is_refused(api: Any, path: str) -> None:
    reply = api("POST", f"/file/{path}", content=b"no json")
    assert reply["code"] == 400
    assert reply["message"].endswith("` is required.")
    if path in ("rm", "mv", "convert"):
        key = {"mv": "src_file_ids"}.get(path, "file_ids")
        for ids in ("text", [5], {"a": 1}):
            reply = api("POST", f"/file/{path}", json={key: ids})
            assert reply == refusal(400, f"`{key}` should be a list of ids.")
