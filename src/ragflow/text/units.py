"""Units: the smallest parts of a passage that answer a question or prove a sentence.

In: the content of a chunk. Out: its units in order: rows of tables and records of a spreadsheet
with their fields, headings, and sentences, of which none goes over a line that ends something. A
long run of words without a full stop is cut at its clauses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from ragflow.domain.documents import Span
from ragflow.text.html_tables import Field, HtmlTable, html_tables, plain
from ragflow.text.sentences import split_sentences

_LONGEST = 700  # characters of a sentence; longer ones are cut
_LONGEST_OPEN = 300  # of one without a full stop
_WIDTH = 240  # of a part of one that is cut
_LONGEST_HEADING = 100
_MOST_HEADINGS = 2  # one below the other
_LONGEST_NAME = 64
_LEAST_FIELDS = 3  # of a record that names none of them
_LONGEST_FIELD = 60  # on average, in such a record
_LINE = re.compile(r"[^\r\n]+")
_SEPARATOR = re.compile(r";\s+|；\s*")
_NAMED = re.compile(rf"(?P<name>[^：:;；。]{{1,{_LONGEST_NAME}}})：\s*(?P<value>.*)", re.DOTALL)
_SENTENCE_END = re.compile(r"[.!?…。！？।۔](?:\[[^\[\]\n]{1,30}\]|[\"'”’)\]»”’」』）】》〉])*\Z")
_LIST_MARK = re.compile(r"[-*+•·▪‣◦○●■–—>|]|\(?\d{1,3}[.)、]\s|\(?[a-zA-Z][.)]\s")
_SENTENCE_TAIL = 40  # characters
_CLAUSE = re.compile(r"[;；,，、]\s*")


class UnitKind(Enum):
    """Name what a unit is."""

    SENTENCE = auto()
    ROW = auto()
    HEADING = auto()


@dataclass(frozen=True, slots=True)
class Unit:
    """Hold a unit: `span` of the passage, its words on one line, and the fields of a row.

    `caption` is that of the table around it.
    """

    span: Span
    text: str
    kind: UnitKind = UnitKind.SENTENCE
    fields: tuple[Field, ...] = ()
    caption: str = ""


def split_units(content: str) -> list[Unit]:
    """Return the units of a passage."""
    units: list[Unit] = []
    position = 0
    for table in html_tables(content):
        units += _running(content, Span(position, table.span.start))
        units += _table_rows(table)
        position = table.span.end
    return [*units, *_running(content, Span(position, len(content)))]


def _table_rows(table: HtmlTable) -> Iterator[Unit]:
    for row in table.rows:
        text = "; ".join(field.text for field in row.fields)
        kind = UnitKind.HEADING if row.is_heading else UnitKind.ROW
        yield Unit(row.span, text, kind, row.fields, table.caption)


def _running(content: str, region: Span) -> Iterator[Unit]:
    """Yield the records, headings and sentences of a text without tables."""
    position = region.start
    for line in _LINE.finditer(content, region.start, region.end):
        fields = _record(line[0])
        if fields:
            yield from _prose(content, Span(position, line.start()))
            yield Unit(Span(*line.span()), " ".join(line[0].split()), UnitKind.ROW, fields)
            position = line.end()
    yield from _prose(content, Span(position, region.end))


def _record(line: str) -> tuple[Field, ...]:
    """Return the fields of a line `name：value; …`, or of short values; none of other lines."""
    pieces = [piece for piece in _SEPARATOR.split(line.strip()) if piece]
    if len(pieces) < 2:
        return ()
    matches = [_NAMED.match(piece) for piece in pieces]
    named = sum(match is not None for match in matches)
    short = len(line) <= _LONGEST_FIELD * len(pieces) and not _SENTENCE_END.search(line.strip())
    is_named = matches[0] is not None and 2 * named >= len(pieces)
    if not is_named and (not short or len(pieces) < _LEAST_FIELDS):
        return ()
    return tuple(
        Field(
            " ".join((match["value"] if match else piece).split()), match["name"] if match else ""
        )
        for match, piece in zip(matches, pieces, strict=True)
    )


def _prose(content: str, region: Span) -> list[Unit]:
    """List headings and sentences; headings are told by what stands below them."""
    text = content[region.start : region.end]
    spans = [span for part in split_sentences(text) for span in _short_parts(text, part)]
    units: list[Unit] = []
    below = ""
    headings = 0
    for span in reversed(spans):
        words = plain(text[span.start : span.end])
        if words:
            is_heading = _stands_above(text, span, below) and headings < _MOST_HEADINGS
            headings = headings + 1 if is_heading else 0
            kind = UnitKind.HEADING if is_heading else UnitKind.SENTENCE
            units.append(
                Unit(Span(region.start + span.start, region.start + span.end), words, kind)
            )
            below = "." if is_heading else words
    return units[::-1]


def _stands_above(text: str, span: Span, below: str) -> bool:
    """Tell a short line without an end that stands above a sentence."""
    line = text[span.start : span.end]
    before = text[text.rfind("\n", 0, span.start) + 1 : span.start]
    after = text[span.end :].lstrip(" \t")[:1]
    return (
        len(line) <= _LONGEST_HEADING
        and not before.strip()
        and after in ("\n", "\r")
        and not _SENTENCE_END.search(line)
        and not _LIST_MARK.match(line)
        and line[-1] not in ":：;；,，"
        and "\t" not in line
        and _SENTENCE_END.search(below) is not None
    )


def _short_parts(text: str, span: Span) -> Iterator[Span]:
    """Cut a span that is too long at its clauses, else between words, else anywhere."""
    start = span.start
    ends = _SENTENCE_END.search(text[max(span.start, span.end - _SENTENCE_TAIL) : span.end])
    longest = _LONGEST if ends else _LONGEST_OPEN
    while span.end - start > longest:
        window = text[start : start + _WIDTH]
        clauses = [match.end() for match in _CLAUSE.finditer(window, _WIDTH // 2)]
        blanks = [match.end() for match in re.finditer(r"\s", window)]
        end = start + (clauses or blanks or [_WIDTH])[-1]
        yield _stripped(text, start, end)
        start = end
    yield _stripped(text, start, span.end)


def _stripped(text: str, start: int, end: int) -> Span:
    part = text[start:end]
    return Span(start + len(part) - len(part.lstrip()), start + len(part.rstrip()))
