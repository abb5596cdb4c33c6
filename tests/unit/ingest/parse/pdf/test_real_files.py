"""Real files: every character that pdfium extracts is in exactly one block or drop."""

import contextlib
import os
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from ragflow.domain.documents import DropKind
from ragflow.domain.errors import EncryptedFile, ParseError

ROOT = Path(__file__).parents[5]
DATA = Path(os.environ.get("RAGFLOW_TEST_DATA", ROOT.parent / "shared" / "data")) / "docs"  # noqa: TID251
FILES = sorted(path for folder in ("mixed/pdf", "tables") for path in (DATA / folder).glob("*.pdf"))

pytestmark = pytest.mark.skipif(not FILES, reason="no sample files: set RAGFLOW_TEST_DATA")


def visible(text):
    return Counter(character for character in text if not character.isspace())


def extracted_by_pdfium(data):
    import pypdfium2

    counts = Counter()
    document = pypdfium2.PdfDocument(data)
    for page in document:
        text_page = page.get_textpage()
        text = text_page.get_text_range().replace("\ufffe", "-")  # a hyphen at a line's end
        counts += visible(c for c in text if unicodedata.category(c) != "Cc")
        text_page.close()
        page.close()
    document.close()
    return counts


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_character_is_lost_or_doubled(pdf, path):
    data = path.read_bytes()
    try:
        document = pdf.parse(data)
    except EncryptedFile:
        pytest.skip("protected by a password")

    found = visible(document.text)
    expected = extracted_by_pdfium(data)
    extra = found - expected
    assert (expected - found).total() <= extra["\u2022"]  # letters of a face that shows bullets
    seen = any(drop.kind is DropKind.UNSURE for drop in document.drops) or document.recognised
    if not seen:
        assert set(extra) <= {"\u2022", "\ufffd"}  # glyphs without a name in the file
    covered = Counter()
    for part in [*document.blocks, *document.drops]:
        covered += visible(document.text[part.span.start : part.span.end])
    assert covered == found


@pytest.mark.parametrize("share", [0.2, 0.6, 0.97])
@pytest.mark.parametrize("path", FILES[::6], ids=lambda path: path.name)
def test_a_truncated_file_is_refused_or_read_in_part(pdf, path, share):
    data = path.read_bytes()
    with contextlib.suppress(ParseError):
        pdf.parse(data[: int(len(data) * share)])
