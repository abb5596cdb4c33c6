"""Whatever two-column files and tables hold, every character is in a chunk or a typed drop."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ragflow.domain.documents import BlockKind, Span
from ragflow.domain.errors import BadHeader
from ragflow.ingest.chunk.base import ChunkContext
from ragflow.ingest.chunk.delimited import records
from ragflow.ingest.chunk.load import chunkers, load_chunkers
from ragflow.ingest.coverage import account
from ragflow.ingest.extract import merge_duplicates
from ragflow.ingest.parse.base import CellDraft, DocumentBuilder, ParseLimits

load_chunkers()
CHARACTERS = st.sampled_from('\t\n ,"，:：?？.#*`|-<>&[]()1二aQA问答é')
TEXTS = st.text(CHARACTERS, max_size=120)
FIELDS = st.text(st.sampled_from('ab ,"\n;é'), max_size=8).map(str.strip)
NAMES = st.sampled_from(["a.csv", "a.txt", "a.md", "a.pdf", "a.xlsx", ""])


@settings(max_examples=300, deadline=None)
@given(
    TEXTS, NAMES, st.sampled_from(["qa", "table", "tag"]), st.sampled_from(["English", "Chinese"])
)
def test_no_character_of_a_text_is_lost(text: str, name: str, method: str, language: str) -> None:
    builder = DocumentBuilder(name, ParseLimits())
    builder.block(BlockKind.TEXT, text)
    document = builder.build()
    chunker = chunkers[method]()
    try:
        chunked = chunker.chunk(document, chunker.Options(), ChunkContext(name, language))
    except BadHeader:
        assume(False)
    merged = merge_duplicates(chunked)
    coverage = account(document, merged)
    assert coverage.in_chunks + sum(coverage.dropped.values()) == coverage.extracted
    assert all(chunk.content == chunk.content.strip() != "" for chunk in chunked.chunks)
    starts = [chunk.spans[0].start for chunk in chunked.chunks]
    assert starts == sorted(starts)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.lists(
            st.builds(
                CellDraft,
                TEXTS,
                row_span=st.integers(0, 3),
                column_span=st.integers(0, 3),
                header=st.booleans(),
            ),
            max_size=4,
        ),
        max_size=6,
    ),
    st.sampled_from(["qa", "table", "tag"]),
    st.text(CHARACTERS, max_size=9),
)
def test_no_character_of_a_sheet_is_lost(
    rows: list[list[CellDraft]], method: str, caption: str
) -> None:
    builder = DocumentBuilder("a.xlsx", ParseLimits())
    builder.table(rows, caption=caption, sheet="S")
    builder.block(BlockKind.TEXT, caption)
    document = builder.build()
    chunker = chunkers[method]()
    try:
        chunked = chunker.chunk(document, chunker.Options(), ChunkContext("a.xlsx"))
    except BadHeader:
        assume(False)
    coverage = account(document, merge_duplicates(chunked))
    assert coverage.in_chunks + sum(coverage.dropped.values()) == coverage.extracted
    starts = [chunk.spans[0].start for chunk in chunked.chunks]
    assert starts == sorted(starts)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(FIELDS, min_size=1, max_size=4), max_size=6), st.sampled_from("\t,;|"))
def test_written_fields_are_read_back_and_know_their_places(
    rows: list[list[str]], delimiter: str
) -> None:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(rows)
    text = file.getvalue()
    read = list(records(text, Span(0, len(text)), delimiter))
    filled = [row for row in rows if any(row)]
    assert [
        [each.text for each in record.fields] for record in read if any(record.fields)
    ] == filled
    for record in read:
        for each in record.fields:
            assert "".join(text[span.start : span.end] for span in each.spans) == each.text


@pytest.mark.parametrize("size", [200_000])
def test_a_huge_line_is_read_in_linear_time(size: int) -> None:
    text = "a," * size
    (record,) = records(text, Span(0, len(text)), ",")
    assert len(record.fields) == size + 1
