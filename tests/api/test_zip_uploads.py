"""A ZIP archive becomes the documents that are in it; what is refused is told file by file."""

from __future__ import annotations

import io
import stat
import struct
import warnings
import zipfile
from typing import Any

import pytest

from ragflow.services.container import ServiceOptions, build_services
from ragflow.services.uploads import UnpackLimits


def packed(
    *members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_STORED
) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name that stands twice
        for name, data in members:
            archive.writestr(name, data)
    return target.getvalue()


def upload(api: Any, dataset_id: str, *files: tuple[str, bytes]) -> Any:
    return api(
        "POST",
        f"/datasets/{dataset_id}/documents",
        files=[("file", file) for file in files],
    )


def names_in(api: Any, dataset_id: str) -> list[str]:
    params = {"orderby": "name", "desc": "False"}
    docs = api.data("GET", f"/datasets/{dataset_id}/documents", params=params)["docs"]
    return [each["name"] for each in docs]


def limited(world: Any, **limits: int) -> None:
    options = ServiceOptions(unpacking=UnpackLimits(**limits))
    world.client.app.state.services = build_services(world.ports, options)


def test_each_file_becomes_a_document_in_its_place(api: Any) -> None:
    dataset_id = api.dataset()
    archive = packed(
        ("b.txt", b"second"), ("folder/", b""), ("folder/c.md", b"# third"), ("folder/b.txt", b"4")
    )
    made = upload(api, dataset_id, ("a.txt", b"first"), ("more.ZIP", archive), ("z.txt", b"5"))
    assert made["code"] == 0
    assert [(each["name"], each["size"]) for each in made["data"]] == [
        ("a.txt", 5),
        ("b.txt", 6),
        ("c.md", 7),
        ("b(1).txt", 1),
        ("z.txt", 1),
    ]
    content = api.raw("GET", f"/datasets/{dataset_id}/documents/{made['data'][2]['id']}").content
    assert content == b"# third"


def test_what_file_managers_leave_behind_is_passed_over(api: Any) -> None:
    dataset_id = api.dataset()
    archive = packed(
        ("__MACOSX/._a.txt", b"x"), (".DS_Store", b"x"), ("d/.git/c.txt", b"x"), ("d/a.txt", b"x")
    )
    assert upload(api, dataset_id, ("a.zip", archive))["code"] == 0
    assert names_in(api, dataset_id) == ["a.txt"]


def test_files_that_cannot_be_taken_are_named_and_the_others_are_stored(api: Any) -> None:
    dataset_id = api.dataset()
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive = packed(
        ("../up.txt", b"x"),
        ("/root.txt", b"x"),
        ("C:/disk.txt", b"x"),
        ("in/tool.exe", b"x"),
        ("inner.zip", packed(("a.txt", b"x"))),
        (link, b"/etc/passwd"),
        ("good.txt", b"x"),
        ("ä" * 126 + ".txt", b"x"),
    )
    reply = upload(api, dataset_id, ("a.zip", archive))
    outside = "Its name means a place outside of the archive."
    assert reply["code"] == 500
    assert reply["message"].splitlines() == [
        f"a.zip/../up.txt: {outside}",
        f"a.zip//root.txt: {outside}",
        f"a.zip/C:/disk.txt: {outside}",
        "a.zip/in/tool.exe: This type of file has not been supported yet!",
        "a.zip/inner.zip: It is an archive inside an archive. Upload it by itself.",
        "a.zip/link.txt: It is a link, not a file.",
        f"a.zip/{'ä' * 126}.txt: File name must be 255 bytes or less.",
    ]
    assert names_in(api, dataset_id) == ["good.txt"]


