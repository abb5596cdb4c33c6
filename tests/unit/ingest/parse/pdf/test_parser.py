"""What the parser accepts, what it refuses, and what it reports."""

import pytest

from ragflow.domain.errors import CorruptFile, EmptyFile, EncryptedFile, LimitExceeded
from ragflow.ingest.parse.base import ParseLimits, ParseOptions, SourceFile
from ragflow.ingest.parse.pdf import PdfParser


def pages(pdf, count):
    return pdf.make(
        *[
            lambda canvas, n=n: pdf.write(canvas, [f"Words of page {n} and no other."])
            for n in range(1, count + 1)
        ]
    )


def test_the_plain_text_layout_gives_text_without_positions(pdf):
    document = pdf.parse(pages(pdf, 2), layout="Plain Text")

    assert pdf.texts(document) == [
        "Words of page 1 and no other.",
        "Words of page 2 and no other.",
    ]
    assert (document.pages, document.lines) == ((), ())


def test_an_unknown_layout_model_falls_back_with_a_warning(pdf):
    document = pdf.parse(pages(pdf, 1), layout="qwen-vl")

    assert len(document.lines) == 1
    assert "qwen-vl" in document.warnings[0]


def test_only_the_wanted_pages_are_read(pdf):
    document = pdf.parse(pages(pdf, 5), page_ranges=((2, 3), (5, 9)))

    assert [page.number for page in document.pages] == [2, 3, 5]
    assert "page 1" not in document.text


def test_a_file_protected_by_a_password_is_refused(pdf):
    from reportlab.lib.pdfencrypt import StandardEncryption

    data = pdf.make(
        lambda canvas: pdf.write(canvas, ["secret"]), encrypt=StandardEncryption("password")
    )

    with pytest.raises(EncryptedFile):
        pdf.parse(data)


def test_a_file_that_opens_without_a_password_is_read_though_it_is_encrypted(pdf):
    from reportlab.lib.pdfencrypt import StandardEncryption

    data = pdf.make(
        lambda canvas: pdf.write(canvas, ["open words"]),
        encrypt=StandardEncryption("", ownerPassword="owner", canCopy=0),
    )

    assert pdf.texts(pdf.parse(data)) == ["open words"]


def test_no_bytes_are_an_empty_file(pdf):
    with pytest.raises(EmptyFile):
        pdf.parse(b"")


@pytest.mark.parametrize("data", [b"hello", b"%PDF-1.7\n", b"PK\x03\x04" + bytes(100)])
def test_what_is_no_pdf_is_corrupt(pdf, data):
    with pytest.raises(CorruptFile):
        pdf.parse(data)


def test_a_truncated_file_is_corrupt(pdf):
    data = pages(pdf, 3)

    with pytest.raises(CorruptFile):
        pdf.parse(data[: len(data) // 3])


def test_more_pages_than_the_limit_are_refused(pdf):
    with pytest.raises(LimitExceeded, match=r"limits\.pages"):
        pdf.parse(pages(pdf, 3), limits=ParseLimits(pages=2))


def test_more_text_than_the_limit_is_refused(pdf):
    with pytest.raises(LimitExceeded, match=r"limits\.text_chars"):
        pdf.parse(pages(pdf, 3), limits=ParseLimits(text_chars=40))


def test_pages_without_text_are_named_in_a_warning(pdf):
    data = pdf.make(
        lambda canvas: pdf.write(canvas, ["words"]), lambda canvas: None, lambda canvas: None
    )

    assert pdf.parse(data).warnings == ("Pages 2 to 3 have no text.",)


def test_progress_grows_to_one_and_names_the_pages(pdf):
    heard = []
    PdfParser().parse(
        SourceFile("a.pdf", pages(pdf, 14)),
        ParseOptions(),
        lambda share, line: heard.append((share, line)),
    )

    shares = [share for share, _ in heard]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert [line for _, line in heard][:2] == ["Page(1~13): text", "Page(13~15): text"]


def test_the_title_and_the_author_of_the_file_are_kept(pdf):
    def draw(canvas):
        canvas.setTitle("On Grids")
        canvas.setAuthor("A. Writer")
        pdf.write(canvas, ["words"])

    facts = pdf.parse(pdf.make(draw)).metadata

    assert (facts["title"], facts["author"]) == ("On Grids", "A. Writer")


def test_parsing_twice_gives_the_same_document(pdf):
    data = pages(pdf, 3)

    assert pdf.parse(data) == pdf.parse(data)


def test_importing_the_package_loads_no_pdf_library():
    import subprocess
    import sys

    program = (
        "import sys, ragflow.ingest.parse.pdf; print({'pypdfium2', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout.strip() == "set()"
