"""What a run of lines is, where its lines alone say so: contents, code, formulas, footnotes.

In: the lines of a column, from top to bottom. Out: the lines in runs, each with its kind; what is
left is text, and `paragraphs` tells its parts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from ragflow.domain.documents import BlockKind
from ragflow.ingest.parse.pdf.lines import TextLine
from ragflow.ingest.parse.pdf.rulings import Segment

_LEADERS = re.compile(
    r"[.·․…_‥](?:\s?(?:[.·․…_‥]\s?){3,}\s*(?:[A-Z]{0,2}-?\d{1,4}|[ivxlcIVXLC]{1,7})?\s*$"
    r"|(?<=…)…+\s*\d*$)"
)
_PAGE_AT_END = re.compile(r"(?<=\S)\s+(\d{1,4})$")
_MIN_CONTENTS = 3  # lines
_MIN_NUMBERED = 5  # lines of contents without leaders
_NOTE = re.compile(
    r"(?:\(?\d{1,3}(?!\d)[.)]?|\[\d{1,3}\]|[*∗†‡§¶※#]{1,3}|[a-z][.)]?|[①-⑳]|注\s*\d*[:：]?)\s*(?=\S)"
)
_DOTTED = re.compile(r"\d{1,3}\.\s")  # as in lists and dates
_NOTE_SIZE = 0.93  # of the body text: notes are set smaller
_UPPER = 0.3  # of the sheet's height, where no notes stand
_LOWER = 0.6  # and below which a column of its own may be notes
_SEPARATOR = (0.08, 0.55)  # of the sheet's width: how long the rule above notes is
_SENTENCE = 30  # characters of a note's first line that has no number; less is a label
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_FORMULA = re.compile(r"[=≤≥≠≈∑∏∫√∈∉⊂⊆∪∩→⇒↔±×·∂∇∞≡∼]|[\u0391-\u03c9]|\ud835[\udc00-\udfff]")
_FUNCTIONS = frozenset({"softmax", "argmax", "argmin", "where", "with", "otherwise", "that"})
_SAME_PITCH = 0.02
_CODE = re.compile(r"[{}();=<>\[\]#]|^\s*(?:def|class|import|return|if|for|while|end)\b", re.I)


class Run(NamedTuple):
    """Hold lines that follow each other and are of one kind; TEXT may be several paragraphs."""

    kind: BlockKind
    lines: list[TextLine]


def runs_of_kind(
    lines: Sequence[TextLine], body: float, rules: Sequence[Segment], lowest: float
) -> list[Run]:
    """Return the lines of a column in runs.

    `body` is the size of the document's text, `rules` are the sheet's horizontal lines, and
    `lowest` is how far down the sheet's text reaches.
    """
    notes = _notes_from(lines, body, rules, lowest)
    found: list[Run] = []
    for kind, part in _parts(lines[:notes], _contents_in):
        if kind is not BlockKind.TEXT:
            found.append(Run(kind, part))
            continue
        for inner, run in _parts(part, _code_in):
            found.append(Run(inner, run))
    if notes < len(lines):
        found.append(Run(BlockKind.FOOTNOTE, list(lines[notes:])))
    return found


def _parts(
    lines: Sequence[TextLine], find: Callable[[Sequence[TextLine]], list[BlockKind]]
) -> list[tuple[BlockKind, list[TextLine]]]:
    parts: list[tuple[BlockKind, list[TextLine]]] = []
    for line, kind in zip(lines, find(lines), strict=True):
        if parts and parts[-1][0] is kind:
            parts[-1][1].append(line)
        else:
            parts.append((kind, [line]))
    return parts


def _contents_in(lines: Sequence[TextLine]) -> list[BlockKind]:
    """Mark the entries of tables of contents, each with the lines over which it runs."""
    dotted = [_LEADERS.search(line.text) is not None for line in lines]
    kinds = [BlockKind.TEXT] * len(lines)
    if sum(dotted) >= _MIN_CONTENTS:
        places = [index for index, has in enumerate(dotted) if has]
        for index in places:
            kinds[index] = BlockKind.CONTENTS
        for before, after in pairwise(places):
            if after - before <= 3:
                kinds[before:after] = [BlockKind.CONTENTS] * (after - before)
        _extend(lines, kinds, range(places[0] - 1, -1, -1))
        _extend(lines, kinds, range(places[-1] + 1, len(lines)))
    else:
        _mark_numbered(lines, kinds)
    return kinds


def _extend(lines: Sequence[TextLine], kinds: list[BlockKind], further: Sequence[int]) -> None:
    """Mark the neighbours of entries with leaders that end with a page's number without them."""
    for index in further:
        if not _PAGE_AT_END.search(lines[index].text):
            return
        kinds[index] = BlockKind.CONTENTS


