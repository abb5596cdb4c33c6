"""Bound how deep a page nests before it reaches the HTML parser, whose time grows with depth².

In: markup. Out: the same markup without the tags beyond the depth; their text stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DEEPEST = 256
DEEPEST_FORMATTING = 16
"""Open formatting elements are opened again in every paragraph that follows, so they cost more."""

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)((?:[^<>\"']|\"[^\"<>]*\"|'[^'<>]*')*+)>")
_FORMATTING = frozenset(
    [
        "a",
        "b",
        "big",
        "code",
        "em",
        "font",
        "i",
        "nobr",
        "s",
        "small",
        "strike",
        "strong",
        "tt",
        "u",
    ]
)
_SHALLOW = frozenset(
    # elements without content, and those whose end tag is mostly left out
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "dt",
        "dd",
        "tr",
        "td",
        "th",
        "thead",
        "tbody",
        "tfoot",
        "option",
        "optgroup",
        "colgroup",
        "rt",
        "rp",
    ]
)


@dataclass(slots=True)
class _Nesting:
    """Count the elements that are open, and those beyond the limit."""

    limit: int
    open: int = 0
    beyond: int = 0

    def keeps(self, closing: bool) -> bool:
        """Tell whether the next tag stays."""
        if closing:
            if self.beyond:
                self.beyond -= 1
                return False
            self.open = max(self.open - 1, 0)
            return True
        if self.open < self.limit:
            self.open += 1
            return True
        self.beyond += 1
        return False


def limit_depth(markup: str) -> tuple[str, bool]:
    """Return the markup nested at most `DEEPEST` deep, and whether that took anything away."""
    structure, formatting = _Nesting(DEEPEST), _Nesting(DEEPEST_FORMATTING)
    pieces: list[str] = []
    position = 0
    for tag in _TAG.finditer(markup):
        closing, name, rest = tag.groups()
        name = name.lower()
        if name in _SHALLOW or rest.endswith("/"):
            continue
        nesting = formatting if name in _FORMATTING else structure
        if not nesting.keeps(bool(closing)):
            pieces.append(markup[position : tag.start()])
            position = tag.end()
    if not position:
        return markup, False
    return "".join([*pieces, markup[position:]]), True
