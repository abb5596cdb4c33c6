"""Tokenise text: the one analysis that indexing, questions and highlighting share.

In comes any text, out come tokens in reading order: English stems, Chinese dictionary words, whole
numbers and identifiers. A token that has findable parts (`ax-200`, a long Chinese word) is followed
by them, so that a question may use the whole or a part. Scripts without spaces and without a
dictionary here (kana, Hangul, Thai …) become pairs of characters. Nothing is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from ragflow.text.english import stem
from ragflow.text.normalise import HAN, normalise

if TYPE_CHECKING:
    from rjieba import Jieba

_MARKS = (  # combining signs that belong to their word but are no word characters to `re`
    "\u0483-\u0489\u0591-\u05bd\u05bf\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0970-\u0df3"
    "\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u0ec8-\u0ecd\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3"
)
_PAIRED = (
    "\u3041-\u30ff\u31f0-\u31ff\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"
    "\u0e01-\u0e4e\u0e81-\u0edf\u1000-\u109f\u1780-\u17d3"
)
_LETTER = rf"(?:(?![{HAN}{_PAIRED}])[\w{_MARKS}])"
RUN = re.compile(
    rf"(?P<han>[{HAN}]+)|(?P<paired>[{_PAIRED}]+)"
    rf"|(?P<other>[a-z](?:\+\+|#)(?!\w)|{_LETTER}+(?:[.\-/:@&]{_LETTER}+)*)",
    re.IGNORECASE,
)
"""A stretch of one kind of script: Chinese (`han`), characters that go in pairs, or others."""
_ASCII_RUN = re.compile(r"[a-z](?:\+\+|#)(?!\w)|\w+(?:[.\-/:@&]\w+)*", re.ASCII)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
PIECE = re.compile(rf"(?:[^\W\d_]|[{_MARKS}])+|\d+(?:\.\d+)*")  # letters or a dotted number
_SIMPLE_NUMBER = re.compile(r"\d+(?:\.\d+)*\Z")
_MAX_TOKEN = 64  # characters; longer runs are encoded data, not words
_MAX_PARTS = 8  # more changes between letters and digits than this: a digest, not an identifier


@dataclass(frozen=True, slots=True)
class Word:
    """Hold one word of a text and the parts by which it can be found too."""

    text: str
    parts: tuple[str, ...] = ()


def tokenise(text: str) -> list[str]:
    """Return the tokens of `text`, each word followed by its parts."""
    tokens: list[str] = []
    for word in words(text):
        tokens.append(word.text)
        tokens.extend(word.parts)
    return tokens


def words(text: str) -> Iterator[Word]:
    """Yield the words of `text` in reading order."""
    plain = _THOUSANDS.sub("", normalise(text))
    if plain.isascii():
        for run in _ASCII_RUN.findall(plain):
            yield from _spelled(run)
        return
    for match in RUN.finditer(plain):
        run = match.group()
        if match.lastgroup == "han":
            yield from map(_chinese_word, _segmenter().cut(run))
        elif match.lastgroup == "paired":
            yield from _pairs(run)
        else:
            yield from _spelled(run)


@lru_cache(maxsize=50_000)
def _spelled(run: str) -> tuple[Word, ...]:
    """Split a run of letters, digits and joining signs; keep it whole where it has digits."""
    if run.isalpha() or run[-1] in "+#":
        return (Word(stem(run[:_MAX_TOKEN])),)
    if _SIMPLE_NUMBER.match(run):
        return (Word(run[:_MAX_TOKEN]),)
    pieces = [stem(piece[:_MAX_TOKEN]) for piece in PIECE.findall(run)]
    identifier = "_" in run or any(character.isdigit() for character in run)
    if not identifier:
        return tuple(Word(piece) for piece in pieces)
    whole = run.strip("_")[:_MAX_TOKEN]
    if not whole:
        return ()
    parts = tuple(dict.fromkeys(piece for piece in pieces if piece != whole))
    return (Word(whole, parts if len(parts) <= _MAX_PARTS else ()),)


@lru_cache(maxsize=50_000)
def _chinese_word(word: str) -> Word:
    if len(word) < 3:
        return Word(word)
    finer = dict.fromkeys(_segmenter().cut_for_search(word))
    return Word(word, tuple(part for part in finer if part != word))


def _pairs(run: str) -> Iterator[Word]:
    if len(run) == 1:
        yield Word(run)
    for index in range(len(run) - 1):
        yield Word(run[index : index + 2])


@cache
def _segmenter() -> Jieba:
    from rjieba import Jieba  # 33 MB of dictionary, wanted for Chinese alone

    return Jieba()
