"""Spaces: between the words of typewriter faces, between spaced letters, after initials.

In: the words of one line. Out: whether and how far they stand apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, pairwise
from statistics import median

from ragflow.ingest.parse.pdf.characters import UNSPACED, Word

INITIAL = 1.8
"""How many times the size of its line a letter has that hangs down into further lines."""

_MIN_SPACED = 5  # letters that stand alone in a line set with spaced letters
_MIN_LETTERS = 10  # that show whether all are equally wide
_SAME_PITCH = 0.02  # by how much their widths may differ
_OFF_GRID = 0.3  # of a letter's width: how far a word may stand from the grid of letters


def is_initial(letter: Word, word: Word, apart: float) -> bool:
    """Tell whether a large letter is the first of the word after it; A and I may be words."""
    return (
        letter.size >= INITIAL * word.size
        and len(letter.text) == 1
        and letter.text not in "AI"
        and word.text[0].isalpha()
        and apart < 0.6 * word.size
    )


def letter_gaps(words: Sequence[Word]) -> float | None:
    """Return the widest gap between letters of one word in a line set with spaced letters."""
    if len(words) < _MIN_SPACED or len(words[0].text) + len(words[1].text) > 3:
        return None
    single = sum(len(word.text) == 1 for word in words)
    if single < _MIN_SPACED or single * 5 < len(words) * 4 or any(word.rtl for word in words):
        return None
    if sum(word.text.isalpha() for word in words) * 5 < len(words) * 4:
        return None
    if UNSPACED.match(words[0].text):
        return None
    gaps = sorted(b.rect.x0 - a.rect.x1 for a, b in pairwise(words))
    usual = gaps[len(gaps) // 3]
    return usual * 1.7 if usual > 0 else None


def equally_wide(words: Sequence[Word]) -> bool:
    """Tell whether all letters are as wide as each other, as on a typewriter."""
    every = (word for word in words if len(word.text) > 2 and word.text.isascii())
    first = list(islice(every, 2))
    if len(first) < 2 or not _same_pitch(*first):  # as in nearly all lines: two words tell
        return False
    measured = [*first, *every]
    if sum(c.isalpha() for w in measured for c in w.text) < _MIN_LETTERS:
        return False
    pitches = [word.rect.width / len(word.text) for word in measured]
    if max(pitches) - min(pitches) > _SAME_PITCH * max(pitches):
        return False
    pitch = median(pitches)
    gaps = [(after.rect.x0 - before.rect.x1) / pitch for before, after in pairwise(words)]
    return all(gap > 0.5 and abs(gap - round(gap)) < _OFF_GRID for gap in gaps)


def typed_text(words: Sequence[Word]) -> str:
    """Return the text of words in a typewriter face, with as many spaces as they stand apart."""
    pitch = max(median(word.rect.width / len(word.text) for word in words), 0.1)
    text = ""
    for before, word in pairwise([None, *words]):
        if before is not None and word is not None:
            gap = (word.rect.x0 - before.rect.x1) / pitch
            text += " " * max(round(gap), int(word.spaced and gap > _OFF_GRID))
        text += word.text if word is not None else ""
    return text


def _same_pitch(a: Word, b: Word) -> bool:
    one, other = a.rect.width / len(a.text), b.rect.width / len(b.text)
    return abs(one - other) < _SAME_PITCH * max(one, other)
