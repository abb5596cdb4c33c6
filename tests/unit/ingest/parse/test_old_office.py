"""Old Word, PowerPoint and Outlook files: what the samples of the golden files do not show."""

from __future__ import annotations

import struct
import sys

import pytest

from ragflow.domain.errors import CorruptFile, EncryptedFile, UnsupportedFile
from ragflow.ingest.parse.unpack_rtf import unpacked_rtf
from ragflow.testing import old_office
from ragflow.testing.ole_files import compound
from ragflow.testing.sample_files import picture

FILES = {"a.doc": old_office.doc(), "a.ppt": old_office.ppt(), "a.msg": old_office.msg()}
PACKED = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af320"
    "68656c090020627705b06c647d0a800fa0"
)
"""The example of [MS-OXRTFCP], section 4.1."""


def with_byte(data: bytes, stream: bytes, offset: int, value: int) -> bytes:
    """Return a file with another byte behind the beginning of a stream."""
    place = data.index(stream) + offset
    return data[:place] + bytes([value]) + data[place + 1 :]


@pytest.mark.parametrize("name", FILES)
def test_without_the_extra_the_error_says_what_to_install(read, monkeypatch, name: str) -> None:
    monkeypatch.setitem(sys.modules, "olefile", None)
    with pytest.raises(UnsupportedFile, match=r"pip install 'ragflow-engine\[legacy\]'"):
        read(name, FILES[name])


@pytest.mark.parametrize("name", FILES)
def test_another_compound_file_is_refused(read, name: str) -> None:
    with pytest.raises(CorruptFile):
        read(name, compound({"Something": b"else" * 2000}))


def test_a_word_file_under_a_password_is_refused(read) -> None:
    locked = with_byte(FILES["a.doc"], b"\xec\xa5\xc1\x00", 11, 0x03)
    with pytest.raises(EncryptedFile):
        read("a.doc", locked)


def test_a_presentation_under_a_password_is_refused(read) -> None:
    sound = struct.pack("<I", 0xE391C05F)
    locked = FILES["a.ppt"].replace(sound, struct.pack("<I", 0xF3D1C4DF))
    with pytest.raises(EncryptedFile):
        read("a.ppt", locked)


def test_rich_text_under_the_name_of_word_is_read(read) -> None:
    assert read("a.doc", r"{\rtf1 Pumps}").text == "Pumps"


def test_a_word_file_of_an_older_version_says_what_to_do(read) -> None:
    older = with_byte(FILES["a.doc"], b"\xec\xa5\xc1\x00", 2, 0x65)
    with pytest.raises(UnsupportedFile, match="Word 95 or older"):
        read("a.doc", older)


def test_a_presentation_without_a_history_goes_to_the_other_reader(read, parts) -> None:
    kind = struct.pack("<HHI", 0, 3999, 4) + struct.pack("<I", 0)
    letters = "Pumps and valves".encode("utf-16-le")
    record = kind + struct.pack("<HHI", 0, 4000, len(letters)) + letters
    slide = struct.pack("<HHI", 0xF, 1006, len(record)) + record
    document = read("a.ppt", compound({"PowerPoint Document": slide.ljust(5000, b"\0")}))
    assert "Pumps and valves" in document.text


def test_shapes_have_their_places_and_pictures_on_the_slide(read) -> None:
    document = read("a.ppt", FILES["a.ppt"])
    boxes = {
        document.text[line.span.start : line.span.end]: (line.box.page, line.box.x0, line.box.top)
        for line in document.lines
    }
    assert boxes["Pumps"] == (1, 72.0, 72.0)
    assert boxes["Boxed"] == (1, 72.0, 312.5)
    assert boxes["Seals"] == (2, 72.0, 72.0)
    assert [block.image for block in document.blocks if block.image] == [picture()]


def test_a_table_of_a_word_file_has_its_cells(read) -> None:
    table = next(block.table for block in read("a.doc", FILES["a.doc"]).blocks if block.table)
    assert [[cell.text for cell in row] for row in table.rows] == [["Part", "Price"], ["Seal", "4"]]


def message(**streams: bytes) -> bytes:
    """Return a message of Outlook with these streams; `_` stands for the prefix of their names."""
    named = {f"__substg1.0_{name.lstrip('p')}": data for name, data in streams.items()}
    return compound({"__properties_version1.0": bytes(32), **named})


def test_a_message_in_an_old_charset_is_read_in_it(read) -> None:
    page = struct.pack("<HHIQ", 3, 0x3FFD, 6, 1251)
    data = {
        "__properties_version1.0": bytes(32) + page,
        "__substg1.0_1000001E": "Привет".encode("cp1251"),
    }
    assert read("a.msg", compound(data)).text == "Привет"


def test_a_body_in_rich_text_alone_is_read(read) -> None:
    rtf = rb"{\rtf1 Hello}"
    plain = struct.pack("<4I", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf
    assert "Hello" in read("a.msg", message(p10090102=plain)).text


def test_packed_rich_text_is_unpacked() -> None:
    assert unpacked_rtf(PACKED) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert unpacked_rtf(PACKED[:30]).startswith(b"{\\rtf1\\ansi")
    assert unpacked_rtf(b"short") == b""


def test_messages_that_nest_too_deeply_are_a_warning(read) -> None:
    streams: dict[str, bytes] = {"__properties_version1.0": bytes(32)}
    prefix = ""
    for depth in range(7):
        streams[f"{prefix}__substg1.0_1000001F"] = f"text {depth}".encode("utf-16-le")
        prefix += "__attach_version1.0_#00000000/__substg1.0_3701000D/"
        streams[f"{prefix}__properties_version1.0"] = bytes(24)
    document = read("a.msg", compound(streams))
    assert "text 4" in document.text
    assert "text 5" not in document.text
    assert "nest deeper than 4" in document.warnings[0]
