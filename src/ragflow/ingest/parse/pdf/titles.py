"""Titles: which paragraphs head what follows, and how deep they stand.

In: the paragraphs of a document and its outline. Out: a level from 1 to 6 per title. The outline
speaks first, then numbering, then size: a title is larger than the body text or bold and alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from ragflow.ingest.parse.pdf.document import OutlineEntry
from ragflow.ingest.parse.pdf.paragraphs import Paragraph, ends_sentence, is_caption

_MAX_LEVEL = 6
_MAX_LINES = 4
_MAX_CHARS = 220
_LARGER = 1.12  # than the body text
_SAME_RANK = 0.9  # of a size: sizes nearer than this are of one level
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(?=[^\W\d_])")
_SUBSECTION = re.compile(r"\d{1,2}(?:\.\d{1,2}){1,4}\.?\s+(?=[^\W\d_])(?![a-z])")
_CHAPTER = re.compile(
    r"(?:chapter|part|appendix)\s+[\divxa-z]+\b|第[一二三四五六七八九十百\d]+[章节節部编篇]",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]")


class TitleFinder:
    """Tell titles from text by what is usual in one document."""

    def __init__(self, paragraphs: Sequence[Paragraph], outline: Iterable[OutlineEntry]) -> None:
        sizes: Counter[float] = Counter()
        bold = total = 0
        for paragraph in paragraphs:
            for line in paragraph.lines:
                sizes[round(line.size * 2) / 2] += len(line.text)
                total += len(line.text)
                bold += len(line.text) if line.style.bold else 0
        self._body = max(sizes, key=lambda size: (sizes[size], size)) if sizes else 10.0
        self._bold_means_title = bold * 3 < total
        self._outline: dict[str, int] = {}
        for entry in outline:
            self._outline.setdefault(_plain(entry.title), min(entry.level, _MAX_LEVEL))
        self._ranks = self._rank_sizes(paragraphs)

    def level(self, paragraph: Paragraph) -> int:
        """Return a title's level, or 0 for what is no title."""
        text = paragraph.text
        if len(paragraph.lines) > _MAX_LINES or len(text) > _MAX_CHARS:
            return 0
        in_outline = self._outline.get(_plain(text), 0)
        if in_outline:
            return in_outline
        if not self._looks_like_title(paragraph, text):
            return 0
        if _CHAPTER.match(text):
            return 1
        numbered = _NUMBERED.match(text)
        if numbered:
            return min(numbered[1].count(".") + 1, _MAX_LEVEL)
        return self._ranks.get(_size_key(paragraph), min(len(self._ranks) + 1, _MAX_LEVEL))

    def _looks_like_title(self, paragraph: Paragraph, text: str) -> bool:
        if paragraph.mono or not _LETTERS.search(text) or is_caption(text):
            return False
        larger = paragraph.size >= _LARGER * self._body
        if larger:
            is_sentence = text.endswith("。") or (ends_sentence(text) and len(text) > 80)
            return len(_LETTERS.findall(text)) > 1 and not is_sentence
        if ends_sentence(text) and not text.endswith(("?", ":")):
            return False
        bold = self._bold_means_title and paragraph.bold and paragraph.size >= 0.9 * self._body
        if bold:
            return len(paragraph.lines) <= 2 and len(text) <= 120
        if len(paragraph.lines) > 1 or len(text) > 80:
            return False
        return bool(_CHAPTER.match(text) or _SUBSECTION.match(text))

    def _rank_sizes(self, paragraphs: Sequence[Paragraph]) -> dict[float, int]:
        larger = {
            _size_key(paragraph)
            for paragraph in paragraphs
            if paragraph.size >= _LARGER * self._body
            and len(paragraph.lines) <= _MAX_LINES
            and len(paragraph.text) <= _MAX_CHARS
        }
        ranks: dict[float, int] = {}
        rank, last = 0, float("inf")
        for size in sorted(larger, reverse=True):
            if size < last * _SAME_RANK:
                rank, last = rank + 1, size
            ranks[size] = min(rank, _MAX_LEVEL)
        return ranks


def _size_key(paragraph: Paragraph) -> float:
    return round(paragraph.size)


def _plain(text: str) -> str:
    return "".join(text.casefold().split())
