"""What a passage is about, told without a model: its heading and its most telling words.

In: passages that were found together, as text, Markdown or HTML tables. Out: a short heading for
each, and the words that a passage uses often and few others use (tf · idf), as they are spelled in
it. The same passages always give the same words.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ragflow.text.sentences import split_sentences
from ragflow.text.stopwords import stop_words
from ragflow.text.tokenise import RUN, words

MOST_TERMS = 5
LONGEST_HEADING = 80  # characters
_TAG = re.compile(r"<[^<>]{1,200}>")
_MARKUP = re.compile(r"^[\s#>|*+-]+|[\s|*:]+$|\*\*|__|`")
_LEAST_LETTERS = 3  # of a word in letters; a Chinese word may have two


def heading(passage: str) -> str:
    """Return a passage's first line or sentence, cut where it is long; empty where no text is."""
    text = _TAG.sub("\n", passage)
    for span in split_sentences(text):
        sentence = " ".join(_MARKUP.sub("", text[span.start : span.end]).split())
        if sentence:
            return _cut(sentence)
    return ""


def key_terms(passages: Sequence[str], most: int = MOST_TERMS) -> list[tuple[str, ...]]:
    """Return the most telling words of each passage, best first; ties in reading order."""
    counted = [_counted(_TAG.sub(" ", passage)) for passage in passages]
    holders = Counter(token for counts, _ in counted for token in counts)

    def telling(counts: Counter[str], token: str) -> float:
        return counts[token] * math.log(1 + len(passages) / holders[token])

    return [
        tuple(
            spelled[token]
            for token in sorted(counts, key=lambda token: -telling(counts, token))[:most]
        )
        for counts, spelled in counted
    ]


def _counted(text: str) -> tuple[Counter[str], dict[str, str]]:
    """Count the words of a text in reading order, and keep how each is spelled first."""
    counts: Counter[str] = Counter()
    spelled: dict[str, str] = {}
    for token, spelling in _terms(text):
        counts[token] += 1
        spelled.setdefault(token, spelling)
    return counts, spelled


def _terms(text: str) -> Iterator[tuple[str, str]]:
    for run in RUN.finditer(text):
        found = [(word.text, word.text) for word in words(run.group())]
        if run.lastgroup == "other":
            found = [(" ".join(token for token, _ in found), run.group())]
        for token, spelling in found:
            if token not in stop_words() and _tells(spelling):
                yield token, spelling


def _tells(spelling: str) -> bool:
    if spelling.isascii():
        return len(spelling) >= _LEAST_LETTERS and not spelling.replace(".", "").isdigit()
    return len(spelling) > 1


def _cut(sentence: str) -> str:
    if len(sentence) <= LONGEST_HEADING:
        return sentence
    whole_words, space, _ = sentence[:LONGEST_HEADING].rpartition(" ")
    return f"{whole_words if space else sentence[: LONGEST_HEADING - 1]}…"
