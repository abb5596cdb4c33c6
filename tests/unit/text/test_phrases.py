from __future__ import annotations

from ragflow.text.phrases import Phrases

MITES = (
    "The Varroa mite is the worst enemy of the honey bee. Varroa mites weaken a colony; keepers "
    "treat it with oxalic acid in winter, since oxalic acid leaves no residue in honey."
)
SPRING = "In spring the colony grows, and the keeper adds supers for honey. A colony needs room."
CHINESE = "人工智能技术在医疗领域的应用越来越广泛。人工智能可以帮助医生诊断疾病。"


def test_the_phrases_of_a_passage_alone_come_before_the_words_of_all() -> None:
    found = Phrases([MITES, SPRING]).telling(MITES, 4)
    assert found[:2] == ("Varroa mite", "oxalic acid")


def test_no_phrase_repeats_the_words_of_a_better_one() -> None:
    found = Phrases([MITES, SPRING]).telling(MITES, 30)
    assert "mite" not in found
    assert len(set(found)) == len(found)


def test_chinese_phrases_are_words_of_the_dictionary() -> None:
    assert Phrases([CHINESE, MITES]).telling(CHINESE, 1) == ("人工智能",)


def test_phrases_stand_in_the_passage_as_they_are_spelled() -> None:
    for passage in (MITES, SPRING, CHINESE):
        for phrase in Phrases([passage]).telling(passage, 20):
            assert phrase in passage


def test_markup_and_small_words_are_no_phrases() -> None:
    assert Phrases([]).telling("<table><tr><td>of the</td></tr></table> 12 is 7.5", 5) == ()
