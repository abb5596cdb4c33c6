"""Citation marks `[ID:n]`: how models write them, where they stand, and a text without them.

In: an answer. Out: the answer with every spelling of a mark made the same, or taken apart into its
plain text and its marks. Code blocks are left alone; in a model's reasoning, marks are taken out.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ragflow.domain.documents import Span

MARK = re.compile(r"\[ID:(\d+)\]")
_PROTECTED = re.compile(
    r"(?P<think><think>.*?(?:</think>|\Z))|(?P<code>^[ \t]*(```|~~~).*?(?:^[ \t]*\3[^\S\n]*$|\Z))",
    re.DOTALL | re.MULTILINE,
)
_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_NUMBER = r"(?:(?:ID|ref)\s*[:：#]?\s*)?\d{1,4}"
_LIST = rf"{_NUMBER}(?:\s*(?:[,，、;；&|]|and|和)\s*{_NUMBER})*"
_SPELLINGS = re.compile(
    rf"[\[【［]\s*(?:ID|ref)\s*[:：#]?\s*{_LIST}\s*[\]】］]"
    rf"|[(（]\s*(?:ID\s*[:：#]|ref\s*[:：#]?)\s*{_LIST}\s*[)）]"
    r"|##\s?(?:\d{1,4})\s?\$\$"
    r"|\bref\d{1,4}\b",
    re.IGNORECASE,
)
_NESTED = re.compile(r"[\[(（【]\s*((?:\[ID:\d+\][\s,，、;；]*)+)[\])）】]")
_DIGITS = re.compile(r"\d+")
_PIECES = re.compile(rf"{MARK.pattern}|\s+|\S")
_UNFINISHED = re.compile(r"\s*\[[^\]\n]{0,12}$")
_LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True)
class Mark:
    """Place a mark: at `position` of the plain text, it names hit `index`."""

    position: int
    index: int


@dataclass(frozen=True, slots=True)
class MarkedText:
    """Hold a text taken apart; `quiet` are the spans of it that no mark can stand in."""

    plain: str
    marks: tuple[Mark, ...]
    quiet: tuple[Span, ...]


def normalise_marks(text: str) -> str:
    """Write every spelling of a mark, such as `(ID: 3)`, `【ID:3】` and `ref3`, as `[ID:n]`."""
    return "".join(
        part if protected else _NESTED.sub(_unnested, _SPELLINGS.sub(_spelled, part))
        for part, protected in _parts(text)
    )


def strip_marks(text: str) -> str:
    """Take the marks out of a text."""
    return take_apart(text).plain


def without_unfinished_mark(text: str) -> str:
    """Take the beginning of a mark off the end of a growing text."""
    return _UNFINISHED.sub("", text)


def unsent_part(sent: str, whole: str) -> str:
    """Return what a whole answer adds to the part that was sent, though their marks may differ.

    Marks and blanks count for nothing in the comparison; nothing is left where the words differ.
    """
    for begun in (sent, normalise_marks(sent)):
        if whole.startswith(begun):
            return whole[len(begun) :]
    said = "".join(strip_marks(normalise_marks(sent)).split())
    matched = end = 0
    for piece in _PIECES.finditer(whole):
        if matched == len(said):
            break
        if MARK.fullmatch(piece[0]) or piece[0].isspace():
            continue
        if piece[0] != said[matched]:
            return ""
        matched, end = matched + 1, piece.end()
    if matched < len(said):
        return ""
    rest = whole[end:]
    return rest.lstrip() if sent[-1:].isspace() else rest


def spoken_text(text: str) -> str:
    """Take a model's reasoning out of a text."""
    return _THINKING.sub("", text).lstrip()


def take_apart(text: str) -> MarkedText:
    """Separate the marks of a normalised text from the rest, with the blanks before them."""
    pieces: list[str] = []
    marks: list[Mark] = []
    quiet: list[Span] = []
    length = 0

    def keep(piece: str) -> None:
        nonlocal length
        pieces.append(piece)
        length += len(piece)

    for part, protected in _parts(text):
        start = length
        if protected:
            keep(part if not part.startswith("<think>") else MARK.sub("", part))
            quiet.append(Span(start, length))
            continue
        position = 0
        for match in MARK.finditer(part):
            before = part[position : match.start()]
            if _ends_at_mark(part, match.end()) or (position and not before.strip(" \t")):
                before = before.rstrip(" \t")
            keep(before)
            marks.append(Mark(length, _index(match[1])))
            position = match.end()
        keep(part[position:])
    return MarkedText(_defused("".join(pieces), quiet), tuple(marks), tuple(quiet))


def put_together(text: MarkedText, marks: Iterable[Mark]) -> tuple[str, Callable[[Span], Span]]:
    """Write marks into a plain text; return it and the way from plain to written spans.

    Marks at the edges of a span stay outside it.
    """
    ordered = sorted(dict.fromkeys(marks), key=lambda mark: mark.position)
    pieces: list[str] = []
    shifts: list[tuple[int, int]] = []
    position = shift = 0
    for mark in ordered:
        between = text.plain[position : mark.position]
        label = f"[ID:{mark.index}]"
        before = text.plain[mark.position - 1 : mark.position]
        after = text.plain[mark.position : mark.position + 1]
        if before.strip(" \t\n([（【") and not after.isalnum():
            label = f" {label}"
        pieces += [between, label]
        position = mark.position
        shift += len(label)
        shifts.append((mark.position, shift))
    pieces.append(text.plain[position:])

    places = [place for place, _ in shifts]

    def written(span: Span) -> Span:
        before, within = bisect_right(places, span.start), bisect_left(places, span.end)
        start = span.start + (shifts[before - 1][1] if before else 0)
        end = span.end + (shifts[within - 1][1] if within else 0)
        return Span(start, max(start, end))

    return "".join(pieces), written


def _index(digits: str) -> int:
    return int(digits[:_LONGEST_NUMBER])


def _defused(plain: str, quiet: Sequence[Span]) -> str:
    """Turn what became a mark when another was taken out of its middle into plain brackets."""
    for match in reversed(list(MARK.finditer(plain))):
        span = Span(*match.span())
        if not any(span.overlaps(protected) for protected in quiet):
            plain = f"{plain[: span.start]}({match[0][1:-1]}){plain[span.end :]}"
    return plain


def _ends_at_mark(part: str, end: int) -> bool:
    """Tell whether the blank before a mark belongs to it: not where a word follows directly."""
    following = part[end : end + 1]
    return not following or not following.isalnum()


def _parts(text: str) -> Iterable[tuple[str, bool]]:
    position = 0
    for match in _PROTECTED.finditer(text):
        if match.start() > position:
            yield text[position : match.start()], False
        yield match[0], True
        position = match.end()
    if position < len(text):
        yield text[position:], False


def _spelled(match: re.Match[str]) -> str:
    return " ".join(f"[ID:{_index(number)}]" for number in _DIGITS.findall(match[0]))


def _unnested(match: re.Match[str]) -> str:
    return " ".join(mark[0] for mark in MARK.finditer(match[1]))
