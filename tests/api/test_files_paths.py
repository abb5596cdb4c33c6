from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragflow.domain.errors import InvalidInput, StoreUnavailable
from ragflow.domain.identity import Actor
from ragflow.services.container import ServiceOptions, build_services
from ragflow.services.documents import Upload
from ragflow.services.errors import FileInTheWay

DEEPEST = 32


def refusal(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message, "data": None}


def upload(api: Any, path: str, **fields: str) -> Any:
    return api("POST", "/file/upload", files=[("file", (path, b"x"))], data=fields)


def nested(depth: int) -> str:
    return "/".join(["d"] * depth)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("../evil.txt", "A name must not be `.` or `..`."),
        ("a/../../evil.txt", "A name must not be `.` or `..`."),
        ("./evil.txt", "A name must not be `.` or `..`."),
        ("a/..", "A name must not be `.` or `..`."),
        ("/etc/passwd", "A path must not begin with a slash."),
        ("a//b.txt", "A name must not be empty."),
        ("a/ /b.txt", "A name must not be empty."),
        ("a/", "A name must not be empty."),
        ("a/b\\\\c.txt", "A file name must not contain slashes or control characters."),
        ("字" * 86 + "/a.txt", "File name must be 255 bytes or less."),
        ("a" * 252 + ".txt", "File name must be 255 bytes or less."),
    ],
)
def test_paths_that_could_mean_another_place_are_refused(
    world: Any, api: Any, path: str, message: str
) -> None:
    body = (
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\nx\r\n--B--\r\n'
    )
    headers = {"Content-Type": "multipart/form-data; boundary=B"}
    reply = api("POST", "/file/upload", content=body % path.encode(), headers=headers)
    assert reply == refusal(400, message)
    assert api.listed() == []
    assert list(world.ports.blobs.keys("")) == []


def test_a_number_does_not_make_a_name_too_long(world: Any, api: Any) -> None:
    name = "a" * 251 + ".txt"
    api.file(name)
    assert upload(api, name) == refusal(400, "File name must be 255 bytes or less.")
    assert len(list(world.ports.blobs.keys("files/"))) == 1


def test_folders_are_nested_only_so_deep(api: Any) -> None:
    too_deep = refusal(400, f"Folders can be nested {DEEPEST} deep at most.")
    deepest = api.file(f"{nested(DEEPEST)}/a.txt")["parent_id"]
    assert upload(api, f"{nested(DEEPEST + 1)}/a.txt") == too_deep
    assert upload(api, "e/a.txt", parent_id=deepest) == too_deep
    body = {"name": "e", "type": "folder", "parent_id": deepest}
    assert api("POST", "/file/create", json=body) == too_deep
    top, file = api.folder("top"), api.file("b.txt")
    to_the_deepest = {"dest_file_id": deepest}
    reply = api("POST", "/file/mv", json={"src_file_ids": [top["id"]], **to_the_deepest})
    assert reply == too_deep
    assert api.data("POST", "/file/mv", json={"src_file_ids": [file["id"]], **to_the_deepest})
    outermost = api.data("GET", "/file/list", params={"keywords": "d", "orderby": "name"})
    (first,) = (each["id"] for each in outermost["files"] if each["name"] == "d")
    body = {"src_file_ids": [first], "dest_file_id": top["id"]}
    assert api("POST", "/file/mv", json=body) == too_deep


def test_a_tenant_has_only_so_many_files(world: Any, api: Any, dataset_id: str) -> None:
    limited = build_services(world.ports, ServiceOptions(files_per_tenant=2))
    world.client.app.state.services = limited
    full = refusal(400, "Exceed the maximum file number of a free user!")
    first = api.file("a/1.txt")
    parts = [("file", (name, b"x")) for name in ("2.txt", "3.txt")]
    assert api("POST", "/file/upload", files=parts) == full
    second = api.file("2.txt")
    assert upload(api, "3.txt") == full
    assert api("POST", "/file/create", json={"name": "virtual"}) == full
    assert api.folder("still")["name"] == "still"
    assert len(list(world.ports.blobs.keys("files/"))) == 2
    api.upload(dataset_id, b__txt="x")
    body = {"file_ids": [first["id"], second["id"]], "kb_ids": [dataset_id]}
    assert api("POST", "/file/convert", json=body) == full
    assert api.data("POST", "/file/convert", json={**body, "file_ids": [first["id"]]}) != []


def test_no_bytes_are_left_behind_when_an_upload_fails(world: Any, api: Any) -> None:
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

    broken = replace(world.ports, blobs=FailsAtTheSecond())
    world.client.app.state.services = build_services(broken)
    parts = [("file", (name, b"x")) for name in ("a.txt", "b.txt")]
    reply = api("POST", "/file/upload", files=parts)
    assert reply == refusal(500, "The blob store is not available: it is full")
    assert list(blobs.keys("files/")) == []
    assert api.listed() == []


def test_files_that_come_at_once_share_their_folders_and_get_names_of_their_own(
    world: Any, api: Any
) -> None:
    actor = Actor(api.tenant_id, api.tenant_id)

    def store(_: int) -> Any:
        return world.services.files.upload(actor, None, [Upload("a/b.txt", 1, io.BytesIO(b"x"))])

    with ThreadPoolExecutor(4) as threads:
        files = [file for stored in threads.map(store, range(12)) for file in stored]
    assert len({file.name for file in files}) == 12
    assert len({file.parent_id for file in files}) == 1
    assert api.listed() == ["a"]


names = st.one_of(
    st.text(max_size=40),
    st.lists(st.sampled_from(["..", ".", "", "a", "b.txt", "\\", "\x00", "C:", "~", "%2e"])).map(
        "/".join
    ),
)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=names)
def test_any_name_is_stored_below_the_tenants_root_or_refused_clearly(
    world: Any, api: Any, name: str
) -> None:
    services, blobs = world.services, world.ports.blobs
    before = set(blobs.keys(""))
    uploads = [Upload(name, 1, io.BytesIO(b"x"))]
    actor = Actor(api.tenant_id, api.tenant_id)
    stored, reason = [], ""
    try:
        stored = services.files.upload(actor, None, uploads)
    except (InvalidInput, FileInTheWay) as error:
        reason = str(error)
    kept = {f"files/{api.tenant_id}/{file.id}" for file in stored}
    assert set(blobs.keys("")) - before == kept
    assert len(stored) == (0 if reason else 1)
    for file in stored:
        path = services.file_browser.path(actor, file.id)
        above = [each.name for each in reversed(path[1:-1])]
        assert path[-1].id == api.tenant_id
        assert above == name.split("/")[:-1]
        assert not {"", ".", ".."} & {*above, file.name}
