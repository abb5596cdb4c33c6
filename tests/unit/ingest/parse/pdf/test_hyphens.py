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
