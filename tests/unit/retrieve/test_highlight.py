import re

from hypothesis import given
from hypothesis import strategies as st

from ragflow.retrieve.highlight import Highlighter


def highlight(text: str, question: str) -> str:
    return Highlighter(question).highlight(text)


def test_sentences_that_hold_a_word_are_kept_and_joined() -> None:
    text = "Engines burn fuel. The sky is blue. Fuel is burnt by an engine!"

    assert highlight(text, "What does an engine need?") == (
        "<em>Engines</em> burn fuel....Fuel is burnt by an <em>engine</em>!"
    )


def test_words_match_by_stem_and_keep_their_spelling() -> None:
    assert highlight("He was Running.", "run") == "He was <em>Running</em>."


def test_words_of_the_text_that_merely_begin_alike_are_left_alone() -> None:
    assert highlight("A car, a carpet.", "car") == "A <em>car</em>, a carpet."


def test_identifiers_match_in_whole_or_by_part() -> None:
    assert highlight("Order AX-200 now.", "ax-200") == "Order <em>AX-200</em> now."
    assert highlight("Order AX-200 now.", "AX") == "Order <em>AX-200</em> now."


def test_words_joined_by_punctuation_match_apart() -> None:
    assert highlight("See fuel/engine.", "engine") == "See fuel/<em>engine</em>."


def test_numbers_match_however_their_thousands_are_set_apart() -> None:
    assert highlight("It cost 1,000,000 in all.", "1000000") == (
        "It cost <em>1,000,000</em> in all."
    )


def test_languages_with_signs_in_the_name_match() -> None:
    assert highlight("I like C++ and C.", "C++") == "I like <em>C++</em> and C."


def test_scripts_without_spaces_match_by_pairs() -> None:
    assert highlight("서울에서 만나요", "서울") == "<em>서울</em>에서 만나요"
    assert highlight("高い山", "い") == "高<em>い</em>山"
    assert highlight("हिन्दी भाषा", "भाषा") == "हिन्दी <em>भाषा</em>"


def test_chinese_words_are_marked_within_a_fragment() -> None:
    text = "我们在北京参观了清华大学。" + "其他内容没有关系。" * 30

    marked = highlight(text, "清华大学在哪里？")

    assert "参观了<em>清华大学</em>。" in marked
    assert len(marked) < 100


def test_full_width_text_is_matched_and_returned_as_it_is() -> None:
    assert highlight("型号ＡＸ２００。", "AX200") == "型号<em>ＡＸ２００</em>。"


def test_a_text_without_a_match_comes_back_whole() -> None:
    assert highlight("Nothing. To see.", "engine") == "Nothing. To see."
    assert highlight("Nothing.", "") == "Nothing."


_TEXTS = st.text(alphabet=st.sampled_from("ab cd.!?\n清华大学ＡＢéß1-2'İ"), max_size=60)


@given(_TEXTS, _TEXTS)
def test_highlighting_only_adds_marks_and_leaves_out_text(text: str, question: str) -> None:
    marked = highlight(text, question)

    for piece in marked.split("..."):
        assert re.sub("</?em>", "", piece) in text or "..." in text
    assert marked.count("<em>") == marked.count("</em>")


def test_texts_are_marked_alike_whatever_came_before() -> None:
    highlighter = Highlighter("engine")
    texts = ["An engine.", "No motor.", "Engines and an engine."]
    assert [highlighter.highlight(text) for text in texts] == [
        highlight(text, "engine") for text in texts
    ]
