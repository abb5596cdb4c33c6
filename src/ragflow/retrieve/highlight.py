"""Highlight the words of a question in a text.

In come the original text and the question, out comes the text with `<em>…</em>` around the words
that share a token with the question: of English texts the sentences that hold one, joined by `...`;
of others the fragments around them. A text without a match comes back whole. Tags are not escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from ragflow.domain.documents import Span
from ragflow.text.sentences import split_sentences
from ragflow.text.tokenise import PIECE, RUN, words
from ragflow.text.weights import question_words, term_texts

_FRAGMENT = 60  # characters kept on each side of a match where there are no sentences to keep
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\w)")
_LATIN = re.compile(r"[A-Za-z]")
_OPEN, _CLOSE, _GAP = "<em>", "</em>", "..."


class Highlighter:
    """Mark the words of one question in texts, of which many share their words."""

    def __init__(self, question: str) -> None:
        self._wanted = frozenset(term_texts(question_words(question)))
        self._known: dict[str, bool] = {}

    def highlight(self, text: str) -> str:
        """Return what of `text` matches the question, its words marked."""
        found = self.matches(text)
        if not found:
            return text
        kept = _sentences_with(text, found) if _is_english(text) else _around(text, found)
        return _GAP.join(_marked(text, span, found) for span in kept)

    def matches(self, text: str) -> list[Span]:
        """Return the spans of `text` that share a token with the question, in order."""
        spans: list[Span] = []
        for span in _pieces(text):
            if self._matches(text[span.start : span.end]):
                _extend(spans, span)
        return spans

    def _matches(self, piece: str) -> bool:
        if piece not in self._known:
            self._known[piece] = not self._wanted.isdisjoint(term_texts(words(piece)))
        return self._known[piece]


def _pieces(text: str) -> Iterator[Span]:
    """Yield the smallest stretches of a text that may match by themselves."""
    start = 0
    while run := RUN.search(text, start):
        number = _THOUSANDS.match(text, run.start())
        start = (number or run).end()
        inner = _inner_pieces(run) if number is None else [(0, len(number.group()))]
        for piece_start, piece_end in inner:
            yield Span(run.start() + piece_start, run.start() + piece_end)


def _inner_pieces(run: re.Match[str]) -> list[tuple[int, int]]:
    content = run.group()
    if run.lastgroup == "han":
        return _chinese_words(content)
    if run.lastgroup == "paired":
        return [(start, min(start + 2, len(content))) for start in range(max(1, len(content) - 1))]
    if any(character.isdigit() or character in "_+#" for character in content):
        return [(0, len(content))]
    return [piece.span() for piece in PIECE.finditer(content)]


def _chinese_words(content: str) -> list[tuple[int, int]]:
    """Cut Chinese at its words where normalising kept its length, else take it whole."""
    lengths = [len(word.text) for word in words(content)]
    if sum(lengths) != len(content):
        return [(0, len(content))]
    ends = list(accumulate(lengths))
    return list(zip([0, *ends], ends, strict=False))


def _extend(spans: list[Span], span: Span) -> None:
    """Append a span, joined to the last where they touch."""
    if spans and span.start <= spans[-1].end:
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
