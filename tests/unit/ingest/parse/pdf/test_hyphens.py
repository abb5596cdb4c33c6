"""How the ends of lines join: by the words that the document writes elsewhere."""

from __future__ import annotations

import pytest

from ragflow.ingest.parse.pdf.hyphens import Joint, Vocabulary

CUT = "오늘 항구에서 여객"
NEXT = "선이 떠났다."


def test_halves_of_a_korean_word_join_where_the_document_has_it_whole():
    vocabulary = Vocabulary(["어제 여객선이 왔다.", CUT, NEXT])
    assert vocabulary.join(CUT, NEXT) == Joint(CUT)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "어제 배가 왔다.",  # the whole word is nowhere
        "그 여객 둘, 한 선이 있고 여객선이 왔다.",  # so are both halves
    ],
)
def test_other_korean_lines_keep_the_space_between_words(elsewhere):
    vocabulary = Vocabulary([elsewhere, CUT, NEXT])
    assert vocabulary.join(CUT, NEXT) == Joint(f"{CUT} ")


def test_words_at_the_edges_of_lines_prove_nothing():
    assert Vocabulary(["여객선이 왔다.", CUT, NEXT]).join(CUT, NEXT) == Joint(f"{CUT} ")


@pytest.mark.parametrize(
    ("line", "following"),
    [
        ("the pre-", "and postwar years"),
        ("Ein-", "sowie Ausgabe"),
        ("двух-", "и трёхэтажные"),
        ("a first-", "through third-year course"),
        ("from 10-", "to 20-year bonds"),
    ],
)
def test_a_hyphen_that_stands_for_the_end_of_a_later_word_stays(line, following):
    assert Vocabulary([line, following]).join(line, following) == Joint(f"{line} ")


@pytest.mark.parametrize(
    ("line", "following"),
    [("un momen-", "to dopo"), ("a mi-", "nor change"), ("a break-", "through in optics")],
)
def test_halves_of_words_join_that_may_stand_between_two(line, following):
    assert Vocabulary([line, following]).join(line, following) == Joint(line[:-1], "-")
