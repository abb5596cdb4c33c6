from __future__ import annotations

import pytest

from ragflow.domain.chunks import ChunkDraft, ChunkedDocument, ChunkKind
from ragflow.domain.documents import (
    Coverage,
    Drop,
    DropKind,
    ParsedDocument,
    RecognisedPage,
    Span,
)
from ragflow.domain.errors import CoverageError
from ragflow.ingest.coverage import account, in_words


def parsed(text: str, *drops: Drop) -> ParsedDocument:
    return ParsedDocument(text=text, blocks=(), drops=drops)


def test_characters_are_counted_by_where_they_went() -> None:
    document = parsed("head body; tail", Drop(DropKind.HEADER, Span(0, 4)))
    chunks = (ChunkDraft("body", (Span(5, 9),)), ChunkDraft("tail", (Span(11, 15),)))
    drops = (Drop(DropKind.DELIMITER, Span(9, 10)),)
    coverage = account(document, ChunkedDocument(chunks, drops))
    assert (coverage.extracted, coverage.in_chunks) == (13, 8)
    assert coverage.dropped == {"header": 4, "delimiter": 1}


def test_a_lost_character_is_an_error_that_shows_it() -> None:
    with pytest.raises(CoverageError) as caught:
        account(parsed("kept lost"), ChunkedDocument((ChunkDraft("kept", (Span(0, 4),)),)))
    assert (caught.value.lost, caught.value.sample) == (4, "lost")


def test_a_character_counts_once_and_a_chunk_wins() -> None:
    document = parsed("word", Drop(DropKind.DUPLICATE, Span(0, 4)))
    chunks = (ChunkDraft("word", (Span(0, 4),)),) * 2
    coverage = account(document, ChunkedDocument(chunks))
    assert (coverage.extracted, coverage.in_chunks, coverage.dropped) == (4, 4, {})


def test_content_must_hold_what_its_spans_claim() -> None:
    with pytest.raises(CoverageError, match="lacks characters"):
        account(parsed("abc"), ChunkedDocument((ChunkDraft("ac", (Span(0, 3),)),)))


def test_escaped_content_holds_its_characters() -> None:
    chunk = ChunkDraft("<table><tr><td>a &lt; b &amp;</td></tr></table>", (Span(0, 7),))
    assert account(parsed("a < b &"), ChunkedDocument((chunk,))).in_chunks == 4


def test_a_table_in_prose_is_escaped_and_the_prose_is_not() -> None:
    content = "a &lt; b\n<table><tr><td>c &lt; d</td></tr></table>"
    chunk = ChunkDraft(content, (Span(0, 8), Span(9, 14)))
    assert account(parsed("a &lt; b c < d"), ChunkedDocument((chunk,))).in_chunks == 9


def test_words_that_a_model_wrote_are_not_counted() -> None:
    chunk = ChunkDraft("Sales\nA chart that falls.", (Span(0, 5), Span(5, 5)))
    assert account(parsed("Sales"), ChunkedDocument((chunk,))).in_chunks == 5


def test_spans_outside_the_text_are_an_error() -> None:
    with pytest.raises(CoverageError, match="outside"):
        account(parsed("abc"), ChunkedDocument((ChunkDraft("abc", (Span(0, 9),)),)))


def test_every_kind_of_space_is_a_space() -> None:
    text = "".join(map(chr, range(0x3100)))
    chunks = (ChunkDraft(text, (Span(0, len(text)),)),)
    visible = len("".join(text.split()))
    assert account(parsed(text), ChunkedDocument(chunks)).extracted == visible


def test_five_megabytes_are_accounted() -> None:
    text = "The quick brown fox. 上海 " * 210_000
    spans = [Span(start, min(start + 2000, len(text))) for start in range(0, len(text), 2000)]
    chunks = tuple(ChunkDraft(text[span.start : span.end], (span,)) for span in spans)
    found = account(parsed(text), ChunkedDocument(chunks))
    assert found.extracted == len("".join(text.split()))


def test_a_further_passage_of_the_same_words_is_a_duplicate() -> None:
    chunk = ChunkDraft("same", (Span(0, 4),), repeats=(Span(5, 9), Span(10, 14)))
    coverage = account(parsed("same same same"), ChunkedDocument((chunk,)))
    assert (coverage.extracted, coverage.in_chunks) == (12, 4)
    assert coverage.dropped == {"duplicate": 8}


def test_the_markup_of_a_table_holds_no_characters_of_the_text() -> None:
    chunk = ChunkDraft("<table><tr><td>x</td></tr></table>", (Span(0, 3),), ChunkKind.TABLE)
    with pytest.raises(CoverageError, match="lacks characters that it claims to hold, such as 't'"):
        account(parsed("x t"), ChunkedDocument((chunk,)))


def test_recognised_pages_are_counted_with_their_mean_confidence() -> None:
    pages = (RecognisedPage(1, 0.9), RecognisedPage(4, 0.8))
    document = ParsedDocument("a", (), recognised=pages)
    coverage = account(document, ChunkedDocument((ChunkDraft("a", (Span(0, 1),)),)))
    assert (coverage.ocr_pages, coverage.ocr_confidence) == (2, 0.85)


@pytest.mark.parametrize(
    ("coverage", "words"),
    [
        (Coverage(0, 0, {}), "No text was found."),
        (Coverage(9, 9, {}), "Of 9 characters 9 are in chunks."),
        (
            Coverage(12000, 11000, {"header": 300, "page_number": 700}),
            "Of 12,000 characters 11,000 are in chunks; left out: 700 page number, 300 header.",
        ),
        (
            Coverage(9, 9, {}, ocr_pages=3, ocr_confidence=0.934),
            "Of 9 characters 9 are in chunks; text recognised on 3 pages (mean confidence 93%).",
        ),
    ],
)
def test_a_ledger_can_be_read(coverage: Coverage, words: str) -> None:
    assert in_words(coverage) == words
