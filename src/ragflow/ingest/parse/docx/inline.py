"""The inside of a paragraph: its text, and what is anchored in it.

In: a paragraph element. Out: visible text, hidden and deleted text, the pictures, text boxes and
notes that it refers to. Of alternative contents the first is read, since the others repeat it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ragflow.ingest.parse.diagram import DIAGRAM
from ragflow.ingest.parse.docx.math import math_text
from ragflow.ingest.parse.docx.names import CHART, COMPATIBILITY, DRAWING, MATH, VML, WORD
from ragflow.ingest.parse.opc import RELATIONSHIPS
from ragflow.ingest.parse.symbol_fonts import meant

if TYPE_CHECKING:
    from lxml.etree import _Element

_CHARACTERS = {
    f"{WORD}tab": "\t",
    f"{WORD}ptab": "\t",
    f"{WORD}br": "\n",
    f"{WORD}cr": "\n",
    f"{WORD}noBreakHyphen": "-",
}
_OFF = ("0", "false", "off")
_SKIPPED = {
    f"{WORD}pPr",
    f"{WORD}rPr",
    f"{WORD}sdtPr",
    f"{WORD}instrText",  # field codes
    f"{WORD}delInstrText",
}
_NOTES = {f"{WORD}footnoteReference": "footnotes", f"{WORD}endnoteReference": "endnotes"}


@dataclass(slots=True)
class Inline:
    """Collect what one paragraph holds; notes are pairs (kind of part, id)."""

    text: str = ""
    hidden: str = ""
    formula: bool = True
    pictures: list[tuple[str, str]] = field(default_factory=list)  # (relationship id, description)
    charts: list[str] = field(default_factory=list)  # relationship ids
    diagrams: list[str] = field(default_factory=list)
    boxes: list[_Element] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)

    def read(self, element: _Element, hidden: bool = False) -> None:
        """Read `element`'s children in order."""
        for child in element:
            if isinstance(child.tag, str) and child.tag not in _SKIPPED:
                self._child(child, hidden)

    def _child(self, child: _Element, hidden: bool) -> None:
        tag = child.tag
        if tag == f"{WORD}r":
            self.read(child, hidden or _is_hidden(child))
        elif tag in (f"{WORD}t", f"{WORD}delText"):
            self._append(_shown(child), hidden or tag == f"{WORD}delText")
            self.formula = self.formula and not (child.text or "").strip()
        elif tag in _CHARACTERS:
            self._append(_CHARACTERS[tag], hidden)
        elif tag == f"{WORD}sym":
            self._append(_symbol(child), hidden)
        elif tag in (f"{WORD}del", f"{WORD}moveFrom"):
            self.read(child, hidden=True)
        elif tag == f"{MATH}oMath":
            self._append(" ".join(math_text(child).split()), hidden)
        elif tag in _NOTES:
            self._note(_NOTES[tag], child.get(f"{WORD}id", ""))
        elif tag == f"{COMPATIBILITY}AlternateContent":
            self.read(_alternative(child), hidden)
        elif tag == f"{WORD}txbxContent":
            self.boxes.append(child)
        elif tag in (f"{DRAWING}blip", f"{VML}imagedata"):
            self._picture(child)
        elif tag == CHART:
            self.charts.append(child.get(f"{RELATIONSHIPS}id", ""))
        elif tag == f"{DIAGRAM}relIds":
            self.diagrams.append(child.get(f"{RELATIONSHIPS}dm", ""))
        elif tag == f"{DRAWING}t":
            self._append(f"{child.text or ''} ", hidden)  # shapes hold DrawingML text
        else:
            self.read(child, hidden)

    def _append(self, text: str, hidden: bool) -> None:
        if hidden:
            self.hidden += text
        else:
            self.text += text

    def _note(self, kind: str, identifier: str) -> None:
        if (kind, identifier) not in self.notes:
            self.notes.append((kind, identifier))

    def _picture(self, element: _Element) -> None:
        relationship = element.get(f"{RELATIONSHIPS}embed") or element.get(f"{RELATIONSHIPS}id")
        if relationship:
            self.pictures.append((relationship, _description(element)))


def _is_hidden(run: _Element) -> bool:
    mark = run.find(f"{WORD}rPr/{WORD}vanish")
    return mark is not None and mark.get(f"{WORD}val", "1") not in _OFF


def _shown(element: _Element) -> str:
    """Return the text of a run, that of a symbol font in the characters which it shows."""
    text = element.text or ""
    if text.isascii():
        return text
    run = element.getparent()
    fonts = run.find(f"{WORD}rPr/{WORD}rFonts") if run is not None else None
    return text if fonts is None else meant(text, fonts.get(f"{WORD}ascii", ""))


def _symbol(element: _Element) -> str:
    """Return a symbol's character, where Unicode has a place for it."""
    try:
        code = int(element.get(f"{WORD}char", ""), 16)
    except ValueError:
        return ""
    if not 0 < code <= 0xFFFF or 0xD800 <= code <= 0xDFFF:
        return ""
    character = meant(chr(code), element.get(f"{WORD}font", ""))
    return "" if "\ue000" <= character <= "\uf8ff" else character


def _alternative(element: _Element) -> _Element:
    """Return the first alternative that shows something."""
    shown = (
        *(f"{WORD}t", f"{DRAWING}t", f"{DRAWING}blip", f"{VML}imagedata"),
        *(CHART, f"{DIAGRAM}relIds"),
    )
    for choice in element:
        if next(choice.iter(*shown), None) is not None:
            return choice
    return element


def _description(blip: _Element) -> str:
    """Return the alternative text of the drawing that holds a picture."""
    for ancestor in blip.iterancestors():
        if isinstance(ancestor.tag, str) and ancestor.tag.endswith(("}inline", "}anchor")):
            for child in ancestor:
                if isinstance(child.tag, str) and child.tag.endswith("}docPr"):
                    return str(child.get("descr", ""))
    return ""
