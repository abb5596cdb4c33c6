from __future__ import annotations

from typing import Any

import pytest


def found(api: Any, folder_id: str = "", **params: Any) -> dict[str, Any]:
    page = api.data("GET", "/file/list", params={"parent_id": folder_id, **params})
    return {file["name"]: file for file in page["files"]}


def test_a_page_has_fifteen_files(api: Any) -> None:
    folder_id = api.folder()["id"]
    parts = [("file", (f"{number:02}.txt", b"x")) for number in range(20)]
    api.data("POST", "/file/upload", files=parts, data={"parent_id": folder_id})
    page = api.data("GET", "/file/list", params={"parent_id": folder_id, "orderby": "name"})
    assert page["total"] == 20
    assert [file["name"] for file in page["files"]] == [f"{n:02}.txt" for n in range(19, 4, -1)]
    assert len(api.listed(folder_id, page=2)) == 5
    assert api.listed(folder_id, page=3) == []
    assert len(api.listed(folder_id, page=0)) == 15
    assert api.listed(folder_id, page_size=0) == []
    assert len(api.listed(folder_id, page_size=50)) == 20


@pytest.mark.parametrize("desc", ["false", "False"])
def test_a_list_is_in_the_order_that_was_asked_for(api: Any, desc: str) -> None:
    for name, content in (("b.txt", "1"), ("a.txt", "333"), ("c.txt", "22")):
        api.file(name, content)
    assert api.listed(orderby="name", desc=desc) == ["a.txt", "b.txt", "c.txt"]
    assert api.listed(orderby="name") == ["c.txt", "b.txt", "a.txt"]
    assert api.listed(orderby="size", desc="true") == ["a.txt", "c.txt", "b.txt"]
    assert api.listed(desc=desc) == ["b.txt", "a.txt", "c.txt"]
    assert api.listed() == ["c.txt", "a.txt", "b.txt"]


def test_keywords_are_a_part_of_the_name_in_any_case(api: Any) -> None:
    for name in ("Alpha.txt", "beta.txt", "ALPHABET.txt"):
        api.file(name)
    assert set(api.listed(keywords="alpha")) == {"Alpha.txt", "ALPHABET.txt"}
    page = api.data("GET", "/file/list", params={"keywords": "KNOWLEDGE"})
    assert (page["total"], page["files"][0]["name"]) == (1, ".knowledgebase")


@pytest.mark.parametrize("params", [{"page": "a"}, {"page_size": "-1"}, {"orderby": "kbs_info"}])
@pytest.mark.parametrize("folder", ["root", "datasets", "dataset"])
def test_texts_that_mean_nothing_answer_code_100(
    api: Any, dataset_id: str, params: Any, folder: str
) -> None:
    mirror_id = found(api)[".knowledgebase"]["id"]
    folder_id = {"root": "", "datasets": mirror_id, "dataset": dataset_id}[folder]
    reply = api("GET", "/file/list", params={"parent_id": folder_id, **params})
    assert (reply["code"], reply["data"]) == (100, None)


def test_an_unknown_folder_and_a_file_are_no_folders(api: Any) -> None:
    for folder_id in ("nothing", api.file()["id"]):
        reply = api("GET", "/file/list", params={"parent_id": folder_id})
        assert reply == {"code": 404, "message": "Folder not found!", "data": None}


def test_a_folder_of_another_tenant_is_as_unknown_as_none(api: Any, stranger: Any) -> None:
    folder_id = api.folder()["id"]
    theirs = stranger("GET", "/file/list", params={"parent_id": folder_id})
    assert theirs == stranger("GET", "/file/list", params={"parent_id": "nothing"})
    assert theirs["code"] == 404


def test_a_folder_tells_the_bytes_below_it_and_whether_it_holds_folders(api: Any) -> None:
    api.file("a/b/c.txt", "12345")
    api.file("a/d.txt", "12")
    top = found(api)["a"]
    assert (top["size"], top["has_child_folder"]) == (7, True)
    below = found(api, top["id"])
    assert (below["b"]["size"], below["b"]["has_child_folder"]) == (5, False)
    assert below["d.txt"]["size"] == 2
    assert "has_child_folder" not in below["d.txt"]


