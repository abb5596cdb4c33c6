"""What Markdown says: its words, headings and tables. For references and for peers alike.

In: Markdown as converters write it: ATX headings, pipe tables, fenced code. Standard library alone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

_FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ADDRESS = re.compile(r"\]\([^\s()]*(?:\([^()]*\)[^\s()]*)*(?:\s+\"[^\"]*\")?\)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_RULE = re.compile(r"[\s|:-]+")


def without_formulas(markdown: str) -> str:
    """Leave out formulas, which each tool writes in a way of its own."""
    return _FORMULA.sub(" ", markdown)


def plain(markdown: str) -> str:
    """Return the words of Markdown without its marks, comments and addresses."""
    text = _ADDRESS.sub(" ", _COMMENT.sub(" ", markdown))
    return html.unescape(_ESCAPE.sub(r"\1", text)).replace("**", "").replace("~~", "")


def headings(markdown: str) -> list[str]:
    """Return the texts of the headings, without those in code."""
    return [
        plain(match[1]) for line in _outside_code(markdown) if (match := _HEADING.fullmatch(line))
    ]


def tables(markdown: str) -> list[list[list[str]]]:
    """Return the pipe tables as rows of cells, without the line that rules off the header."""
    found: list[list[list[str]]] = []
    inside = False
    for line in _outside_code(markdown):
        if not line.startswith("|"):
            inside = False
            continue
        if not inside:
            found.append([])
            inside = True
        if not _RULE.fullmatch(line):
            found[-1].append([plain(cell) for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return found


def _outside_code(markdown: str) -> Iterator[str]:
    fence = ""
    for line in markdown.splitlines():
        match = _FENCE.match(line)
        if fence:
            if match and match[1].startswith(fence):
                fence = ""
        elif match:
            fence = match[1]
        else:
            yield line
