"""What a title looks like: rules that are asked one after the other, of which the first decides.

In: a paragraph with what follows it, and what is usual in its document. Out: whether it is set and
worded as a title. A rule answers yes, no, or None where it cannot tell; what no rule knows is no
title.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ragflow.domain.documents import BlockKind
from ragflow.ingest.parse.pdf.captions import is_caption
from ragflow.ingest.parse.pdf.levels import (
    chinese_depth,
    is_roman_section,
    numbering_depth,
    style_of,
)
from ragflow.ingest.parse.pdf.paragraphs import BULLET, Paragraph
from ragflow.ingest.parse.pdf.sentences import ends_sentence

_MAX_LINES = 4
_MAX_CHARS = 220
_TITLE_SIZE = 1.12  # of the text, from which the size tells a title
_ADORNED = 1.2  # of the text, from which a bullet is drawn before a title
_LARGE_SENTENCE = 80  # characters, from which a sentence in large type is a lead
_BARELY = 1.045  # of the text, for a line that stands apart
_BELOW_SMALLER = 1.03  # times the size of what follows, which a title is larger than
_SMALLEST = 0.9  # of the text: titles of the lowest rank may be set a little smaller
_SMALL_CAPITALS = 0.65  # of the text, which most letters of a title in small capitals are
_SHORT_LINES = 2  # of a title in about the size of the text
_MAX_BOLD = 126  # characters of such a title
_MAX_SHORT = 90  # and of one that is not bold
_APART = 0.35  # of the size: the least gap above a title that is set in the text's size
_FOOT = 0.85  # of the page's height
_FEWEST_CAPITALS = 5  # letters: fewer may be an abbreviation
_NUMBER = re.compile(r"^\d{1,2}(?:[.．]\d{1,2}){0,4}[.．]?\s+")
_LETTERS = re.compile(r"[^\W\d_]")
_BYLINE = re.compile(
    r"@|https?://|www\.|\w\.(?:com|org|net|edu|gov)\b| = |;$"
    r"|^(?:by|von|par|por)\s+[A-Z]|^\W*\d[\d\s./:-]*$"
)
_CLOSED = re.compile(r"[.,;，。；]$")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Hold a paragraph that may be a title.

    `size` is a share of the text's on its page; `turned` says that it is turned otherwise; bold and
    slanted type tell a title where they are rare.
    """

    paragraph: Paragraph
    following: Paragraph | None
    size: float
    turned: bool = False
    bold_tells: bool = True
    italic_tells: bool = True

    @property
    def text(self) -> str:
        """Return its text."""
        return self.paragraph.text

    @property
    def apart(self) -> bool:
        """Tell whether it stands away from what is above."""
        return self.paragraph.above >= _APART


Rule = Callable[[Candidate], bool | None]


def may_be_title(paragraph: Paragraph) -> bool:
    """Tell whether a paragraph is short enough to be a title."""
    if paragraph.kind is not BlockKind.TEXT or len(paragraph.lines) > _MAX_LINES:
        return False
    return sum(len(line.text) for line in paragraph.lines) <= _MAX_CHARS


def same_style(paragraph: Paragraph, other: Paragraph | None) -> bool:
    """Tell whether two paragraphs are set alike, as far as titles differ."""
    return other is not None and style_of(paragraph) == style_of(other)


def looks_like_title(candidate: Candidate) -> bool:
    """Tell whether a paragraph is set and worded as a title."""
    answers = (rule(candidate) for rule in _RULES)
    return next((answer for answer in answers if answer is not None), False)


def _is_long(candidate: Candidate) -> bool | None:
    return None if may_be_title(candidate.paragraph) else False


def _says_little(candidate: Candidate) -> bool | None:
    """Refuse figures and signs."""
    said = _NUMBER.sub("", candidate.text)
    letters = len(_LETTERS.findall(said))
    return False if letters < 2 or letters * 2 < len("".join(said.split())) else None


def _names_a_figure(candidate: Candidate) -> bool | None:
    return False if is_caption(candidate.text) else None


def _is_turned(candidate: Candidate) -> bool | None:
    return False if candidate.turned else None


def _has_a_bullet(candidate: Candidate) -> bool | None:
    drawn = candidate.paragraph.lines[0].bullet and candidate.size < _ADORNED
    return False if drawn or BULLET.match(candidate.text) else None


def _is_a_byline(candidate: Candidate) -> bool | None:
    return False if _BYLINE.search(candidate.text) else None


