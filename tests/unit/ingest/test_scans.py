"""A scan, from its pictures to chunks, in the process that reads files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from reportlab.pdfgen.canvas import Canvas

from ragflow.ingest.artefacts import chunks_name, decode_chunks
from ragflow.ingest.isolate import Isolation, IsolationLimits
from ragflow.ingest.pipeline import IngestLimits
from ragflow.testing.scans import scanned

CLAUSES = [
    ["1. The tenant pays the rent on the third working day", "of each month."],
    ["2. Pets are welcome in the house if the neighbours", "have agreed in writing."],
    ["3. The keys are handed over on the day of moving in."],
]
MOST_MIB = 700


def contract() -> bytes:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(595, 842), invariant=1)
    canvas.setFont("Helvetica", 12)
    for number, lines in enumerate(CLAUSES):
        for row, line in enumerate(lines):
            canvas.drawString(72, 842 - 120 - 150 * number - 15 * row, line)
    canvas.save()
    return target.getvalue()


@pytest.fixture(scope="module")
def isolation() -> Any:
    isolation = Isolation(IsolationLimits())
    yield isolation
    isolation.close()


def extracted(isolation: Isolation, directory: Path, name: str, data: bytes, **config: Any) -> Any:
    (directory / "source").write_bytes(data)
    request = {
        "path": str(directory / "source"),
        "name": name,
        "document_id": "d" * 32,
        "dataset_id": "e" * 32,
        "chunk_method": "naive",
        "parser_config": config,
        "limits": IngestLimits().of_parser(),
    }
    nobody = lambda *_: None  # noqa: E731
    told: list[str] = []
    summary = isolation.run(
        name,
        "ragflow.ingest.extract:extract",
        request,
        directory,
        lambda _share, line: told.append(line),
        nobody,
        dict,
    )
    parts = [directory / chunks_name(part) for part in range(summary["parts"])]
    chunks = [chunk for part in parts for chunk in decode_chunks(part.read_bytes())]
    return summary, chunks, told


def test_a_scan_becomes_chunks_whose_boxes_lie_on_their_words(
    isolation: Isolation, tmp_path: Path
) -> None:
    scan = scanned(contract())
    summary, chunks, told = extracted(isolation, tmp_path, "lease.pdf", scan, chunk_token_num=1)
    coverage = summary["coverage"]
    assert coverage["ocr_pages"] == 1
    assert coverage["ocr_confidence"] > 0.95
    assert coverage["in_chunks"] == coverage["extracted"]
    assert "Page(1~2): OCR" in told
    assert [chunk.content for chunk in chunks] == [" ".join(lines) for lines in CLAUSES]
    for number, chunk in enumerate(chunks):
        top = 120 + 150 * number
        assert chunk.has_image
        assert all(box.page == 1 and 68 < box.x0 < 76 for box in chunk.boxes)
        assert min(box.top for box in chunk.boxes) == pytest.approx(top - 11, abs=3)
        bottom = top + 15 * (len(CLAUSES[number]) - 1) + 3
        assert max(box.bottom for box in chunk.boxes) == pytest.approx(bottom, abs=3)


def test_a_page_is_read_within_the_memory_of_a_small_machine(
    isolation: Isolation, bad_parsers: str, tmp_path: Path
) -> None:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(595, 842), invariant=1)
    canvas.setFont("Helvetica", 9)
    for row in range(8):
        canvas.drawString(
            40, 800 - 100 * row, f"Row {row}: " + "seven words fill a line of text " * 3
        )
    canvas.save()
    fresh = Isolation(IsolationLimits())
    try:
        scan = scanned(target.getvalue(), dpi=200, turn=1)
        _, chunks, _ = extracted(fresh, tmp_path, "page.pdf", scan)
        peak = fresh.run(
            "page.pdf", f"{bad_parsers}:peak_mib", {}, tmp_path, lambda *_: None, bool, dict
        )
    finally:
        fresh.close()
    assert chunks
    assert peak["mib"] < MOST_MIB
