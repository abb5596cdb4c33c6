"""Highlight the words of a question in a text.

In come the original text and the question, out comes the text with `<em>…</em>` around the words
that share a token with the question: of English texts the sentences that hold one, joined by `...`;
of others the fragments around them. A text without a match comes back whole. Tags are not escaped.
"""

from __future__ import annotations

import re

from ragflow.domain.documents import Span
from ragflow.text.normalise import HAN
from ragflow.text.sentences import split_sentences
from ragflow.text.tokenise import words
from ragflow.text.weights import question_words, term_texts

_FRAGMENT = 60  # characters kept on each side of a match where there are no sentences to keep
_RUN = re.compile(rf"[{HAN}]+|(?:(?![{HAN}])[^\W])+(?:[.\-/:@&,](?:(?![{HAN}])[^\W])+)*")
_LATIN = re.compile(r"[A-Za-z]")
_OPEN, _CLOSE, _GAP = "<em>", "</em>", "..."


def highlight(text: str, question: str) -> str:
    """Return what of `text` matches the question, its words marked."""
    found = matches(text, question)
    if not found:
        return text
    kept = _sentences_with(text, found) if _is_english(text) else _around(text, found)
    return _GAP.join(_marked(text, span, found) for span in kept)


def matches(text: str, question: str) -> list[Span]:
    """Return the spans of `text` that share a token with the question, in order."""
    wanted = set(term_texts(question_words(question)))
    spans: list[Span] = []
    for run in _RUN.finditer(text):
        for start, end in _pieces(run.group()):
            tokens = term_texts(words(run.group()[start:end]))
            if not wanted.isdisjoint(tokens):
                _extend(spans, Span(run.start() + start, run.start() + end))
    return spans


def _pieces(run: str) -> list[tuple[int, int]]:
    """Cut a Chinese run at its words where normalising kept its length, else take it whole."""
    if not re.match(f"[{HAN}]", run):
        return [(0, len(run))]
    cut = [word.text for word in words(run)]
    if sum(map(len, cut)) != len(run):
        return [(0, len(run))]
    pieces, start = [], 0
    for word in cut:
        pieces.append((start, start + len(word)))
        start += len(word)
    return pieces


def _extend(spans: list[Span], span: Span) -> None:
    """Append a span, joined to the last where they touch."""
    if spans and spans[-1].end == span.start:
        span = Span(spans.pop().start, span.end)
    spans.append(span)


def _is_english(text: str) -> bool:
    return 2 * len(_LATIN.findall(text)) > len("".join(text.split()))


def _sentences_with(text: str, found: list[Span]) -> list[Span]:
    return [
        sentence
        for sentence in split_sentences(text)
        if any(sentence.overlaps(span) for span in found)
    ]


def _around(text: str, found: list[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in found:
        start, end = max(0, span.start - _FRAGMENT), min(len(text), span.end + _FRAGMENT)
        if kept and start <= kept[-1].end:
            start = kept.pop().start
        kept.append(Span(start, end))
    return kept


def _marked(text: str, kept: Span, found: list[Span]) -> str:
    pieces, at = [], kept.start
    for span in found:
        if kept.start <= span.start and span.end <= kept.end:
            pieces += [text[at : span.start], _OPEN, text[span.start : span.end], _CLOSE]
            at = span.end
    return "".join([*pieces, text[at : kept.end]])
