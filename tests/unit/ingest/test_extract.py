"""What extraction keeps of a file whose passages stand in it more than once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ragflow.domain.chunks import Chunk, ChunkDraft, ChunkedDocument
from ragflow.domain.documents import Box, Span
from ragflow.ingest.artefacts import chunks_name, decode_chunks
from ragflow.ingest.extract import extract, merge_duplicates

LIMITS = {"unpacked_mib": 16, "text_chars": 10_000_000, "pages": 10}


def extracted(
    directory: Path, name: str, data: bytes, **config: Any
) -> tuple[dict[str, Any], list[Chunk]]:
    (directory / "source").write_bytes(data)
    request = {
        "path": str(directory / "source"),
        "name": name,
        "document_id": "d" * 32,
        "dataset_id": "e" * 32,
        "chunk_method": "naive",
        "parser_config": config,
        "limits": LIMITS,
    }
    summary = extract(request, directory, lambda _share, _text: None, dict)
    parts = range(summary["parts"])
    chunks = [decode_chunks((directory / chunks_name(part)).read_bytes()) for part in parts]
    return summary, [chunk for part in chunks for chunk in part]


def visible(text: str) -> int:
    return len("".join(text.split()))


def test_what_is_counted_in_chunks_can_be_read_in_chunks(tmp_path: Path) -> None:
    summary, chunks = extracted(tmp_path, "words.txt", b"word " * 100_000)
    coverage = summary["coverage"]
    assert coverage["extracted"] == 400_000
    assert coverage["in_chunks"] == sum(visible(chunk.content) for chunk in chunks)
    assert coverage["dropped"] == {"duplicate": 400_000 - coverage["in_chunks"]}


def test_one_chunk_points_to_each_place_of_its_words(tmp_path: Path) -> None:
    lines = [line for n in range(50) for line in ("The same clause again.", f"Clause {n} alone.")]
    text = "\n".join(lines)
    _, chunks = extracted(tmp_path, "clauses.txt", text.encode(), chunk_token_num=1)
    (same,) = [chunk for chunk in chunks if chunk.content == "The same clause again."]
    assert len(chunks) == 51
    assert [text[span.start : span.end] for span in same.spans] == [same.content] * 50


@pytest.mark.parametrize(
    ("name", "data", "config", "warnings"),
    [
        ("blank.txt", b" \n\t\n", {}, ["Nothing of this file can be found: it holds no text."]),
        (
            "marks.txt",
            b";;;",
            {"delimiter": ";"},
            ["Nothing of this file can be found: all its text was left out."],
        ),
        ("words.txt", b"word", {}, []),
    ],
)
def test_a_file_without_chunks_says_why(
    tmp_path: Path, name: str, data: bytes, config: dict[str, Any], warnings: list[str]
) -> None:
    summary, chunks = extracted(tmp_path, name, data, **config)
    assert summary["coverage"]["warnings"] == warnings
    assert bool(chunks) is not bool(warnings)


def test_boxes_of_all_places_are_kept_and_the_first_picture() -> None:
    boxes = [Box(page, 0, 1, 0, 1) for page in (1, 2)]
    first = ChunkDraft("a", (Span(0, 1),), boxes=(boxes[0],))
    second = ChunkDraft("a", (Span(2, 3),), boxes=(boxes[0], boxes[1]), image=b"png")
    (merged,) = merge_duplicates(ChunkedDocument((first, second))).chunks
    assert (merged.spans, merged.repeats) == (first.spans, second.spans)
    assert (merged.boxes, merged.image) == (tuple(boxes), b"png")


def test_a_hundred_thousand_equal_passages_are_merged() -> None:
    drafts = tuple(ChunkDraft("a", (Span(2 * n, 2 * n + 1),)) for n in range(100_000))
    (merged,) = merge_duplicates(ChunkedDocument(drafts)).chunks
    assert len(merged.repeats) == 99_999
