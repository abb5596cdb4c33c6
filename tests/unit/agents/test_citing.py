"""Marks are checked while an answer grows, and what it cites is told by its small numbers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from ragflow.agents.components.citing import cited
from ragflow.agents.sources import SourceBook, merged
from ragflow.domain.agents import Source
from ragflow.domain.answers import ModelDelta

pytestmark = pytest.mark.anyio

BEES = Source("c1", "Honey bees live in hives of up to 60,000 workers.", "bees.txt", "d1", "s1")
WEB = Source("w1", "Wasps build paper nests.", "Wasps", url="https://example.com/wasps")


def book() -> tuple[SourceBook, int, int]:
    sources = SourceBook({})
    bees, web = sources.add([BEES, WEB])
    return sources, bees, web


async def pieces_of(*texts: str) -> AsyncIterator[ModelDelta]:
    for text in texts:
        yield ModelDelta(text)


async def said(sources: SourceBook, *texts: str, keep: bool = True) -> str:
    return "".join([p.content async for p in cited(pieces_of(*texts), sources, keep=keep)])


async def test_a_mark_that_holds_stays() -> None:
    sources, bees, _ = book()
    text = f"Honey bees live in hives [ID:{bees}]."
    assert await said(sources, text) == text
    assert await said(sources, *text) == text


async def test_a_mark_that_does_not_hold_goes() -> None:
    sources, bees, web = book()
    assert await said(sources, f"Cats sleep a lot [ID:{bees}]. Yes.") == "Cats sleep a lot. Yes."
    assert (
        await said(sources, f"Honey bees live in hives [ID:{web}].") == "Honey bees live in hives."
    )
    assert await said(sources, "Honey bees [ID:999].") == "Honey bees."


async def test_marks_that_come_in_pieces_or_other_spellings_are_known() -> None:
    sources, bees, _ = book()
    pieces = ("Honey bees live ", "in hives ", "(ID", f": {bees}", ")", ".")
    assert await said(sources, *pieces) == f"Honey bees live in hives [ID:{bees}]."


async def test_no_marks_are_left_where_none_are_wanted() -> None:
    sources, bees, _ = book()
    assert await said(sources, f"Honey bees live in hives [ID:{bees}].", keep=False) == (
        "Honey bees live in hives."
    )


async def test_other_brackets_pass() -> None:
    sources, _, _ = book()
    text = "A list: [1, 2], a call f(x) and an open [ bracket"
    assert await said(sources, *text) == text


async def test_a_piece_without_a_mark_passes_at_once() -> None:
    sources, _, _ = book()
    seen = [piece.content async for piece in cited(pieces_of("Bees", " fly", " far"), sources)]
    assert seen == ["Bees", " fly", " far"]


def test_a_source_keeps_its_number() -> None:
    sources, bees, web = book()
    assert sources.add([WEB, BEES]) == [web, bees]
    assert 0 <= bees < 100
    assert SourceBook({}).add([BEES]) == [bees]


def test_many_sources_all_get_numbers() -> None:
    sources = SourceBook({})
    numbers = sources.add([Source(f"c{each}", "x", "d") for each in range(250)])
    assert len(set(numbers)) == 250


def test_the_reference_holds_what_is_cited_as_maps() -> None:
    sources, bees, web = book()
    assert sources.reference("nothing [ID:999]") is None
    reference = sources.reference(f"a [ID:{bees}] b [ID:{web}] c [ID:{bees}]")
    assert reference is not None
    assert set(reference["chunks"]) == {str(bees), str(web)}
    assert reference["chunks"][str(bees)]["document_name"] == "bees.txt"
    assert reference["doc_aggs"]["Wasps"] == {
        "doc_name": "Wasps",
        "doc_id": "",
        "count": 1,
        "url": "https://example.com/wasps",
    }
    both = merged([sources.reference(f"[ID:{bees}]"), None, sources.reference(f"[ID:{web}]")])
    assert both == reference
