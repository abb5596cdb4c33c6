"""Questions of Markdown: headings, with the text below them as HTML.

In: the source of a Markdown file. Out: questions with rendered answers. A character of the source
belongs to an answer if the HTML shows it; the signs of the markup do not and are left over. HTML in
the source is shown as it is written, not passed on.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

from ragflow.domain.documents import Span
from ragflow.ingest.chunk.fragments import Fragment, fragment
from ragflow.ingest.chunk.headed import Asked, Asking, Said

_DEEPEST = 60
"""The reader leaves out what is nested deeper."""

_LONGEST_MARKUP = 1000
"""Characters between two that are shown, such as the target of a link."""

_TAG = re.compile(r"<[^<>]*>")
_ATTRIBUTE = re.compile(r'="([^"]*)"')


def markdown_questions(text: str, span: Span) -> Asking:
    """Return what the source text[span] asks by its headings."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST}).enable("table")
    lines = _Lines(text, span)
    found: dict[str, object] = {}  # what links refer to, anywhere in the file
    tokens = reader.parse(text[span.start : span.end], found)
    if max((token.level for token in tokens), default=0) >= _DEEPEST - 2:
        tokens = []
    asking = Asking()
    path: list[tuple[int, Fragment]] = []
    first_token = first_line = 0
    for place, token in enumerate(tokens):
        if token.type != "heading_open" or token.level or token.map is None:
            continue
        shown = reader.renderer.render(tokens[first_token:place], reader.options, found)
        asking.add(_answer(text, lines.between(first_line, token.map[0]), shown))
        title = tokens[place + 1].content
        path = [each for each in path if each[0] < int(token.tag[1])]
        path.append((int(token.tag[1]), _held(text, lines.between(*token.map), title)))
        asking.asked.append(Asked([each for _, each in path if each]))
        first_token, first_line = place + 3, token.map[1]
    if tokens:
        shown = reader.renderer.render(tokens[first_token:], reader.options, found)
    else:
        shown = f"<pre>{html.escape(text[span.start : span.end], quote=False)}</pre>"
    asking.add(_answer(text, lines.between(first_line, len(lines)), shown))
    return asking


class _Lines:
    """Find lines of a text by their numbers, from 0."""

    def __init__(self, text: str, span: Span) -> None:
        lines = text[span.start : span.end].split("\n")
        self._starts = list(accumulate((len(line) + 1 for line in lines), initial=span.start))
        self._end = span.end

    def __len__(self) -> int:
        return len(self._starts) - 1

    def between(self, first: int, last: int) -> Span:
        """Return the span of lines [first, last)."""
        last = min(last, len(self))
        return Span(self._starts[first], max(self._starts[first], self._starts[last] - 1))


def _answer(text: str, span: Span, shown: str) -> Iterator[Said]:
    content = shown.strip()
    attributes = "".join(
        value for tag in _TAG.findall(content) for value in _ATTRIBUTE.findall(tag)
    )
    visible = html.unescape(_TAG.sub("", content))
    spans = _spans_in(text, span, visible, Counter(html.unescape(attributes)))
    if spans:
        yield Said(content, spans, exact=False)


def _held(text: str, span: Span, title: str) -> Fragment:
    """Return a title without the signs that make it one."""
    start = text.find(title, span.start, span.end) if title else span.end
    return fragment(text, Span(start, start + len(title)) if start >= 0 else span)


def _spans_in(text: str, span: Span, visible: str, attributes: Counter[str]) -> tuple[Span, ...]:
    """Return the runs of text[span] that HTML shows, in its text or as the target of a link."""
    taken: set[int] = set()
    position = span.start
    for character in "".join(visible.split()):
        end = min(position + _LONGEST_MARKUP, span.end)
        place = text.find(character, position, end)
        if place >= 0:
            taken.add(place)
            position = place + 1
    spans: list[Span] = []
    for place in range(span.start, span.end):
        character = text[place]
        if place not in taken:
            if character.isspace() or not attributes[character]:
                continue
            attributes[character] -= 1
        if spans and not text[spans[-1].end : place].strip():
            spans[-1] = Span(spans[-1].start, place + 1)
        else:
            spans.append(Span(place, place + 1))
    return tuple(spans)
