from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from ragflow.domain.chunks import ChunkKind
from ragflow.domain.errors import ModelUnavailable
from ragflow.domain.queries import Hit
from ragflow.generate.cite import cite

BRIDGE = (
    "The Sydney Harbour Bridge is a steel arch bridge. It opened on 19 March 1932. "
    "It carries trains and cars."
)
TOWER = "上海中心大厦高632米，于2015年建成。它有128层。"
TABLE = (
    "<table><caption>Revenue</caption>\n<tr><th>Year</th><th>EUR</th></tr>\n"
    "<tr><td>2020</td><td>5,000</td></tr>\n<tr><td>2021</td><td>7,500</td></tr></table>"
)
RECORDS = "Name：Bob; Age：31; City：Rome\nName：Eva; Age：44; City：Oslo"


@pytest.fixture
def hits(hit: Callable[..., Hit]) -> list[Hit]:
    return [hit(BRIDGE, "Sydney.pdf"), hit(TOWER, "上海.docx"), hit(TABLE), hit(RECORDS)]


def test_a_mark_that_holds_is_tied_to_the_exact_quote(hits: list[Hit]) -> None:
    checked = cite("It carries trains and cars [ID:0].", hits)
    (citation,) = checked.citations
    assert checked.text == "It carries trains and cars [ID:0]."
    assert citation.quote_text == "It carries trains and cars."
    assert BRIDGE[citation.quote.start : citation.quote.end] == citation.quote_text
    assert citation.support == 1.0


def test_a_quote_may_be_several_sentences(hits: list[Hit]) -> None:
    (citation,) = cite("The bridge opened in March 1932 [ID:0].", hits).citations
    assert citation.quote_text == BRIDGE.removesuffix(" It carries trains and cars.")


def test_a_sentence_with_another_number_is_not_supported(hits: list[Hit]) -> None:
    checked = cite("The bridge opened on 19 March 1933 [ID:0].", hits)
    assert checked.text == "The bridge opened on 19 March 1933."
    assert (checked.citations, checked.removed) == ((), (0,))


def test_a_sentence_with_another_name_is_not_supported(hits: list[Hit]) -> None:
    assert cite("The steel arch bridge is in Lisbon [ID:0].", hits).removed == (0,)


def test_a_mark_is_moved_to_the_hit_that_supports_its_sentence(hits: list[Hit]) -> None:
    checked = cite("Eva is 44 years old [ID:1].", hits)
    assert checked.text == "Eva is 44 years old [ID:3]."
    assert checked.removed == (1,)
    assert checked.citations[0].quote_text == "Name：Eva; Age：44; City：Oslo"


def summed_up(found: Hit) -> Hit:
    return replace(found, chunk=replace(found.chunk, kind=ChunkKind.SUMMARY))


def test_a_mark_on_a_summary_is_moved_to_the_passage_that_says_it(hit: Callable[..., Hit]) -> None:
    hits = [summed_up(hit("The bridge carries trains and cars.")), hit(BRIDGE)]
    checked = cite("It carries trains and cars [ID:0].", hits)
    assert checked.text == "It carries trains and cars [ID:1]."
    assert checked.removed == ()


def test_a_summary_is_cited_where_no_passage_was_found(hit: Callable[..., Hit]) -> None:
    hits = [summed_up(hit("The bridge carries trains and cars.")), hit(TOWER)]
    assert cite("It carries trains and cars [ID:0].", hits).text.endswith("[ID:0].")


def test_a_mark_of_no_hit_is_removed(hits: list[Hit]) -> None:
    checked = cite("Nothing is known of this [ID:99].", hits)
    assert (checked.text, checked.removed) == ("Nothing is known of this.", (99,))


def test_chinese_sentences_are_checked(hits: list[Hit]) -> None:
    checked = cite("上海中心大厦高632米[ID:1]。它有130层[ID:1]。", hits)
    assert checked.text == "上海中心大厦高632米 [ID:1]。它有130层。"
    assert checked.citations[0].quote_text == "上海中心大厦高632米，于2015年建成。"


def test_a_row_of_a_table_is_the_quote(hits: list[Hit]) -> None:
    (citation,) = cite("Revenue in 2021 was 7500 EUR. [ID:2]", hits).citations
    assert citation.quote_text == "<tr><td>2021</td><td>7,500</td></tr>"


MERGED = (
    "<table><tr><th>Region</th><th>Quarter</th><th>Sales</th><th>Returns</th></tr>"
    '<tr><td rowspan="2">Norland</td><td>Q1</td><td>4100</td><td>17</td></tr>'
    "<tr><td>Q2</td><td>5200</td><td>23</td></tr></table>"
)


