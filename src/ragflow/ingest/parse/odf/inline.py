"""The inside of an OpenDocument paragraph: its text, and what is anchored in it.

In: a paragraph element. Out: visible and hidden text; the frames, notes and comments in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ragflow.ingest.parse.encoding import clean
from ragflow.ingest.parse.odf.names import DRAW, OFFICE, TEXT
from ragflow.ingest.parse.odf.styles import Styles
from ragflow.ingest.parse.symbol_fonts import meant

if TYPE_CHECKING:
    from lxml.etree import _Element

_SPACES = re.compile(r"[ \t\r\n]+")
_MOST_SPACES = 1000
_HIDDEN = frozenset({f"{TEXT}hidden-text", f"{TEXT}hidden-paragraph"})
_SKIPPED = frozenset({f"{TEXT}note-citation", f"{TEXT}ruby-text", f"{TEXT}tracked-changes"})


@dataclass(slots=True)
class Inline:
    """Collect what one paragraph holds."""

    styles: Styles
    text: str = ""
    hidden: str = ""
    anchored: list[_Element] = field(default_factory=list)  # frames and shapes
    notes: list[_Element] = field(default_factory=list)
    comments: list[_Element] = field(default_factory=list)
    _font: str = ""

    def read(self, element: _Element, hidden: bool = False) -> None:
        """Read an element's text and its children in order."""
        self._append(element.text, hidden)
        for child in element:
            if isinstance(child.tag, str):
                self._child(child, hidden)
            self._append(child.tail, hidden)

    def _child(self, child: _Element, hidden: bool) -> None:
        tag = child.tag
        if tag == f"{TEXT}s":
            count = child.get(f"{TEXT}c", "1")
            self._put(" " * min(int(count) if count.isdigit() else 1, _MOST_SPACES), hidden)
        elif tag == f"{TEXT}tab":
            self._put("\t", hidden)
        elif tag == f"{TEXT}line-break":
            self._put("\n", hidden)
        elif tag == f"{TEXT}note":
            self.notes.append(child)
        elif tag == f"{OFFICE}annotation":
            self.comments.append(child)
        elif tag.startswith(DRAW) and tag != f"{DRAW}a":
            self.anchored.append(child)
        elif tag == f"{TEXT}span":
            self._span(child, hidden)
        elif tag not in _SKIPPED:
            self.read(child, hidden or tag in _HIDDEN)

    def _span(self, element: _Element, hidden: bool) -> None:
        style = element.get(f"{TEXT}style-name", "")
        outer = self._font
        self._font = self.styles.font(style) or outer
        self.read(element, hidden or self.styles.hides(style))
        self._font = outer

    def _append(self, text: str | None, hidden: bool) -> None:
        if text:
            self._put(_SPACES.sub(" ", meant(clean(text), self._font)), hidden)

    def _put(self, text: str, hidden: bool) -> None:
        if hidden:
            self.hidden += text
        else:
            self.text += text