def test_a_list_names_the_folder_above(api: Any) -> None:
    file = api.file("a/b/c.txt")
    page = api.data("GET", "/file/list", params={"parent_id": file["parent_id"]})
    assert page["parent_folder"]["name"] == "a"


def test_datasets_and_documents_are_mirrored(api: Any) -> None:
    first, _ = api.dataset("One"), api.dataset("two")
    (document_id,) = api.upload(first, notes__txt="1234")
    mirror = found(api)[".knowledgebase"]
    assert (mirror["size"], mirror["has_child_folder"]) == (4, True)
    folders = found(api, mirror["id"], orderby="name", desc="false")
    assert list(folders) == ["One", "two"]
    folder = folders["One"]
    assert (folder["size"], folder["has_child_folder"]) == (4, False)
    assert (folder["type"], folder["source_type"]) == ("folder", "knowledgebase")
    file = found(api, folder["id"])["notes.txt"]
    assert (file["size"], file["source_type"], file["type"]) == (4, "knowledgebase", "doc")
    assert file["kbs_info"] == [{"kb_id": first, "kb_name": "One"}]
    path = api.data("GET", "/file/all_parent_folder", params={"file_id": file["id"]})
    names = [each["name"] for each in path["parent_folders"]]
    assert names == ["notes.txt", "One", ".knowledgebase", "/"]
    assert api.raw("GET", f"/file/get/{file['id']}").content == b"1234"
    assert file["id"] == document_id


def test_folders_of_datasets_are_listed_in_pages(api: Any) -> None:
    for name, content in (("b", "1"), ("a", "333"), ("c", "22")):
        api.upload(api.dataset(name), notes__txt=content)
    mirror_id = found(api)[".knowledgebase"]["id"]
    assert list(found(api, mirror_id, orderby="size")) == ["a", "c", "b"]
    assert list(found(api, mirror_id, orderby="name", page_size=2)) == ["c", "b"]
    assert list(found(api, mirror_id, orderby="name", page_size=2, page=2)) == ["a"]
    assert list(found(api, mirror_id, keywords="A")) == ["a"]


def test_files_of_a_dataset_are_listed_in_pages(api: Any, dataset_id: str) -> None:
    api.upload(dataset_id, a__txt="1", b__txt="333", c__txt="22")
    assert list(found(api, dataset_id, orderby="size")) == ["b.txt", "c.txt", "a.txt"]
    assert list(found(api, dataset_id, orderby="parent_id", page_size=1, page=3)) != []
    assert list(found(api, dataset_id, keywords="B.")) == ["b.txt"]


def test_the_mirror_follows_renamed_and_deleted_datasets_and_documents(
    api: Any, dataset_id: str
) -> None:
    first, second = api.upload(dataset_id, a__txt="1", b__txt="2")
    mirror_id = found(api)[".knowledgebase"]["id"]
    api.data("PUT", f"/datasets/{dataset_id}", json={"name": "new"})
    api.data("PUT", f"/datasets/{dataset_id}/documents/{first}", json={"name": "c.txt"})
    api.data("DELETE", f"/datasets/{dataset_id}/documents", json={"ids": [second]})
    assert list(found(api, mirror_id)) == ["new"]
    assert list(found(api, dataset_id)) == ["c.txt"]
    api.data("DELETE", "/datasets", json={"ids": [dataset_id]})
    assert list(found(api, mirror_id)) == []
    assert api("GET", "/file/list", params={"parent_id": dataset_id})["code"] == 404
    assert api("GET", f"/file/get/{first}")["code"] == 404


def test_a_dataset_of_the_team_stays_in_its_owners_tree(
    api: Any, teammate: Any, dataset_id: str
) -> None:
    api.data("PUT", f"/datasets/{dataset_id}", json={"permission": "team"})
    mirror_id = found(teammate)[".knowledgebase"]["id"]
    assert found(teammate, mirror_id) == {}
    assert teammate("GET", "/file/list", params={"parent_id": dataset_id})["code"] == 404
