"""Lists of HTML: how deep they are nested, and what a browser prints before their items.

In: the elements of lists and items, as a walk enters them. Out: depths and markers; items of lists
without numbers have none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ragflow.ingest.parse.html.elements import number_of
from ragflow.ingest.parse.list_numbers import format_number, letters_of

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

LISTS = frozenset({"ol", "ul", "menu", "dl"})

_STYLES = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_NAMED = {
    "decimal": "decimal",
    "decimal-leading-zero": "decimalZero",
    "lower-alpha": "lowerLetter",
    "lower-latin": "lowerLetter",
    "upper-alpha": "upperLetter",
    "upper-latin": "upperLetter",
    "lower-roman": "lowerRoman",
    "upper-roman": "upperRoman",
    "none": "none",
}
_OWN_STYLE = re.compile(rf"list-style(?:-type)?\s*:[^;]*?(?<![\w-])({'|'.join(_NAMED)})(?![\w-])")


@dataclass(slots=True)
class _List:
    """Count the items of an open list; one without numbers has no style."""

    style: str = ""
    next_number: int = 1
    step: int = 1


@dataclass(slots=True)
class Lists:
    """Follow the lists that are open."""

    _open: list[_List] = field(default_factory=list)

    @property
    def depth(self) -> int:
        """Return how deep an item here is nested, from 1."""
        return max(len(self._open), 1)

    def open(self, node: LexborNode) -> None:
        """Enter a list."""
        if node.tag != "ol":
            self._open.append(_List())
            return
        is_reversed = "reversed" in node.attributes
        items = sum(child.tag == "li" for child in node.iter()) if is_reversed else 1
        start = number_of(node, "start", items)
        self._open.append(_List(_style(node) or "decimal", start, -1 if is_reversed else 1))

    def close(self) -> None:
        """Leave the innermost list."""
        self._open.pop()

    def marker(self, item: LexborNode) -> str:
        """Count one more item of the innermost list; return what stands before its words."""
        if not self._open or not self._open[-1].style:
            return ""
        own = self._open[-1]
        number = number_of(item, "value", own.next_number)
        own.next_number = number + own.step
        shown = _shown(number, _style(item) or own.style)
        return f"{shown}. " if shown else ""


def _style(node: LexborNode) -> str:
    """Return how a list or an item says that its numbers are printed; empty if it does not."""
    if own := _OWN_STYLE.search((node.attributes.get("style") or "").lower()):
        return _NAMED[own[1]]
    return _STYLES.get(node.attributes.get("type") or "", "")


def _shown(number: int, style: str) -> str:
    """Return a number as browsers print it: what letters cannot tell is printed in digits."""
    if style not in ("lowerLetter", "upperLetter"):
        return format_number(number, style)
    if number < 1:
        return str(number)
    letters = letters_of(number)
    return letters if style == "upperLetter" else letters.lower()
