import pytest

from ragflow.domain.queries import Candidate, Term
from ragflow.retrieve.hybrid import no_boost, page_rank_boost
from ragflow.retrieve.score import match, rerank, score

TERMS = (Term("a", 0.5), Term("b", 0.3), Term("c", 0.2))
TEXTS = ("a", "b", "c")


def candidate(
    content: str, chunk_id: str = "chunk", cosine: float = 0.0, **fields: str
) -> Candidate:
    values = {"title_tokens": "", "keyword_tokens": "", "question_tokens": "", **fields}
    return Candidate(
        dataset_id="data",
        document_id="doc",
        chunk_id=chunk_id,
        content_tokens=content,
        cosine=cosine,
        **values,
    )


def score_one(found: Candidate, vector_weight: float = 0.3, boost=no_boost):
    (scored,) = score(match([found], TEXTS), TERMS, vector_weight, boost)
    return scored


class TestScoringExampleOfTheContract:
    def test_words_in_content_and_keywords_are_worth_the_same(self) -> None:
        assert score_one(candidate("a c", keyword_tokens="b")).term_similarity == pytest.approx(1.0)

    def test_without_the_keyword_its_weight_is_missing(self) -> None:
        assert score_one(candidate("a c")).term_similarity == pytest.approx(0.7)

    def test_term_and_vector_are_mixed_by_weight(self) -> None:
        scored = score_one(candidate("a c", cosine=0.6))

        assert scored.similarity == pytest.approx(0.67)
        assert scored.vector_similarity == pytest.approx(0.6)

    def test_page_rank_is_added_raw(self) -> None:
        scored = score_one(candidate("a c", cosine=0.6), boost=page_rank_boost({"data": 1.0}))

        assert scored.similarity == pytest.approx(1.67)
        assert scored.boost == 1.0


def test_repetition_and_field_do_not_change_the_term_similarity() -> None:
    once = score_one(candidate("a"))
    often = score_one(candidate("a a a x", title_tokens="a", question_tokens="a"))

    assert once.term_similarity == often.term_similarity == pytest.approx(0.5)


def test_without_any_cosine_the_similarity_is_the_term_similarity_and_the_boost() -> None:
    scored = score_one(candidate("a c"), boost=page_rank_boost({"data": 2.0}))

    assert scored.similarity == pytest.approx(2.7)


def test_one_cosine_among_the_candidates_makes_all_count() -> None:
    found = [candidate("a c", "near", 0.6), candidate("a c", "far", 0.0)]

    near, far = score(match(found, TEXTS), TERMS, 0.3, no_boost)

    assert near.similarity == pytest.approx(0.67)
    assert far.similarity == pytest.approx(0.49)


def test_equal_similarities_are_ordered_by_id() -> None:
    found = [candidate("a", name) for name in ("c", "a", "b")]

    scored = score(match(found, TEXTS), TERMS, 0.3, no_boost)

    assert [item.candidate.chunk_id for item in scored] == ["a", "b", "c"]


def test_a_rerank_score_takes_the_place_of_the_vector_and_questions_do_not_count() -> None:
    found = candidate("a", cosine=0.6, question_tokens="b", keyword_tokens="c")
    matched = match([found], TEXTS)
    scored = score(matched, TERMS, 0.3, page_rank_boost({"data": 1.0}))

    (item,) = rerank(scored, matched, TERMS, 0.3, {("doc", "chunk"): 0.9})

    assert item.term_similarity == pytest.approx(0.7)
    assert item.similarity == pytest.approx(0.7 * (0.7 + 1.0) + 0.3 * 0.9)
    assert (item.vector_similarity, item.rerank_score, item.cosine) == (0.9, 0.9, 0.6)


def test_no_terms_give_no_term_similarity() -> None:
    (scored,) = score(match([candidate("a", cosine=0.5)], ()), (), 0.3, no_boost)

    assert (scored.term_similarity, scored.similarity) == (0.0, pytest.approx(0.15))
