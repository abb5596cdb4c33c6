"""Office files with a damaged part: the text is read where it is whole, else the part is named."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from ragflow.domain.errors import CorruptFile
from ragflow.testing import open_files, sample_files
from ragflow.testing.sample_files import picture

FILLING = b"This member is long enough to be damaged in its middle. " * 4


def damaged(archive: bytes, name: str, data: bytes = b"") -> bytes:
    """Return an archive in which the bytes of a member are not those of its checksum."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as whole, zipfile.ZipFile(target, "w") as copy:
        for member in [*whole.namelist(), *([name] if name not in whole.namelist() else [])]:
            content = data or whole.read(member) if member == name else whole.read(member)
            copy.writestr(member, content)
        place = copy.getinfo(name).header_offset + 30 + len(name) + 20
    broken = bytearray(target.getvalue())
    broken[place] ^= 0xFF
    return bytes(broken)


def first(archive: bytes, beginning: str) -> str:
    with zipfile.ZipFile(io.BytesIO(archive)) as whole:
        return next(name for name in whole.namelist() if name.startswith(beginning))


@pytest.mark.parametrize(
    ("name", "make", "part", "words"),
    [
        ("a.docx", sample_files.docx, "docProps/core.xml", "pump"),
        ("a.docx", sample_files.docx, "word/media/extra.png", "pump"),
        ("a.pptx", sample_files.pptx, "docProps/core.xml", "They move fluids"),
        ("a.pptx", sample_files.pptx, "ppt/theme/theme1.xml", "They move fluids"),
        ("a.xlsx", sample_files.xlsx, "xl/theme/theme1.xml", "Seal"),
        ("a.xlsx", sample_files.xlsx, "docProps/app.xml", "Seal"),
        ("a.odt", open_files.odt, "Thumbnails/thumbnail.png", "luid"),
        ("a.odp", open_files.odp, "Pictures/extra.png", "luid"),
        ("a.epub", open_files.epub, "OEBPS/fonts/a.ttf", "Valves"),
    ],
)
def test_a_damaged_part_beside_the_text_is_left_out_with_a_warning(
    read, name: str, make: Callable[[], bytes], part: str, words: str
) -> None:
    whole = make()
    document = read(name, damaged(whole, part, FILLING))
    assert document.text == read(name, whole).text
    assert words in document.text
    assert [line for line in document.warnings if part in line] == [
        f"The part {part} of the file is damaged; it was left out."
    ]


def test_a_damaged_picture_leaves_the_rest_of_a_presentation(read) -> None:
    whole = sample_files.pptx()
    part = first(whole, "ppt/media/")
    document = read("a.pptx", damaged(whole, part))
    assert "They move fluids" in document.text
    assert not any(block.image for block in document.blocks)
    assert [line for line in document.warnings if part in line]


@pytest.mark.parametrize(
    ("name", "make", "part"),
    [
        ("a.docx", sample_files.docx, "word/document.xml"),
        ("a.xlsx", sample_files.xlsx, "xl/worksheets/sheet1.xml"),
        ("a.pptx", sample_files.pptx, "ppt/slides/slide1.xml"),
        ("a.odt", open_files.odt, "content.xml"),
    ],
)
def test_a_damaged_part_with_text_is_refused_by_name(
    read, name: str, make: Callable[[], bytes], part: str
) -> None:
    with pytest.raises(CorruptFile, match=f"its part {part} is damaged"):
        read(name, damaged(make(), part, FILLING))


PAGE = "<html><body><table><tr><th>Name<th>Price<tr><td>Seal<td>12</table></body></html>"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.xls", PAGE),
        ("a.xls", "\ufeff\n <TABLE><tr><th>Name<th>Price<tr><td>Seal<td>12</TABLE>"),
        ("a.xls", "Name,Price\nSeal,12\n"),
        ("a.xls", "Name;Price\nSeal;12\n"),
        ("a.xls", "Name\tPrice\nSeal\t12\n".encode("utf-16")),
        ("a.doc", PAGE),
        ("a.doc", '<?xml version="1.0"?>\n' + PAGE),
    ],
)
def test_text_under_the_name_of_an_old_format_is_read_as_what_it_is(
    read, name: str, text: str | bytes
) -> None:
    (table,) = (block.table for block in read(name, text).blocks if block.table)
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["Name", "Price"],
        ["Seal", "12"],
    ]


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.xls", b"just words"), ("a.doc", b"just, words"), ("a.xls", b"a,b\n\0\1" + picture())],
)
def test_what_is_neither_stays_refused_in_plain_words(read, name: str, data: bytes) -> None:
    with pytest.raises(
        CorruptFile, match=r"content is not that of (a workbook|an old Office file)"
    ):
        read(name, data)
