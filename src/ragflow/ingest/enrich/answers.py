"""What a model wrote, taken apart: keywords on a line, questions one below the other.

In: an answer in whatever shape models give it. Out: its items in order, each once, without
numbers, bullets, quotes and introductions. Nothing is refused; an answer without items has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_SEPARATOR = re.compile(r"[,，;；、\n]+")
_MARK = re.compile(
    r"^\s*(?:[-*+•·]+\s+|[(（]?\d{1,3}[.)、）:：](?!\d)\s*|[Qq](?:uestion)?\s*\d*\s*[:：.]\s*|问题?\s*\d*\s*[:：]\s*)+"
)
_LABEL = re.compile(
    r"^\s*(?:key\s?words?(?: and phrases)?|关键词|关键字)\s*[:：]\s*", re.IGNORECASE
)
_FENCE = re.compile(r"^\s*```.*$", re.MULTILINE)
_AROUND = " \t\"'“”‘’「」『』《》`*_.。"
_AROUND_QUESTIONS = ' \t"“”「」『』`*_'
_LONGEST_KEYWORD = 64  # characters; what is longer is a sentence
_LONGEST_QUESTION = 400
_QUESTION_MARKS = "?？؟"


def keywords_in(answer: str, most: int) -> tuple[str, ...]:
    """Return the first keywords of an answer."""
    text = _FENCE.sub("", answer)
    pieces = (_MARK.sub("", _LABEL.sub("", piece)) for piece in _SEPARATOR.split(text))
    words = (" ".join(piece.strip(_AROUND).split()) for piece in pieces)
    return _distinct(word for word in words if 0 < len(word) <= _LONGEST_KEYWORD)[:most]


def questions_in(answer: str, most: int) -> tuple[str, ...]:
    """Return the first questions of an answer; lines that ask nothing are passed over.

    Where no line has a question mark, each line counts.
    """
    lines = [
        _MARK.sub("", line).strip(_AROUND_QUESTIONS) for line in _FENCE.sub("", answer).splitlines()
    ]
    asking = [line for line in lines if line[-1:] and line[-1] in _QUESTION_MARKS]
    chosen = asking or [line for line in lines if line and not line.endswith((":", "："))]
    return _distinct(line for line in chosen if len(line) <= _LONGEST_QUESTION)[:most]


def _distinct(items: Iterable[str]) -> tuple[str, ...]:
    """Return the items in order, each once, whatever its case."""
    found: dict[str, str] = {}
    for item in items:
        found.setdefault(item.casefold(), item)
    return tuple(found.values())


def united(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    """Return the items of both, those of the first before, each once, whatever its case."""
    return _distinct([*first, *second])
