"""20 §2 to §8: uploads, changes and the states of a document, where no other test proves them."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.services.container import ServiceOptions, build_services

EXTENSIONS = {
    "pdf": "pdf",
    "doc": """eml doc docx ppt pptx yml xml htm html json jsonl ldjson csv txt ini xls xlsx wps rtf
        hlp pages numbers key md py js java c cpp h php go ts sh cs kt sql""",
    "aural": "wav flac ape alac wavpack wv mp3 aac ogg vorbis opus",
    "visual": """jpg jpeg png tif gif pcx tga exif fpx svg psd cdr pcd dxf ufo eps ai raw webp avif
        apng icon ico mpg mpeg avi rm rmvb mov wmv asf dat asx wvx mpe mpa mp4""",
}
METHODS = {"ppt": "presentation", "pptx": "presentation", "pages": "presentation", "eml": "email"}


def upload(api: Any, dataset_id: str, *names: str) -> Any:
    parts = [("file", (name, b"x")) for name in names]
    return api("POST", f"/datasets/{dataset_id}/documents", files=parts)


def stored(api: Any, dataset_id: str) -> list[str]:
    path = f"/datasets/{dataset_id}/documents"
    docs = api.data("GET", path, params={"orderby": "name", "desc": "False"})["docs"]
    return [each["name"] for each in docs]


def test_every_extension_has_its_class_and_method_in_any_case(api: Any) -> None:
    dataset_id = api.dataset(chunk_method="laws")
    expected = {}
    for kind, extensions in EXTENSIONS.items():
        for extension in extensions.split():
            method = {"visual": "picture", "aural": "audio"}.get(kind)
            expected[extension] = (kind, method or METHODS.get(extension, "laws"))
    made = upload(api, dataset_id, *(f"a.{each.upper()}" for each in expected))["data"]
    assert {each["suffix"]: (each["type"], each["chunk_method"]) for each in made} == expected


def test_other_extensions_are_refused_by_name(api: Any, dataset_id: str) -> None:
    names = ["a.exe", "a.zip", "txt", ".txt", "a.", "a.txt.bak"]
    assert upload(api, dataset_id, *names) == {
        "code": 500,
        "message": "\n".join(
            f"{name}: This type of file has not been supported yet!" for name in names
        ),
    }
    assert stored(api, dataset_id) == []


def test_a_name_over_255_bytes_refuses_the_whole_upload(api: Any, dataset_id: str) -> None:
    longest = "é" * 125 + "a.txt"
    assert len(longest.encode()) == 255
    reply = upload(api, dataset_id, "a.txt", "é" * 126 + ".txt")
    assert reply == {"code": 101, "message": "File name must be 255 bytes or less."}
    assert stored(api, dataset_id) == []
    assert upload(api, dataset_id, longest)["code"] == 0
    reply = upload(api, "unknown", "é" * 126 + ".txt")
    assert reply["code"] in (100, 101)


def test_names_are_numbered_before_the_last_dot_and_by_exact_case(
    api: Any, dataset_id: str
) -> None:
    names = ["a.b.txt", "a.b.txt", "A.b.txt", "a.b(1).txt", "a.b.txt"]
    made = upload(api, dataset_id, *names)["data"]
    assert [each["name"] for each in made] == [
        "a.b.txt",
        "a.b(1).txt",
        "A.b.txt",
        "a.b(1)(1).txt",
        "a.b(2).txt",
    ]
    other = upload(api, api.dataset("other"), "a.b.txt")["data"]
    assert other[0]["name"] == "a.b.txt"


def test_a_tenant_may_be_limited_to_a_number_of_files(world: Any, api: Any) -> None:
    dataset_id = api.dataset()
    limited = build_services(world.ports, ServiceOptions(files_per_tenant=2))
    world.client.app.state.services = limited
    message = "c.txt: Exceed the maximum file number of a free user!"
    reply = upload(api, dataset_id, "a.txt", "b.txt", "c.txt")
    assert reply == {"code": 500, "message": message}
    assert stored(api, dataset_id) == ["a.txt", "b.txt"]


def test_the_parser_config_of_a_document_is_that_of_its_dataset(api: Any) -> None:
    dataset_id = api.dataset(parser_config={"chunk_token_num": 99})
    (made,) = upload(api, dataset_id, "a.txt")["data"]
    assert made["parser_config"] == api.data("GET", "/datasets")[0]["parser_config"]
    assert made["run"] == "UNSTART"


def test_unreadable_bounds_of_creation_answer_code_100(api: Any, dataset_id: str) -> None:
    for name in ("create_time_from", "create_time_to"):
        path = f"/datasets/{dataset_id}/documents"
        assert api("GET", path, params={name: "x"})["code"] == 100


def test_unknown_datasets_are_told_as_each_route_tells_it(api: Any) -> None:
    for method, path, message in (
        ("GET", "/datasets/x/documents", "You don't own the dataset x. "),
        ("DELETE", "/datasets/x/documents", "You don't own the dataset x. "),
        ("PUT", "/datasets/x/documents/y", "You don't own the dataset."),
        ("GET", "/datasets/x/documents/y", "You do not own the dataset x."),
    ):
        assert api(method, path) == {"code": 102, "message": message}


def test_a_document_of_another_dataset_is_not_owned(api: Any, dataset_id: str) -> None:
    (document_id,) = api.upload(api.dataset("other"), a__txt="1")
    path = f"/datasets/{dataset_id}/documents"
    for method, message in (
        ("PUT", "The dataset doesn't own the document."),
        ("GET", f"The dataset not own the document {document_id}."),
    ):
        reply = api(method, f"{path}/{document_id}", json={})
        assert reply == {"code": 102, "message": message}
    reply = api("GET", path, params={"id": document_id})
    assert reply == {"code": 102, "message": f"You don't own the document {document_id}."}
    reply = api("POST", f"/datasets/{dataset_id}/chunks", json={"document_ids": [document_id]})
    assert reply == {"code": 102, "message": f"Documents not found: ['{document_id}']"}


def test_changes_are_checked_in_the_order_of_the_contract(api: Any, dataset_id: str) -> None:
    document_id, _ = api.upload(dataset_id, a__txt="1", b__txt="2")
    steps = [
        ({"chunk_count": 5}, "Can't change `chunk_count`."),
        ({"token_count": "0"}, "Can't change `token_count`."),
        ({"progress": None}, "Can't change `progress`."),
        ({"meta_fields": []}, "meta_fields must be a dictionary"),
        ({"name": "a" * 252 + ".txt"}, "File name must be 255 bytes or less."),
        ({"parser_config": "x"}, "parser_config must be a dictionary"),
        ({"chunk_method": "x"}, "`chunk_method` x doesn't exist"),
    ]
    path = f"/datasets/{dataset_id}/documents/{document_id}"
    before = api.document(dataset_id, document_id)
    for number, (_, message) in enumerate(steps):
        body: dict[str, Any] = {}
        for change, _ in steps[number:]:
            body |= change
        assert api("PUT", path, json=body)["message"] == message
    assert api.document(dataset_id, document_id) == before


def test_a_document_knows_thirteen_methods(api: Any, dataset_id: str) -> None:
    (document_id,) = api.upload(dataset_id, a__txt="1")
    path = f"/datasets/{dataset_id}/documents/{document_id}"
    known = """manual qa table paper book laws presentation picture one knowledge_graph email tag
        naive"""
    for method in known.split():
        assert api.data("PUT", path, json={"chunk_method": method})["chunk_method"] == method
    for method in ("audio", "resume", "Naive", "", None, 5, ["naive"], {}):
        reply = api("PUT", path, json={"chunk_method": method})
        assert reply == {"code": 102, "message": f"`chunk_method` {method} doesn't exist"}


def test_a_new_method_merges_its_default_unless_a_configuration_comes_with_it(
    api: Any, dataset_id: str
) -> None:
    document_id, other = api.upload(dataset_id, a__txt="1", b__txt="2")
    path = f"/datasets/{dataset_id}/documents"
    body = {"chunk_method": "knowledge_graph"}
    config = api.data("PUT", f"{path}/{document_id}", json=body)["parser_config"]
    assert config["chunk_token_num"] == 8192
    assert config["entity_types"] == ["organization", "person", "location", "event", "time"]
    assert config["layout_recognize"] == "DeepDOC"
    body |= {"parser_config": {"chunk_token_num": 7, "raptor": {"use_raptor": True}}}
    config = api.data("PUT", f"{path}/{other}", json=body)["parser_config"]
    assert (config["chunk_token_num"], config["raptor"]) == (7, {"use_raptor": True})
    assert "entity_types" not in config


def test_a_visual_file_keeps_its_method_and_a_slide_too(api: Any, dataset_id: str) -> None:
    for document_id in api.upload(dataset_id, a__JPG="1", b__PPT="1", c__pages="1"):
        path = f"/datasets/{dataset_id}/documents/{document_id}"
        for method in ("naive", "picture", "presentation"):
            reply = api("PUT", path, json={"chunk_method": method})
            assert reply == {"code": 102, "message": "Not supported yet!"}


def test_the_extension_of_a_name_may_change_its_case_alone(api: Any, dataset_id: str) -> None:
    (document_id,) = api.upload(dataset_id, a__txt="1")
    path = f"/datasets/{dataset_id}/documents/{document_id}"
    for name in ("b.TXT", "B.txt", "B.txt"):
        assert api.data("PUT", path, json={"name": name})["name"] == name
    for name in ("b", "b.md", "", ".txt", "b.txt "):
        reply = api("PUT", path, json={"name": name})
        assert reply == {"code": 101, "message": "The extension of file can't be changed"}


@pytest.mark.parametrize("state", ["UNSTART", "RUNNING", "CANCEL", "DONE", "FAIL"])
def test_what_each_state_allows(world: Any, api: Any, dataset_id: str, state: str) -> None:
    text = "boom" if state == "FAIL" else "text"
    (document_id,) = api.upload(dataset_id, a__txt=text)
    path, body = f"/datasets/{dataset_id}/chunks", {"document_ids": [document_id]}
    if state != "UNSTART":
        api.data("POST", path, json=body)
    if state == "CANCEL":
        api.data("DELETE", path, json=body)
    if state in ("DONE", "FAIL"):
        world.work()
    document = api.document(dataset_id, document_id)
    progress = {"DONE": 1.0, "FAIL": -1.0, "RUNNING": 0.005}.get(state, 0.0)
    assert (document["run"], document["progress"]) == (state, progress)
    stopped = api("DELETE", path, json=body)
    if state in ("RUNNING", "FAIL"):
        assert stopped == {"code": 0}
        assert api.document(dataset_id, document_id)["run"] == "CANCEL"
    else:
        message = "Can't stop parsing document with progress at 0 or 1"
        assert stopped == {"code": 102, "message": message}
    assert api("POST", path, json=body) == {"code": 0}
    again = api.document(dataset_id, document_id)
    assert (again["run"], again["progress_msg"]) == ("RUNNING", "Task is queued...")
    method = {"chunk_method": "qa"}
    reset = api.data("PUT", f"/datasets/{dataset_id}/documents/{document_id}", json=method)
    assert (reset["run"], reset["progress"], reset["progress_msg"]) == ("UNSTART", 0.0, "")


def test_enabled_is_on_or_off(api: Any, parsed: Any) -> None:  # 20 §4
    path = "/datasets/{}/documents/{}".format(*parsed)
    for value in ("x", 2, [], {}):
        assert api("PUT", path, json={"enabled": value})["code"] == 102, value
    assert api.data("PUT", path, json={"enabled": 0})["status"] == "0"
    assert api.data("PUT", path, json={"enabled": True})["status"] == "1"
