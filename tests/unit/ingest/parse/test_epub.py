"""Books: the order of reading, what is locked, and pages in XHTML."""

from __future__ import annotations

import pytest

from ragflow.domain.errors import CorruptFile, EncryptedFile
from ragflow.testing.open_files import PAGE, epub
from ragflow.testing.sample_files import members_of, zipped

CHAPTER = "OEBPS/text/one.xhtml"


def changed(**members: bytes | None) -> bytes:
    """Return the sample with other members; None takes one out."""
    parts: dict[str, bytes | None] = {**members_of(epub()), **members}
    return zipped({name: data for name, data in parts.items() if data is not None})


def encryption(method: str) -> dict[str, bytes]:
    xml = (
        '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptedData>'
        f'<e:EncryptionMethod Algorithm="{method}"/></e:EncryptedData></encryption>'
    )
    return {"META-INF/encryption.xml": xml.encode()}


def test_chapters_come_in_the_order_of_the_spine(read, parts) -> None:
    titles = [text for kind, text in parts(read("a.epub", epub())) if kind == "title"]
    assert titles == ["Valves", "Seals"]


def test_without_a_spine_all_pages_are_read_as_they_are_listed(read) -> None:
    package = members_of(epub())["OEBPS/book.opf"]
    bare = package[: package.index(b"<spine>")] + b"</package>"
    text = read("a.epub", changed(**{"OEBPS/book.opf": bare})).text
    assert text.index("Seals") < text.index("They open")


def test_a_locked_book_says_what_to_do(read) -> None:
    with pytest.raises(EncryptedFile, match=r"locked \(DRM\)"):
        read("a.epub", changed(**encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc")))


def test_scrambled_fonts_do_not_lock_a_book(read) -> None:
    data = changed(**encryption("http://www.idpf.org/2008/embedding"))
    assert "They keep dry." in read("a.epub", data).text


def test_a_missing_chapter_is_told_and_the_others_are_read(read) -> None:
    document = read("a.epub", changed(**{CHAPTER: None}))
    assert document.warnings == (f"The chapter {CHAPTER} is missing in the file.",)
    assert "Seals" in document.text


@pytest.mark.parametrize(
    ("spine", "reason"),
    [(b'<spine><itemref idref="?"/></spine>', "no chapter"), (None, "OEBPS/book.opf is missing")],
)
def test_a_book_without_pages_is_refused(read, spine: bytes | None, reason: str) -> None:
    package = None
    if spine is not None:
        package = b'<package xmlns="http://www.idpf.org/2007/opf">' + spine + b"</package>"
    with pytest.raises(CorruptFile, match=reason if spine else "it holds no book"):
        read("a.epub", changed(**{"OEBPS/book.opf": package}))


def test_empty_elements_of_xhtml_do_not_swallow_the_page(read, parts) -> None:
    body = '<p>one</p><div id="x"/><script/><p>two <![CDATA[a < b]]></p>'
    document = read("a.xhtml", PAGE.format(body=body))
    assert parts(document) == [("text", "one"), ("text", "two a < b")]


def test_pictures_are_found_by_their_address_and_shown_once(read) -> None:
    body = '<p><img src="../dot.png"/><svg><image xlink:href="../dot.png"/></svg></p>'
    document = read("a.epub", changed(**{CHAPTER: PAGE.format(body=body).encode()}))
    assert sum(block.image is not None for block in document.blocks) == 2  # the cover, and it


@pytest.mark.parametrize("address", ["http://example.com/a.png", "../../../../etc/passwd", "//x/y"])
def test_pictures_of_other_places_leave_their_description(read, address: str) -> None:
    body = f'<p>See <img src="{address}" alt="a pump"/></p>'
    document = read("a.epub", changed(**{CHAPTER: PAGE.format(body=body).encode()}))
    assert "See a pump" in document.text
    assert sum(block.image is not None for block in document.blocks) == 1
