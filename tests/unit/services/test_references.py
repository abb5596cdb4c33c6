"""What a stored reference says of the places of a quote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from ragflow.domain.answers import Citation, Reference
from ragflow.domain.chunks import ChunkKind
from ragflow.domain.documents import Box, Span
from ragflow.services.references import reference_record
from ragflow.testing.chat import make_hit

CONTENT = "On the first page. On the second page."
BOXES = (Box(1, 50, 280, 700, 710), Box(2, 50.4, 280, 50, 60))
SPANS = (Span(0, 18), Span(19, 38))


def cited(quote: Span, boxes: Sequence[Box], box_spans: Sequence[Span]) -> Any:
    hit = make_hit(CONTENT)
    chunk = replace(hit.chunk, boxes=tuple(boxes), box_spans=tuple(box_spans))
    citation = Citation(0, Span(0, 9), quote, CONTENT[quote.start : quote.end], 1.0)
    reference = Reference((replace(hit, chunk=chunk),), citations=(citation,))
    return reference_record(reference)["citations"][0]


@pytest.mark.parametrize(
    ("quote", "pages"), [(Span(0, 18), [1]), (Span(19, 38), [2]), (Span(7, 30), [1, 2])]
)
def test_pages_and_positions_are_those_of_the_quote(quote: Span, pages: list[int]) -> None:
    citation = cited(quote, BOXES, SPANS)
    assert citation["pages"] == pages
    assert [position[0] for position in citation["positions"]] == pages


def test_positions_are_whole_points() -> None:
    assert cited(Span(19, 38), BOXES, SPANS)["positions"] == [[2, 50, 280, 50, 60]]


def test_where_the_words_of_the_boxes_are_unknown_all_boxes_are_told() -> None:
    assert cited(Span(0, 18), BOXES, ())["pages"] == [1, 2]


def test_a_text_without_pages_has_neither() -> None:
    citation = cited(Span(0, 18), (), ())
    assert (citation["pages"], citation["positions"]) == ([], [])


@pytest.mark.parametrize(("kind", "told"), [(ChunkKind.TEXT, False), (ChunkKind.SUMMARY, True)])
def test_a_quote_of_a_summary_is_told_from_one_of_the_document(kind: ChunkKind, told: bool) -> None:
    hit = make_hit(CONTENT)
    hit = replace(hit, chunk=replace(hit.chunk, kind=kind))
    citation = Citation(0, Span(0, 9), Span(0, 18), CONTENT[:18], 1.0)
    record = reference_record(Reference((hit,), citations=(citation,)))
    assert record["citations"][0]["from_summary"] is told
