"""Character references of Markdown: `&lt;` is what its author wrote for `<`.

In: the inline source of a block. Out: the same with its references decoded, but for those in code
spans, behind a backslash and without a semicolon, which are meant as they stand.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from html.entities import html5

_RUN = re.compile("`+")
_TOKEN = re.compile(
    r"(?P<run>`+)|\\[!-/:-@\[-`{-~]|(?P<reference>&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|\w{1,31});)"
)


def decode_references(source: str) -> str:
    """Return a text whose character references outside code are characters."""
    if "&" not in source:
        return source
    closing: dict[int, list[int]] = {}  # where the runs of so many back-quotes begin
    for run in _RUN.finditer(source):
        closing.setdefault(len(run[0]), []).append(run.start())
    parts: list[str] = []
    start = position = 0
    while token := _TOKEN.search(source, position):
        position = token.end()
        if token["run"]:
            position = _end_of_code(closing.get(len(token["run"]), ()), token)
        elif token["reference"]:
            parts += (source[start : token.start()], _character(token[0]))
            start = position
    return "".join((*parts, source[start:]))


def _end_of_code(starts: list[int] | tuple[()], opening: re.Match[str]) -> int:
    """Return where the code span that opens here ends; right there, where nothing closes it."""
    index = bisect_left(starts, opening.end())
    return starts[index] + len(opening[0]) if index < len(starts) else opening.end()


def _character(reference: str) -> str:
    if reference[1] == "#":
        return html.unescape(reference) or reference
    return html5.get(reference[1:], reference)