def _mark_numbered(lines: Sequence[TextLine], kinds: list[BlockKind]) -> None:
    """Mark entries that end with the numbers of their pages, without leaders."""
    start, last = 0, -1
    for index in range(len(lines) + 1):
        text = lines[index].text if index < len(lines) else ""
        match = _PAGE_AT_END.search(text) if text[-1:].isdecimal() else None
        number = int(match[1]) if match and _LONG_WORD.search(text) else -1
        if number < 0 or number < last:
            numbers = index - start
            if numbers >= _MIN_NUMBERED and last > 0:
                kinds[start:index] = [BlockKind.CONTENTS] * numbers
            start = index if number >= 0 else index + 1
        last = number


def _code_in(lines: Sequence[TextLine]) -> list[BlockKind]:
    """Mark the lines of programs: set in a typewriter face, several together."""
    mono = [line.style.mono for line in lines]
    for step in (1, -1):  # a line of one word is as wide as its neighbours say
        order = range(len(lines)) if step == 1 else range(len(lines) - 1, -1, -1)
        for index in order:
            other = index - step
            if not mono[index] and 0 <= other < len(lines) and mono[other]:
                mono[index] = _same_pitch(lines[index], lines[other])
    kinds = [BlockKind.CODE if is_mono else BlockKind.TEXT for is_mono in mono]
    start = 0
    for index in range(1, len(kinds) + 1):
        if index < len(kinds) and kinds[index] is kinds[start]:
            continue
        lone = index - start == 1 and not _CODE.search(lines[start].text)
        if kinds[start] is BlockKind.CODE and lone:
            kinds[start] = BlockKind.TEXT
        start = index
    return kinds


def _same_pitch(line: TextLine, other: TextLine) -> bool:
    return (
        line.text.isascii()
        and len(line.text) > 1
        and abs(line.size - other.size) < 0.5
        and abs(line.pitch - other.pitch) < _SAME_PITCH * other.pitch
        and abs(line.rect.top - other.rect.top) < 3 * line.size
    )


def _notes_from(
    lines: Sequence[TextLine], body: float, rules: Sequence[Segment], lowest: float
) -> int:
    """Return the index of the first of the footnotes that end a column, or the count of lines."""
    count = len(lines)
    if not count or lowest - lines[-1].rect.bottom > 0.2 * lines[-1].sheet.height:
        return count
    small = count
    while small > 0 and lines[small - 1].size <= _NOTE_SIZE * body:
        small -= 1
    for index in range(count):
        line = lines[index]
        if line.rect.top < _UPPER * line.sheet.height:
            continue
        numbered = _NOTE.match(line.text) is not None
        reads = numbered or (index >= small and len(line.text) >= _SENTENCE)
        if reads and _ruled(lines, index, rules):
            return index
        dotted = _DOTTED.match(line.text) is not None
        if numbered and not dotted and index >= small and _apart(lines, index):
            return index
    return count


def _apart(lines: Sequence[TextLine], index: int) -> bool:
    """Tell whether a line stands below text in another size, or away from the line above it."""
    line = lines[index]
    if index == 0:
        return line.rect.top > _LOWER * line.sheet.height
    above = lines[index - 1]
    return above.size > line.size * 1.04 or line.rect.top - above.rect.bottom > line.size


def _ruled(lines: Sequence[TextLine], index: int, rules: Sequence[Segment]) -> bool:
    """Tell whether a short rule stands right above a line, at the column's side."""
    if not rules:
        return False
    line = lines[index]
    above = lines[index - 1].rect.bottom - 1 if index else line.rect.top - 3 * line.size
    width = line.sheet.width
    left = min(one.rect.x0 for one in lines)
    right = max(one.rect.x1 for one in lines)
    return any(
        above < rule.at < line.rect.top + 2
        and _SEPARATOR[0] * width < rule.end - rule.start < _SEPARATOR[1] * width
        and (abs(rule.start - left) < 12 or abs(rule.end - right) < 12)
        and not _has_twin(rule, rules)
        for rule in rules
    )


def _has_twin(rule: Segment, rules: Sequence[Segment]) -> bool:
    """Tell whether another line has the same ends: both are sides of a box or rows of a table."""
    return any(
        other is not rule
        and abs(other.start - rule.start) < 3
        and abs(other.end - rule.end) < 3
        and other.at != rule.at
        for other in rules
    )


def note_starts(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """Return the lines of each footnote: a note begins with the number after the last one's."""
    notes: list[list[TextLine]] = []
    last = 0
    for line in lines:
        match = _NOTE.match(line.text)
        digits = re.sub(r"\D", "", match[0]) if match else ""
        number = int(digits) if digits else 0
        begins = match is not None and (number == last + 1 if number and last else True)
        if digits and not last:
            begins = True
        if not notes or (begins and (number or not line.text[0].isalnum())):
            notes.append([line])
            last = number or last
        else:
            notes[-1].append(line)
    return notes


def is_formula(lines: Sequence[TextLine]) -> bool:
    """Tell whether lines that stand alone are a formula: signs and hardly a word."""
    text = " ".join(line.text for line in lines)
    if not 3 <= len(text) <= 300 or len(lines) > 6 or not _FORMULA.search(text):
        return False
    words = [word for word in _LONG_WORD.findall(text) if word.casefold() not in _FUNCTIONS]
    return len(words) == 0 or (len(words) <= 2 and len(text) > 12 * len(words) + 12)
