"""Lines of both directions: right-to-left text with Latin words and numbers in it.

In: the words of a line as they stand on the page. Out: the same in the order of reading. Their
order in the file says nothing of it: pdfium puts numbers and Latin words of such lines anywhere.
The rules are those of Unicode's bidirectional algorithm (UAX 9), told backwards from what it shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, pairwise

from ragflow.ingest.parse.pdf.characters import Word

MARKER = re.compile(r"[^\w\s]|o|[.(-]?\w{1,3}[.)-]|[.)-]\w{1,3}[.(-]?")
"""What stands before an item of a list, its signs on either side."""
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_SPACE = 0.15  # of the size: a gap that is a space
_TOUCHING = 0.03  # and one that is none
_NUMBER = re.compile(r"\d")
_UNIT = re.compile(
    r"[a-zµ°]{1,3}[A-Z]?[a-z]?[²³]?(?:[/·][a-z]{1,4}[²³]?)*|°?[CFVWA]|[kMGT]?(?:B|Hz|Pa|Wh|W|V)"
)
_PAIRS = {sign: pair for pair in ("()", "[]", "{}", "<>", "«»", "‹›") for sign in pair}
_OPENING = {*_PAIRS, '"', "'", "“", "„", "”", "‘"}
_CLOSING = ".,;:!?…\"'“”’%\u060c\u061b\u061f\u066a\u06d4"


def reads_from_right(words: Sequence[Word]) -> bool:
    """Tell whether a line is a right-to-left one; numbers and signs say nothing about it."""
    return sum(word.rtl for word in words) >= sum(map(_is_latin, words))


def in_reading_order(words: Sequence[Word]) -> list[Word]:
    """Return the words of a right-to-left line in the order in which they are read.

    A Latin word begins a run that is read from left to right, as far as the last Latin word or
    number before the next right-to-left word; numbers that follow none stand for themselves. The
    words tell of themselves whether they are `spaced` from the one before.
    """
    from_left = _from_left(words)
    ordered: list[Word] = []
    spaces: list[float] = []
    last_run: list[Word] = []
    end = len(from_left)
    while end > 0:
        start = _run_start(from_left, end)
        run = from_left[start:end]
        spaces.append(_edge(last_run, min) - _edge(run, max) if last_run else 0.0)
        spaces.extend(word.rect.x0 - last.rect.x1 for last, word in pairwise(run))
        ordered.extend(run)
        last_run, end = run, start
    return _with_brackets(_with_spaces(ordered, spaces, words))


def in_order_from_left(words: Sequence[Word]) -> list[Word]:
    """Return the words of a left-to-right line in the order in which they are read.

    Right-to-left words that stand side by side in it are read from the right.
    """
    ordered: list[Word] = []
    spaces: list[float] = []
    for rtl, group in groupby(_from_left(words), key=lambda word: word.rtl):
        run = list(group)
        spaces.append(_edge(run, min) - _edge(ordered, max) if ordered else 0.0)
        gaps = [word.rect.x0 - last.rect.x1 for last, word in pairwise(run)]
        spaces.extend(reversed(gaps) if rtl else gaps)
        ordered.extend(reversed(run) if rtl else run)
    return _with_brackets(_with_spaces(ordered, spaces, words))


def _from_left(words: Sequence[Word]) -> list[Word]:
    return sorted(words, key=lambda word: word.rect.x0 + word.rect.x1)


def _with_spaces(
    ordered: Sequence[Word], spaces: Sequence[float], filed: Sequence[Word]
) -> list[Word]:
    """Let words say whether they are spaced from the one before, told how far they are apart."""
    before = {id(word): id(last) for last, word in pairwise(filed)}
    spaced = list(ordered)
    for index, (last, word) in enumerate(pairwise(ordered), start=1):
        known = before.get(id(word)) == id(last)
        spaced[index] = word._replace(spaced=_is_spaced(last, word, spaces[index], known))
    return spaced


def _with_brackets(words: list[Word]) -> list[Word]:
    """Let each bracket that stands for itself open or close as the spaces beside it say.

    What the file calls it says nothing: some call it by its shape and others by its meaning, and
    pdfium mirrors some of both. Where spaces do not tell, it closes what is open.
    """
    opened: list[str] = []
    for index, word in enumerate(words):
        pair = _PAIRS.get(word.text)
        if pair is None:
            continue
        before, after = _free_before(words, index), _free_after(words, index)
        if before and after and word.text in "<>":
            continue
        opens = before if before != after else pair not in opened
        if opens:
            opened.append(pair)
        elif pair in opened:
            opened.remove(pair)
        words[index] = word._replace(text=pair[not opens])
    return words


def _free_before(words: Sequence[Word], index: int) -> bool:
    """Tell whether a space or the edge of the line is before a word and the brackets there."""
    while index > 0 and not words[index].spaced and words[index - 1].text in _OPENING:
        index -= 1
    return index == 0 or words[index].spaced


def _free_after(words: Sequence[Word], index: int) -> bool:
    """Tell whether a space, the end of the line or that of a clause is after a word."""
    index += 1
    while index < len(words) and not words[index].spaced and words[index].text in _PAIRS:
        index += 1
    return index == len(words) or words[index].spaced or words[index].text[0] in _CLOSING


def _edge(run: Sequence[Word], side: Callable[[Iterable[float]], float]) -> float:
    return side(x for word in run for x in (word.rect.x0, word.rect.x1))


def _is_spaced(last: Word, word: Word, apart: float, known: bool) -> bool:
    """Tell whether a space parts two words that are so far apart; `known` if the file says so.

    Where the direction changes between letters and digits there is one, however narrow.
    """
    turns = last.rtl != word.rtl and last.text[-1].isalnum() and word.text[0].isalnum()
    if turns or apart > _SPACE * word.size:
        return True
    return known and word.spaced and (apart > _TOUCHING * word.size or (last.rtl and word.rtl))


def _run_start(from_left: Sequence[Word], end: int) -> int:
    """Return where the run begins that ends before `end`; most are one word.

    A bracket at its end belongs to it if the other one is in it. A number after such brackets does
    not, nor one after a unit: it is read before them, as if there were no Latin word.
    """
    last = from_left[end - 1]
    is_bracket = last.text in _PAIRS
    start = _latin_start(from_left, end - 1 if is_bracket else end)
    if start == end or (is_bracket and start == end - 1):
        return end - 1
    brackets = sum(word.text in _PAIRS for word in from_left[start : end - is_bracket])
    if is_bracket:
        return start if brackets % 2 else end - 1
    if brackets % 2 and not _is_latin(last):
        return end - 1
    return end - 1 if end - start == 2 and _UNIT.fullmatch(from_left[start].text) else start


def _latin_start(from_left: Sequence[Word], end: int) -> int:
    """Return the first Latin word of those before `end` that no right-to-left word parts.

    There is none, which is told as `end`, where what ends there is neither Latin nor a number.
    """
    start = end
    if end and (_is_latin(from_left[end - 1]) or _NUMBER.search(from_left[end - 1].text)):
        for index in range(end - 1, -1, -1):
            if from_left[index].rtl:
                break
            if _is_latin(from_left[index]):
                start = index
    return start


def _is_latin(word: Word) -> bool:
    return not word.rtl and _LATIN.search(word.text) is not None
