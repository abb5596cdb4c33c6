"""Sentence boundaries in English, Chinese, Japanese and text that mixes them.

In: any text. Out: spans of its sentences, in order, without the whitespace around them; together
they hold every non-space character. The time is linear in the length of the text.
"""

from __future__ import annotations

import re

from ragflow.domain.documents import Span

_BOUNDARY = re.compile(
    r"(?P<wide>[。！？｡؟।۔]+[”’」』）】》〉\"')\]]*)"
    r"|(?P<stop>[.!?…．]+)[\"'”’)\]»]*(?:\[[^\[\]\n]{1,30}\])*"  # "end.[3]" has a footnote
    r"(?=\s|$|[\u3040-\u30ff\u4e00-\u9fff])"
    r"|(?P<break>(?:\r\n|\r|\n)\s*)"
)
_LIST_MARK = re.compile(
    r"[-*+•·▪‣◦○●■–—#|>]|\(?\d{1,3}[.)、]\s|\(?[a-zA-Z][.)]\s|[一二三四五六七八九十]+、"
)
_TITLES = frozenset(
    """dr mr mrs ms prof rev gen col sgt capt lt st fig figs eq eqs no nos vs e.g i.e eg ie cf pp
    vol vols chap sec secs ref refs ca approx""".split()  # noqa: SIM905, a word list reads best
)
"""Abbreviations that something always follows, so that they never end a sentence."""
_ABBREVIATIONS = frozenset(
    """jr sr inc ltd co corp dept univ assn bros etc al p ed eds est jan feb mar apr jun jul aug sep
    sept oct nov dec mon tue wed thu fri sat sun u.s u.k a.m p.m ph.d m.d b.a m.a d.c tab app resp
    incl max min avg""".split()  # noqa: SIM905
)
"""Abbreviations that end a sentence only where the next word begins with a capital."""
_LOOK_BACK = 16
_SHORT_LINE = 40  # characters; a shorter line before a capital is a heading or a list entry
_LINE_SAMPLE = 200
_FULL_LINE = 0.75  # of the next line's length; wrapped lines are about as long as one another
_SENTENCE_MARKS = ".!?…。！？\"'”’)」』）》:：;；,，、]"
_FIRST_WORD = re.compile(r"[^\W\u3040-\u30ff\u4e00-\u9fff]+")
_LONGEST_NAME = 64


def split_sentences(text: str) -> list[Span]:
    """Return the sentences of a text."""
    spans: list[Span] = []
    start = line_start = 0
    for match in _BOUNDARY.finditer(text):
        line_breaks = match["break"] is not None
        if line_breaks:
            ends = _ends_line(text, line_start, match)
            line_start = match.end()
        else:
            ends = match["wide"] is not None or _ends_sentence(text, start, match)
        if ends:
            _append(spans, text, start, match.end())
            start = match.end()
    _append(spans, text, start, len(text))
    return spans


def _append(spans: list[Span], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        spans.append(Span(start, end))


def _ends_line(text: str, line_start: int, match: re.Match[str]) -> bool:
    """Tell whether a line break separates; within a paragraph of wrapped lines it does not."""
    blank_line = match[0].count("\n") > 1 or match[0].count("\r") > 1
    if blank_line or _LIST_MARK.match(text, match.end()):
        return True
    if text[match.start() - 1 : match.start()] in (":", "："):
        return True
    following = text[match.end() : match.end() + _LINE_SAMPLE].partition("\n")[0]
    if "\t" in following or text.find("\t", line_start, match.start()) >= 0:
        return True
    if _LIST_MARK.match(text, line_start):
        return not following[:1].islower()
    name, colon, _ = text[line_start : min(match.start(), line_start + _LONGEST_NAME)].partition(
        "："
    )
    if colon and following.startswith(name + colon):
        return True  # records, each a line of `name：value; …`
    length = match.start() - line_start
    if length < _SHORT_LINE and following[:1].isupper():
        return True
    return not following[:1].islower() and not _is_wrapped(length, following)


def _is_wrapped(length: int, following: str) -> bool:
    """Tell whether a line ended because the next word had no room, and the sentence goes on."""
    first_word = _FIRST_WORD.match(following)
    needed = length + 1 + (len(first_word[0]) if first_word else 1)
    if needed < _FULL_LINE * len(following):
        return False
    is_last = len(following) < _FULL_LINE * length
    return not is_last or following.rstrip()[-1:] in _SENTENCE_MARKS


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    """Tell a full stop from the dot of an abbreviation, an initial or a list number."""
    mark = match["stop"]
    following = text[match.end() : match.end() + 3].lstrip()[:1]
    if following.islower():
        return "!" in mark or "?" in mark
    if mark != ".":
        return True
    before = text[max(start, match.start() - _LOOK_BACK) : match.start()]
    word = re.split(r"[\s(\[\"'“‘]", before)[-1]
    if word.isdigit() and not text[start : match.start() - len(word)].strip():
        return False  # "1. First item"
    if len(word) == 1 and word.isupper():
        return False  # "J. Smith"
    if word.lower() in _TITLES:
        return False
    return word.lower() not in _ABBREVIATIONS or not following or following.isupper()
