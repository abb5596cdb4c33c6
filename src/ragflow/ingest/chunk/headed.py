"""Questions in running text: headings with the text below them, or questions that are marked.

In: the blocks of a document. Out: questions with their answers, in reading order, and the blocks
that belong to none. Headings make a path, from the outermost to the nearest. A marked question
begins with `Q:`, with the next number of a count, or ends with a question mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ragflow.domain.documents import Block, BlockKind, ParsedDocument, Span
from ragflow.ingest.chunk.fragments import Fragment, fragment
from ragflow.ingest.chunk.tables import Caption, html_parts
from ragflow.text.questions import ANSWER_MARK, QUESTION_MARK

_WHOLE_TABLE = 1_000_000_000  # tokens
_LONGEST_QUESTION = 300  # characters, where a question mark alone tells it
_MOST_LEFT_OUT = 0.5  # of a document
_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九")}
_NUMBER = re.compile(
    r"\s*(?P<open>[(（]?|第|(?:Q|Question|问题?)\s?(?=\d))(?P<number>\d{1,4}|[一二三四五六七八九十]{1,3})"
    r"(?P<close>[)）、．.:：]|[问题条])\s*(?=\S)",
    re.IGNORECASE,
)
_INNER_MARK = (
    rf"(?:^|(?<=[\n?？。.!！;；]))[^\S\n]*(?:{QUESTION_MARK.pattern}|{ANSWER_MARK.pattern})"
)
_MARKED = re.compile(_INNER_MARK, re.IGNORECASE | re.MULTILINE)
_ENDS_QUESTION = re.compile(r"[?？][\"'”’)）」』]*")


@dataclass(frozen=True, slots=True)
class Said:
    """Hold a part of an answer; a table is said otherwise than its characters stand."""

    text: str
    spans: tuple[Span, ...]
    image: bytes | None = None
    exact: bool = True


@dataclass(slots=True)
class Asked:
    """Hold a question, outermost heading first, and what answers it."""

    question: list[Fragment]
    answer: list[Said] = field(default_factory=list)


@dataclass(slots=True)
class Asking:
    """Hold the questions of a document and what stands before the first of them."""

    asked: list[Asked] = field(default_factory=list)
    before: list[Said] = field(default_factory=list)

    def add(self, said: Iterable[Said]) -> None:
        """Add to the answer of the last question."""
        (self.asked[-1].answer if self.asked else self.before).extend(said)

    def left_out(self) -> int:
        """Count the characters that stand before the first question."""
        return sum(len(said.text) for said in self.before)

    def answered(self, share: float = 0.5) -> bool:
        """Tell whether such a share of the questions has an answer, and at least one."""
        count = sum(bool(each.answer) for each in self.asked)
        return count > 0 and count >= share * len(self.asked)


def questions_in(document: ParsedDocument, *, headings_first: bool) -> Asking:
    """Return the questions of a document by the first way that finds answers to most of them.

    A way that passes over half of the document comes after those that do not, and headings come
    first only where there are as many as marked questions.
    """
    headed, marked = by_headings(document), by_marks(document)
    is_headed = headed.answered(share=0)  # outer headings have no answer of their own
    if headings_first and is_headed and len(headed.asked) >= len(marked.asked):
        return headed
    ways = [marked, by_numbers(document), by_question_marks(document)]
    found = [asking for asking in ways if asking.answered()]
    if is_headed:
        found.append(headed)
    most = sum(len(said.text) for block in document.blocks for said in _said(document.text, block))
    fitting = (asking for asking in found if asking.left_out() < _MOST_LEFT_OUT * most)
    return next(fitting, found[0] if found else headed)


def by_headings(document: ParsedDocument) -> Asking:
    """Ask by headings."""
    asking = Asking()
    path: list[tuple[int, Fragment]] = []
    for block in document.blocks:
        if block.kind is not BlockKind.TITLE:
            asking.add(_said(document.text, block))
            continue
        level = block.level or 6
        path = [each for each in path if each[0] < level]
        path.append((level, fragment(document.text, block.span)))
        asking.asked.append(Asked([title for _, title in path if title]))
    return asking


def by_marks(document: ParsedDocument) -> Asking:
    """Ask where a text begins with a mark of a question, and answer from that of an answer on."""
    asking = Asking()
    answering = True
    for said in _pieces(document, _MARKED):
        if said.exact and QUESTION_MARK.match(said.text):
            asking.asked.append(Asked([Fragment(said.text, said.spans)]))
            answering = False
        elif answering or not said.exact or ANSWER_MARK.match(said.text):
            asking.add([said])
            answering = True
        else:
            asking.asked[-1].question.append(Fragment(said.text, said.spans))
    return asking


def by_numbers(document: ParsedDocument) -> Asking:
    """Ask where the longest count in the document goes on."""
    pieces = list(_pieces(document, None))
    counts: dict[tuple[str, str], int] = {}
    for said in pieces:
        key, number = _number(said)
        if key and number == counts.get(key, 0) + 1:
            counts[key] = number
    longest = max(counts.values(), default=0)
    asking = Asking()
    if longest < 2:
        return asking
    wanted = next(key for key, count in counts.items() if count == longest)
    for said in pieces:
        if _number(said) == (wanted, len(asking.asked) + 1):
            question, answer = _divided(document.text, said)
            asking.asked.append(Asked([question]))
            asking.add(answer)
        else:
            asking.add([said])
    return asking


def by_question_marks(document: ParsedDocument) -> Asking:
    """Ask where a short text ends with a question mark."""
    asking = Asking()
    for said in _pieces(document, None):
        question = said.text.rstrip("\"'”’)）」』 ")
        if said.exact and question[-1:] in ("?", "？") and len(question) < _LONGEST_QUESTION:
            asking.asked.append(Asked([Fragment(said.text, said.spans)]))
        else:
            asking.add([said])
    return asking


def _pieces(document: ParsedDocument, marks: re.Pattern[str] | None) -> Iterator[Said]:
    """Yield the blocks of a document, cut where marks stand."""
    for block in document.blocks:
        for said in _said(document.text, block):
            if marks is None or not said.exact:
                yield said
                continue
            (span,) = said.spans
            cuts = [match.start() for match in marks.finditer(document.text, span.start, span.end)]
            for start, end in zip([span.start, *cuts], [*cuts, span.end], strict=True):
                yield from _exact(document.text, Span(start, end))


def _said(text: str, block: Block) -> Iterator[Said]:
    table = block.table
    if table is None or not any(cell.text.strip() for row in table.rows for cell in row):
        said = next(_exact(text, block.span), None)
        if said is not None or block.image is not None:
            words = said or Said("", ())
            yield Said(words.text, words.spans, block.image, exact=said is not None)
        return
    above = fragment(text, Span(block.span.start, block.span.start + len(table.caption)))
    for part in html_parts(table, Caption(above.text, above.spans), _WHOLE_TABLE):
        yield Said(part.content, part.spans, exact=False)


def _exact(text: str, span: Span) -> Iterator[Said]:
    held = fragment(text, span)
    if held:
        yield Said(held.text, held.spans)


def _number(said: Said) -> tuple[tuple[str, str], int]:
    """Return how a text is counted, and its number; nothing where it is not."""
    match = _NUMBER.match(said.text) if said.exact else None
    if match is None:
        return ("", ""), 0
    written = match["number"]
    number = int(written) if written.isdecimal() else _chinese_number(written)
    return (match["open"].strip().lower(), f"{written.isdecimal()}{match['close']}"), number


def _chinese_number(written: str) -> int:
    tens, ten, ones = written.rpartition("十")
    if not ten:
        return _DIGITS[ones] if len(ones) == 1 else 0
    return 10 * _DIGITS.get(tens or "一", 0) + _DIGITS.get(ones or "零", 0)


def _divided(text: str, said: Said) -> tuple[Fragment, Sequence[Said]]:
    """Divide a text that goes on after its question mark."""
    (span,) = said.spans
    mark = _ENDS_QUESTION.search(text, span.start, span.end)
    end = mark.end() if mark else span.end
    return fragment(text, Span(span.start, end)), list(_exact(text, Span(end, span.end)))
