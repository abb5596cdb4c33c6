import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragflow.text.weights import (
    MAX_TERMS,
    Occurrences,
    names,
    question_words,
    term_texts,
    weigh,
)


def weights(question: str, frequency: dict[str, int] | None = None, total: int = 100):
    counted = Occurrences(total, frequency or {})
    terms = weigh(question_words(question), counted, names(question))
    return {term.text: term.weight for term in terms}


def test_question_words_and_articles_are_left_out() -> None:
    assert set(weights("What is the price of the engine?")) == {"price", "engin"}


def test_chinese_question_words_and_particles_are_left_out() -> None:
    assert set(weights("什么是发动机的价格？")) == {"发动机", "发动", "动机", "价格"}


def test_a_question_of_stop_words_alone_keeps_them_all() -> None:
    assert set(weights("Who are you?")) == {"who", "be", "you"}


def test_rare_words_outweigh_frequent_ones() -> None:
    found = weights("turbine engine", {"turbin": 1, "engin": 50})

    assert found["turbin"] > found["engin"]


def test_words_that_the_nearest_chunks_hold_outweigh_words_that_they_lack() -> None:
    held = {"law": 20, "obey": 20}
    counted = Occurrences(100, held, best_total=10, best_holders={"law": 8})

    law, obey = weigh(question_words("laws obeyed"), counted)

    assert law.weight > obey.weight


def test_a_word_that_no_chunk_holds_counts_as_if_one_did() -> None:
    found = weights("turbine zorblax", {"turbin": 1})

    assert found["zorblax"] >= found["turbin"]


def test_names_within_a_sentence_weigh_twice_a_word_of_their_rarity() -> None:
    found = weights("Which engines did Daimler build?")

    assert found["daimler"] == pytest.approx(2 * found["engin"])
    assert names("Engines of BMW. Where?") == {"bmw"}


def test_a_number_weighs_twice_a_word_of_its_rarity() -> None:
    found = weights("engine 1987")

    assert found["1987"] == pytest.approx(2 * found["engin"])


def test_fragments_of_one_or_two_letters_hardly_count() -> None:
    found = weights("engine qx")

    assert found["qx"] == pytest.approx(0.01 * found["engin"])


def test_a_word_shares_its_weight_with_its_parts() -> None:
    found = weights("AX-200")

    assert found["ax-200"] == pytest.approx(0.5)
    assert found["ax"] == found["200"] == pytest.approx(0.25)


def test_no_words_give_no_terms() -> None:
    assert weights("?!") == {}


def test_a_question_has_at_most_256_terms() -> None:
    question = " ".join(f"word{number}" for number in range(1000))

    assert len(term_texts(question_words(question))) == MAX_TERMS
    assert sum(weights(question).values()) == pytest.approx(1)


@given(st.text(), st.dictionaries(st.text(max_size=3), st.integers(0, 9)), st.integers(0, 9))
def test_weights_are_positive_and_sum_to_one(
    question: str, frequency: dict[str, int], total: int
) -> None:
    found = weights(question, frequency, total)

    assert all(weight > 0 for weight in found.values())
    assert not found or math.isclose(sum(found.values()), 1)
