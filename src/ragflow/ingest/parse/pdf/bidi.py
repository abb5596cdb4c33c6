"""Lines of both directions: right-to-left text with Latin words and numbers in it.

In: the words of a line as they stand on the page. Out: the same in the order of reading. The order
of the file says nothing of it: pdfium puts numbers and Latin words of such lines anywhere. The rules
are those of Unicode's bidirectional algorithm (UAX 9), told backwards from what it shows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ragflow.ingest.parse.pdf.characters import Word

_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_NUMBER = re.compile(r"\d")


def in_reading_order(words: Sequence[Word]) -> list[Word]:
    """Return the words of a right-to-left line in the order in which they are read.

    A Latin word begins a run that is read from left to right, as far as the last Latin word or
    number before the next right-to-left word; numbers that follow none stand for themselves.
    """
    from_left = sorted(words, key=lambda word: word.rect.x0 + word.rect.x1)
    ordered: list[Word] = []
    end = len(from_left)
    while end > 0:
        start = _run_start(from_left, end)
        ordered.extend(from_left[start:end])
        end = start
    return _spaced(ordered, words)


def _run_start(from_left: Sequence[Word], end: int) -> int:
    """Return where the run begins that ends before `end`; most are one word."""
    start = end - 1
    if not _is_latin(from_left[start]) and not _NUMBER.search(from_left[start].text):
        return start
    for index in range(end - 1, -1, -1):
        if from_left[index].rtl:
            break
        if _is_latin(from_left[index]):
            start = index
    return start


def _is_latin(word: Word) -> bool:
    return not word.rtl and _LATIN.search(word.text) is not None


def _spaced(ordered: Sequence[Word], filed: Sequence[Word]) -> list[Word]:
    """Return words of which those that follow others than in the file are apart by their gap.

    Where the direction changes between letters and digits there is a space, however narrow.
    """
    before = {id(word): id(last) for last, word in pairwise(filed)}
    found = [ordered[0]]
    for last, word in pairwise(ordered):
        kept = before.get(id(word)) == id(last)
        turns = last.rtl != word.rtl and last.text[-1].isalnum() and word.text[0].isalnum()
        found.append(word if kept else word._replace(spaced=turns))
    return found
