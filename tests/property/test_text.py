"""Sentences and token cuts hold every character of any text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ragflow.text.sentences import split_sentences
from ragflow.text.tokens import count_tokens, split_tokens, truncate_tokens

TEXTS = st.text(max_size=80) | st.text(
    st.sampled_from("ab A1.!?。！ \n\t\r-*\"'”：:;🎉中"), max_size=200
)


@settings(deadline=None)
@given(TEXTS)
def test_sentences_hold_every_visible_character_once(text: str) -> None:
    sentences = [text[span.start : span.end] for span in split_sentences(text)]
    assert "".join("".join(sentences).split()) == "".join(text.split())
    assert all(sentence and sentence == sentence.strip() for sentence in sentences)


@settings(deadline=None)
@given(TEXTS, st.integers(-2, 30))
def test_token_cuts_cover_the_text_and_keep_to_the_limit(text: str, limit: int) -> None:
    spans = split_tokens(text, limit)
    assert "".join(text[span.start : span.end] for span in spans) == text
    for span in spans:
        fits = count_tokens(text[span.start : span.end]) <= max(limit, 1) + 1
        assert fits or len(span) == 1


@settings(deadline=None)
@given(TEXTS, st.integers(-2, 30))
def test_a_truncated_text_is_its_beginning(text: str, limit: int) -> None:
    cut = truncate_tokens(text, limit)
    assert text.startswith(cut)
    assert count_tokens(cut) <= max(limit, 0) + 1 or len(cut) == 1
