"""Chunk methods from the file to the stored chunk, on files of the kinds that they are made for."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from ragflow.domain.chunks import Chunk
from ragflow.domain.errors import NeedsModel, UnsupportedFile
from ragflow.ingest.artefacts import chunks_name, decode_chunks
from ragflow.ingest.extract import extract
from ragflow.testing import sample_files

Extracted = tuple[dict[str, Any], list[Chunk]]


@pytest.fixture
def extracted(tmp_path: Path) -> Callable[..., Extracted]:
    """Return a function that extracts a file by a chunk method."""

    def by_method(
        method: str, name: str, data: bytes, answers: Mapping[str, str] | None = None, **config: Any
    ) -> Extracted:
        (tmp_path / "source").write_bytes(data)
        request = {
            "path": str(tmp_path / "source"),
            "name": name,
            "document_id": "d" * 32,
            "dataset_id": "e" * 32,
            "chunk_method": method,
            "parser_config": config,
            "limits": {"unpacked_mib": 16, "text_chars": 10_000_000, "pages": 50},
        }
        known = answers or {}
        summary = extract(
            request,
            tmp_path,
            lambda _share, _text: None,
            lambda question: {"answer": known.get(question["kind"])},
        )
        parts = range(summary["parts"])
        chunks = [decode_chunks((tmp_path / chunks_name(part)).read_bytes()) for part in parts]
        return summary, [chunk for part in chunks for chunk in part]

    return by_method


def pdf(*pages: list[tuple[float, float, float, str]]) -> bytes:
    """Return a PDF of pages with texts, each at a place and of a size."""
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=True)
    for page in pages:
        for x, y, size, text in page:
            canvas.setFont("Helvetica-Bold" if size > 11 else "Helvetica", size)
            canvas.drawString(x, A4[1] - y, text)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def column(x: float, top: float, first: int, count: int) -> list[tuple[float, float, float, str]]:
    texts = [f"Line {number} of the text says how pumps live." for number in range(first, 99)]
    return [(x, top + 12 * row, 9.5, texts[row]) for row in range(count)]


def test_slides_are_chunks_without_a_warning(extracted: Callable[..., Extracted]) -> None:
    summary, chunks = extracted("presentation", "pumps.pptx", sample_files.pptx())
    assert not any("not available" in warning for warning in summary["coverage"]["warnings"])
    assert [chunk.boxes[0].page for chunk in chunks] == list(range(1, len(chunks) + 1))
    assert all(chunk.boxes[0].x0 == chunk.boxes[0].top == 0 for chunk in chunks)


def test_pages_of_a_pdf_are_slides_with_their_pictures(
    extracted: Callable[..., Extracted],
) -> None:
    data = pdf([(72, 100, 20, "First slide")], [], [(72, 100, 20, "Third slide")])
    summary, chunks = extracted("presentation", "talk.pdf", data)
    assert [(chunk.content, chunk.boxes[0].page) for chunk in chunks] == [
        ("First slide", 1),
        ("Third slide", 3),
    ]
    assert sorted(summary["pictures"]) == sorted(chunk.id for chunk in chunks)
    assert any("on these pages: 2" in warning for warning in summary["coverage"]["warnings"])


def test_a_paper_in_two_columns_has_an_abstract_and_sections_in_order(
    extracted: Callable[..., Extracted],
) -> None:
    page = [
        (150, 60, 18, "On the Lives of Pumps"),
        (200, 85, 10, "Ada Lovelace"),
        (60, 120, 12, "Abstract"),
        *column(60, 136, 10, 12),
        (60, 300, 12, "1 Introduction"),
        *column(60, 316, 30, 30),
        *column(320, 120, 60, 10),
        (320, 260, 12, "2 Methods"),
        *column(320, 276, 70, 20),
    ]
    _, chunks = extracted("paper", "paper.pdf", pdf(page))
    front, abstract, introduction, methods = chunks
    assert front.content == "On the Lives of Pumps\nAda Lovelace"
    assert "summary" in abstract.important_keywords
    assert abstract.content.startswith("Abstract\nLine 10 of")
    assert "Line 59" in introduction.content
    assert introduction.content.rstrip().endswith("Line 69 of the text says how pumps live.")
    assert methods.content.startswith("2 Methods\nLine 70 of")


def test_a_sound_file_becomes_its_transcript(extracted: Callable[..., Extracted]) -> None:
    _, (chunk,) = extracted("audio", "talk.mp3", b"sound", {"transcribe": "Good morning."})
    assert chunk.content == "Good morning."


def test_a_sound_file_without_a_model_says_what_to_do(
    extracted: Callable[..., Extracted],
) -> None:
    with pytest.raises(NeedsModel, match="Set a default speech-to-text model"):
        extracted("audio", "talk.mp3", b"sound")


def test_a_word_document_is_cut_at_its_headings(extracted: Callable[..., Extracted]) -> None:
    _, chunks = extracted("manual", "pump.docx", sample_files.docx())
    assert chunks[0].content.startswith("Pump manual\nSetting up\nRead all of this.")


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("manual", "a.txt"),
        ("paper", "a.docx"),
        ("book", "a.pptx"),
        ("laws", "a.csv"),
        ("presentation", "a.pages"),
        ("picture", "a.mp4"),
        ("email", "a.txt"),
        ("one", "a.png"),
        ("audio", "a.txt"),
    ],
)
def test_a_kind_of_file_that_a_method_does_not_take_is_refused(
    extracted: Callable[..., Extracted], method: str, name: str
) -> None:
    with pytest.raises(UnsupportedFile, match=r"file type not supported yet\("):
        extracted(method, name, b"data")


@pytest.mark.parametrize(
    ("name", "way_out"),
    [
        ("a.docx", "The method naive reads it: choose that one."),
        ("a.png", "The method picture reads it: choose that one."),
        ("a.pages", "Convert it to PDF or DOCX."),
        ("a.mp4", "Upload its sound as an MP3 or WAV file"),
    ],
)
def test_a_refusal_says_what_to_do_with_such_a_file(
    extracted: Callable[..., Extracted], name: str, way_out: str
) -> None:
    with pytest.raises(UnsupportedFile, match=way_out):
        extracted("tag", name, b"data")
