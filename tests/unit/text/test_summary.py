from __future__ import annotations

import pytest

from ragflow.text.summary import extracted_summary
from ragflow.text.tokens import count_tokens

PASSAGES = (
    "Honey bees store honey in combs of wax. The weather was fine on that day in June.",
    "Combs of wax hold the honey that bees store for winter. <b>Bees</b> make wax for their combs.",
    "A colony of bees needs honey in winter. Somebody left a blue bicycle near the old station.",
)


def test_a_summary_has_the_sentences_that_most_of_the_text_is_about() -> None:
    summary = extracted_summary(PASSAGES, 30)
    assert "combs of wax" in summary.lower()
    assert "bicycle" not in summary
    assert "weather" not in summary


def test_sentences_stand_as_they_are_and_in_reading_order() -> None:
    text = " ".join(PASSAGES).replace("<b>", " ").replace("</b>", " ")
    sentences = extracted_summary(PASSAGES, 60).split("\n")
    places = [" ".join(text.split()).index(sentence) for sentence in sentences]
    assert len(sentences) > 1
    assert places == sorted(places)


@pytest.mark.parametrize("most", [1, 5, 12, 40, 1000])
def test_a_summary_keeps_within_its_tokens(most: int) -> None:
    assert 0 < count_tokens(extracted_summary(PASSAGES, most)) <= max(most, 3)


def test_a_sentence_that_was_said_is_not_said_again() -> None:
    alike = ["Bees store honey in combs of wax.", "Bees store honey in combs of wax!"]
    other = ["Queens lay two thousand eggs each day in spring."]
    assert len(extracted_summary([*alike, *other], 24).split("\n")) == 2
    assert other[0] in extracted_summary([*alike, *other], 24)


def test_chinese_is_summed_up_too() -> None:
    text = "蜜蜂在蜂巢里储存蜂蜜。蜂巢用蜂蜡建造，用来储存蜂蜜。今天天气很好适合散步聊天。"
    assert "储存蜂蜜" in extracted_summary([text], 40)


def test_a_text_without_sentences_gives_its_beginning() -> None:
    assert extracted_summary(["a b", "c"], 10) == "a b c"


def test_very_many_sentences_are_summed_up() -> None:
    many = [f"Hive number {n} holds {n * 7} bees and {n} combs." for n in range(2000)]
    assert count_tokens(extracted_summary(many, 100)) <= 100