def test_a_row_below_a_merged_cell_is_evidence_with_that_cell(hit: Callable[..., Hit]) -> None:
    (citation,) = cite("Region: Norland; Quarter: Q2; Sales: 5200 [ID:0]", [hit(MERGED)]).citations
    assert citation.quote_text == "<tr><td>Q2</td><td>5200</td><td>23</td></tr>"
    assert citation.support == 1.0


@pytest.mark.parametrize(
    "claim",
    [
        "Region: Q2; Quarter: 5200; Sales: 23",  # shifted by the merged cell
        "Region: Norland; Quarter: Q2; Sales: 4100",  # of another row
        "Quarter: Q1; Sales: 4100; Returns: 23",  # of two rows
    ],
)
def test_a_value_under_another_name_is_no_evidence(claim: str, hit: Callable[..., Hit]) -> None:
    assert cite(f"{claim} [ID:0]", [hit(MERGED)]).removed == (0,)


def test_records_are_checked_value_by_value(hits: list[Hit]) -> None:
    assert cite("Name: Bob; Age: 44 [ID:3]", hits).removed == (3,)
    assert cite("Name: Bob; Age: 31 [ID:3]", hits).citations


def test_a_heading_is_no_part_of_the_quote_below_it(hit: Callable[..., Hit]) -> None:
    lost = "遗失的物品由控制中心保管九十天。"
    (citation,) = cite(f"{lost} [ID:0]", [hit(f"失物招领\n{lost}")]).citations
    assert citation.quote_text == lost


def test_each_group_of_marks_is_for_the_words_before_it(hits: list[Hit]) -> None:
    text = "In 2020 it was 5,000 EUR [ID:2] and in 2021 it was 7,500 EUR [ID:2]."
    first, second = cite(text, hits).citations
    assert "5,000" in first.quote_text
    assert "7,500" in second.quote_text


def test_the_sentence_of_a_citation_is_found_in_the_answer(hits: list[Hit]) -> None:
    text = "Well.[ID:7] Bob lives in Rome. [ID:3] Eva lives in Oslo [ID:3]."
    checked = cite(text, hits)
    found = [checked.text[c.sentence.start : c.sentence.end] for c in checked.citations]
    assert found == ["Bob lives in Rome.", "Eva lives in Oslo [ID:3]."]


def test_list_numbers_are_no_facts(hits: list[Hit]) -> None:
    assert cite("7. It carries trains and cars [ID:0]", hits).citations


def test_spelled_numbers_count(hit: Callable[..., Hit]) -> None:
    hits = [hit("The warranty lasts two years from the date of purchase.")]
    assert cite("The warranty lasts 2 years [ID:0].", hits).citations


def test_marks_are_inserted_where_there_are_none(hits: list[Hit]) -> None:
    checked = cite("The bridge opened in March 1932. Who knows? 它有128层，高632米。", hits)
    assert checked.text == (
        "The bridge opened in March 1932. [ID:0] Who knows? 它有128层，高632米。 [ID:1]"
    )


def test_nothing_is_inserted_where_nothing_supports(hits: list[Hit]) -> None:
    checked = cite("Bananas grow in warm and wet countries.", hits)
    assert (checked.text, checked.citations) == ("Bananas grow in warm and wet countries.", ())


def test_at_most_four_marks_are_inserted_after_a_sentence(hit: Callable[..., Hit]) -> None:
    hits = [hit("Wool keeps walkers warm in winter.") for _ in range(6)]
    assert cite("Wool keeps walkers warm in winter.", hits).text.count("[ID:") == 4


class _Embedding:
    name = "fixed"
    dimensions = 2

    def __init__(self, works: bool = True) -> None:
        self._works = works

    def embed(self, texts: Sequence[str], kind: Literal["query", "passage"]) -> NDArray[np.float32]:
        if not self._works:
            raise ModelUnavailable(name=self.name, reason="test")
        return np.tile(np.float32([1, 0]), (len(texts), 1))


def test_nearness_in_meaning_helps_to_insert(hit: Callable[..., Hit]) -> None:
    hits = [hit("Wool keeps hikers warm in winter and protects from rain.")]
    text = "Wool gives hikers warmth whenever snow covers high mountains in winter."
    assert cite(text, hits).citations == ()
    assert cite(text, hits, embedding=_Embedding()).citations


def test_a_failing_embedding_model_does_not_stop_the_check(hits: list[Hit]) -> None:
    checked = cite("It carries trains and cars.", hits, embedding=_Embedding(works=False))
    assert checked.text == "It carries trains and cars. [ID:0]"


def test_code_keeps_its_text_and_gets_no_marks(hits: list[Hit]) -> None:
    code = "```\nIt carries trains and cars.\nx[ID:5]\n```"
    checked = cite(f"{code}\nIt carries trains and cars [ID:0].", hits)
    assert checked.text == f"{code}\nIt carries trains and cars [ID:0]."
    assert len(checked.citations) == 1