def _is_large(candidate: Candidate) -> bool | None:
    """Take what is larger than the text, but no lead and no item of a list."""
    if candidate.size < _TITLE_SIZE:
        return None
    text, paragraph = candidate.text, candidate.paragraph
    if text.endswith("。") or (ends_sentence(text) and len(text) > _LARGE_SENTENCE):
        return False
    told = candidate.size > _ADORNED or paragraph.bold or chinese_depth(text) > 0
    return told or not paragraph.marker


def _is_small(candidate: Candidate) -> bool | None:
    least = _SMALL_CAPITALS if is_roman_section(candidate.text) else _SMALLEST
    return False if candidate.size < least else None


def _is_a_text(candidate: Candidate) -> bool | None:
    lines = len(candidate.paragraph.lines)
    return False if lines > _SHORT_LINES or len(candidate.text) > _MAX_BOLD else None


def _heads_nothing(candidate: Candidate) -> bool | None:
    """Refuse what ends a page, but for bold lines: what they head is on the next."""
    if candidate.following is not None:
        return None
    return None if candidate.paragraph.bold and _has_room_below(candidate.paragraph) else False


def _is_a_sentence(candidate: Candidate) -> bool | None:
    asks = candidate.text.endswith(("?", ":", "？", "："))
    return False if ends_sentence(candidate.text) and not asks else None


def _is_seen(candidate: Candidate) -> bool | None:
    """Take what the layout model sees as a title."""
    return True if candidate.paragraph.seen_as_title else None


def _is_bold(candidate: Candidate) -> bool | None:
    """Take bold lines that stand apart, but for what introduces a program."""
    if not (candidate.bold_tells and candidate.paragraph.bold):
        return None
    following = candidate.following
    if following is not None and following.kind is BlockKind.CODE and candidate.text.endswith(":"):
        return False
    numbered = numbering_depth(candidate.text) > 0
    return candidate.apart or numbered or not same_style(candidate.paragraph, following)


def _is_no_short_line(candidate: Candidate) -> bool | None:
    text = candidate.text
    several = len(candidate.paragraph.lines) > 1
    return False if several or len(text) > _MAX_SHORT or _CLOSED.search(text) else None


def _is_a_little_larger(candidate: Candidate) -> bool | None:
    paragraph, following = candidate.paragraph, candidate.following
    if candidate.size < _BARELY or following is None:
        return None
    if following.size * _BELOW_SMALLER >= paragraph.size:
        return None
    return paragraph.marker or candidate.apart


def _is_a_roman_section(candidate: Candidate) -> bool | None:
    return candidate.apart if is_roman_section(candidate.text) else None


def _is_a_chinese_section(candidate: Candidate) -> bool | None:
    if not chinese_depth(candidate.text):
        return None
    return candidate.following is not None and _heads(candidate.paragraph, candidate.following)


def _is_numbered(candidate: Candidate) -> bool | None:
    """Take chapters and numbers of several parts; refuse items of lists."""
    text, marker = candidate.text, candidate.paragraph.marker
    depth = numbering_depth(text)
    if marker and depth == 0:
        return False
    is_chapter = depth == 1 and not marker and not text[0].isdigit()
    return True if depth > 1 or is_chapter else None


def _is_slanted(candidate: Candidate) -> bool | None:
    italic = candidate.italic_tells and candidate.paragraph.italic
    if not italic or not candidate.text[0].isupper():
        return None
    following = candidate.following
    return candidate.apart and following is not None and not following.italic


def _is_in_capitals(candidate: Candidate) -> bool | None:
    letters = [character for character in candidate.text if character.isalpha()]
    if len(letters) < _FEWEST_CAPITALS or not all(map(str.isupper, letters)):
        return None
    following = candidate.following
    return candidate.apart and following is not None and not following.text.isupper()


_RULES: tuple[Rule, ...] = (
    _is_long,
    _says_little,
    _names_a_figure,
    _is_turned,
    _has_a_bullet,
    _is_a_byline,
    _is_large,
    # What follows is of about the text's size.
    _is_small,
    _is_a_text,
    _heads_nothing,
    _is_a_sentence,
    _is_seen,
    _is_bold,
    # What follows is neither larger nor bold.
    _is_no_short_line,
    _is_a_little_larger,
    _is_a_roman_section,
    _is_a_chinese_section,
    _is_numbered,
    _is_slanted,
    _is_in_capitals,
)


def _heads(title: Paragraph, following: Paragraph) -> bool:
    """Tell whether a line with a Chinese number heads what follows it, as no item of a list."""
    if following.marker:
        return chinese_depth(following.text) > chinese_depth(title.text)
    return len(following.text) > len(title.text) and ends_sentence(following.text)


def _has_room_below(paragraph: Paragraph) -> bool:
    """Tell whether text may follow on the page; at its foot a title would head nothing."""
    return paragraph.rect.bottom < _FOOT * paragraph.lines[0].sheet.height
