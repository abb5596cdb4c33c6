"""The front door: which files come in, and what is said to the others."""

from __future__ import annotations

import io
import zipfile

import pytest

from ragflow.domain.errors import (
    CorruptFile,
    EmptyFile,
    EncryptedFile,
    LimitExceeded,
    UnsupportedFile,
)
from ragflow.ingest.parse.base import ParseLimits, ParseOptions, parsers
from ragflow.ingest.parse.load import load_parsers
from ragflow.testing import old_office, open_files, sample_files
from ragflow.testing.sample_files import members_of, zipped

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def test_every_promised_extension_has_a_parser() -> None:
    load_parsers()
    promised = (
        "docx pdf csv xls xlsx txt py js java c cpp h php go ts sh cs kt sql md markdown htm html "
        "json jsonl ldjson pptx eml yml xml ini"
    )
    assert [suffix for suffix in promised.split() if suffix not in parsers] == []


def test_an_unknown_extension_is_refused(read) -> None:
    with pytest.raises(UnsupportedFile, match="file type not supported yet"):
        read("film.mkv", b"x")


def test_an_empty_file_is_refused(read) -> None:
    with pytest.raises(EmptyFile, match=r"0 bytes.*the original opens and has content"):
        read("a.docx", b"")


@pytest.mark.parametrize(
    ("name", "data", "noun"),
    [
        ("a.docx", b"%PDF-1.7\n", "a PDF"),
        ("a.pdf", sample_files.docx(), "a DOCX"),
        ("a.docx", sample_files.xlsx(), "an XLSX"),
        ("a.txt", sample_files.pptx(), "a PPTX"),
        ("a.md", b"{\\rtf1 x}", "an RTF document"),
        ("a.html", b"\x1f\x8b\x08" + bytes(50), "a gzip archive"),
        ("a.docx", open_files.odt(), "an ODT"),
        ("a.pptx", open_files.odp(), "an ODP"),
        ("a.odt", open_files.epub(), "an EPUB"),
        ("a.epub", sample_files.docx(), "a DOCX"),
        ("a.rtf", old_office.doc(), "an old Office file"),
        ("a.ppt", b"{\\rtf1 x}", "an RTF document"),
        ("a.csv", OLE + bytes(600), "an old Office file"),
    ],
)
def test_a_wrong_extension_is_named(read, name: str, data: bytes, noun: str) -> None:
    with pytest.raises(CorruptFile, match=f"looks like {noun}.*Rename it"):
        read(name, data)


def test_a_workbook_under_the_other_excel_extension_is_read(read) -> None:
    assert "Seal" in read("prices.xls", sample_files.xlsx()).text


@pytest.mark.parametrize("name", ["a\0b.txt", "../../etc/a.txt", "..\\a.TXT", "/a.txt"])
def test_odd_names_are_harmless(read, name: str) -> None:
    assert read(name, b"text").text == "text"


@pytest.mark.parametrize("suffix", ["docx", "xlsx", "pptx"])
def test_a_zip_bomb_is_refused_before_it_is_unpacked(read, suffix: str) -> None:
    bomb = zipped({"word/document.xml": bytes(3 << 20)})
    options = ParseOptions(limits=ParseLimits(unpacked_mib=2))
    with pytest.raises(
        LimitExceeded, match=r"limits\.unpacked_mib \(RAGFLOW_LIMITS__UNPACKED_MIB\) moves it"
    ):
        read(
            f"bomb.{suffix}",
            bomb.replace(b"word/", {"docx": b"word/"}.get(suffix, b"any1/")),
            options,
        )


def test_an_archive_that_lies_about_its_size_is_refused(read) -> None:
    honest = zipped({"word/document.xml": bytes(1 << 20)})
    size = (1 << 20).to_bytes(4, "little")
    with pytest.raises(CorruptFile):
        read("a.docx", honest.replace(size, (10).to_bytes(4, "little")))


def test_a_truncated_archive_is_refused(read) -> None:
    with pytest.raises(CorruptFile, match="not a zip file"):
        read("a.docx", sample_files.docx()[:-200])


@pytest.mark.parametrize("name", ["a.docx", "a.pptx", "a.xlsx"])
def test_an_office_file_with_a_password_is_refused(read, name: str) -> None:
    data = OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    with pytest.raises(EncryptedFile, match="Remove the password"):
        read(name, data)


def test_an_encrypted_archive_is_refused(read) -> None:
    data = bytearray(sample_files.docx())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.start_dir
    data[start + 8] |= 1
    with pytest.raises(EncryptedFile):
        read("a.docx", bytes(data))


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.pptx"])
def test_entities_are_never_expanded(read, name: str) -> None:
    sample, part = {
        "a.docx": (sample_files.docx(), "word/document.xml"),
        "a.xlsx": (sample_files.xlsx(), "xl/workbook.xml"),
        "a.pptx": (sample_files.pptx(), "ppt/slides/slide1.xml"),
    }[name]
    members = members_of(sample)
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "boom">{entities}]>'.encode()
    xml = members[part]
    position = xml.index(b"?>") + 2 if xml.startswith(b"<?xml") else 0
    members[part] = xml[:position] + bomb + xml[position:].replace(b"</", b"&e9;</", 1)
    try:
        assert "boom" not in read(name, zipped(members)).text
    except CorruptFile as error:
        assert name in str(error)  # noqa: PT017 - both outcomes are right
