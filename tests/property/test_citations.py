"""Whatever a model writes, the marks that stay are proven and no mark points nowhere."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from ragflow.domain.queries import Hit
from ragflow.generate.cite import SUPPORT_THRESHOLD, cite
from ragflow.generate.marks import normalise_marks, strip_marks
from ragflow.testing.chat import make_hit

FACTS = (
    "The bridge opened in 1932.",
    "It is 503 metres long.",
    "上海中心大厦高632米。",
    "Name：Eva; City：Oslo",
    "<table><tr><th>Year</th></tr><tr><td>1999 &amp; on</td></tr></table>",
    "Wool is warm",
)
MARKS = ("[ID:0]", "(ID: 1)", "【ID:2】", "ref3", "##0$$", "[ID:0, ID:1]", "[ID:99]", "[ID:", "]")
PIECES = st.sampled_from([*FACTS, *MARKS, " ", "\n", "- ", ". ", "。", "Yes", "<think>"])
ANSWERS = st.lists(PIECES | st.text(max_size=8), max_size=14).map("".join)
MARK = re.compile(r"\[ID:(\d+)\]")


HITS = st.lists(
    (st.lists(st.sampled_from(FACTS), min_size=1, max_size=4).map("\n".join)).map(make_hit),
    max_size=4,
)


@settings(max_examples=200, deadline=None)
@given(ANSWERS, HITS)
def test_every_mark_has_a_citation_with_an_exact_quote(answer: str, hits: list[Hit]) -> None:
    checked = cite(answer, hits)
    visible = [int(number) for number in MARK.findall(checked.text)]
    assert set(visible) == {citation.hit_index for citation in checked.citations}
    for citation in checked.citations:
        content = hits[citation.hit_index].chunk.content
        assert content[citation.quote.start : citation.quote.end] == citation.quote_text
        assert citation.quote_text
        assert SUPPORT_THRESHOLD <= citation.support <= 1
        assert 0 <= citation.sentence.start < citation.sentence.end <= len(checked.text)


@settings(max_examples=100, deadline=None)
@given(ANSWERS, HITS)
def test_an_answer_whose_marks_all_hold_stays_as_it_is(answer: str, hits: list[Hit]) -> None:
    once = cite(answer, hits)
    if once.citations and not once.removed:
        assert cite(once.text, hits).text == once.text


@settings(max_examples=100, deadline=None)
@given(ANSWERS)
def test_normalising_twice_is_normalising_once(answer: str) -> None:
    once = normalise_marks(answer)
    assert normalise_marks(once) == once


@settings(max_examples=100, deadline=None)
@given(ANSWERS)
def test_a_stripped_answer_has_no_marks(answer: str) -> None:
    assert not MARK.search(strip_marks(normalise_marks(answer)))