def test_a_locked_and_a_damaged_file_are_named(api: Any) -> None:
    dataset_id = api.dataset()
    archive = bytearray(packed(("a.txt", b"alpha" * 20), ("b.txt", b"beta" * 20), ("c.txt", b"c")))
    directory = archive.index(b"PK\x01\x02")
    archive[directory + 8] |= 1  # the flag of encryption, of the first member
    damaged = archive.index(b"betabeta")
    archive[damaged] ^= 0xFF
    reply = upload(api, dataset_id, ("a.zip", bytes(archive)))
    locked, broken = reply["message"].splitlines()
    assert locked == "a.zip/a.txt: It is protected by a password. Pack it without one."
    assert broken.startswith("a.zip/b.txt: It cannot be unpacked (Bad CRC-32")
    assert names_in(api, dataset_id) == ["c.txt"]


@pytest.mark.parametrize(
    ("limits", "setting"),
    [
        ({"zip_files": 2}, "RAGFLOW_LIMITS__ZIP_FILES"),
        ({"zip_mib": 5}, "RAGFLOW_LIMITS__ZIP_MIB"),
        ({"zip_ratio": 20}, "RAGFLOW_LIMITS__ZIP_RATIO"),
    ],
)
def test_an_archive_over_a_limit_is_refused_whole_and_names_the_setting(
    world: Any, api: Any, limits: dict[str, int], setting: str
) -> None:
    dataset_id = api.dataset()
    members = [(f"{number}.txt", bytes(2 << 20)) for number in range(3)]
    bomb = packed(*members, method=zipfile.ZIP_DEFLATED)
    limited(world, **({"zip_ratio": 10_000} | limits))
    reply = upload(api, dataset_id, ("bomb.zip", bomb), ("a.txt", b"x"))
    assert reply["code"] == 500
    assert reply["message"].startswith("bomb.zip: It ")
    assert setting in reply["message"]
    assert names_in(api, dataset_id) == ["a.txt"]


def test_a_directory_of_very_many_files_is_not_even_read(world: Any, api: Any) -> None:
    dataset_id = api.dataset()
    limited(world, zip_files=1)
    archive = packed(*((f"{number}.txt", b"") for number in range(200)))
    reply = upload(api, dataset_id, ("many.zip", archive))
    assert "more than 1 files" in reply["message"]


def test_an_archive_with_sizes_of_64_bits_is_taken(api: Any) -> None:
    dataset_id = api.dataset()
    plain = packed(("a.txt", b"alpha"), ("b.txt", b"beta"))
    end = plain.rindex(b"PK\x05\x06")
    size, start = struct.unpack_from("<II", plain, end + 12)
    large = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 2, 2, size, start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 2, 2, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert upload(api, dataset_id, ("a.zip", plain[:end] + large + locator + tail))["code"] == 0
    assert names_in(api, dataset_id) == ["a.txt", "b.txt"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"x", "a.zip: This type of file has not been supported yet!"),
        (b"PK\x03\x04" + bytes(50), "a.zip: This archive cannot be read"),
        (packed(), "a.zip: It holds no files."),
        (packed((".hidden", b"x")), "a.zip: It holds no files."),
    ],
    ids=["no archive", "damaged", "empty", "leftovers alone"],
)
def test_what_holds_no_files_is_refused(api: Any, data: bytes, message: str) -> None:
    assert upload(api, api.dataset(), ("a.zip", data))["message"].startswith(message)


@pytest.mark.parametrize("charset", ["gb18030", "utf-8"])
def test_names_of_old_programs_are_read_in_their_charset(api: Any, charset: str) -> None:
    dataset_id = api.dataset()
    stems = ("合同管理办法", "报告说明")
    archive = packed(*((f"{stem}.txt", b"x") for stem in stems))
    for stem in stems:
        size = len(stem.encode())
        archive = archive.replace(stem.encode(), stem.encode(charset).ljust(size, b"_"))
    marked = bytearray(archive)  # without the mark that names are in UTF-8
    for signature, offset in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        place = -1
        while (place := marked.find(signature, place + 1)) >= 0:
            marked[place + offset] &= ~0x08
    assert upload(api, dataset_id, ("a.zip", bytes(marked)))["code"] == 0
    assert {each.removesuffix(".txt").rstrip("_") for each in names_in(api, dataset_id)} == {*stems}
