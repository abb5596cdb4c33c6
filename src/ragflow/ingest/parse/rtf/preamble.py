"""What RTF says before its text: the charsets of its fonts, its styles, who wrote it.

In: the words and characters of the groups `fonttbl`, `stylesheet`, `info` and `atnauthor`. Out:
charsets by font, formats by style, and facts about the document.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ragflow.domain.documents import BlockKind
from ragflow.ingest.parse.encoding import clean
from ragflow.ingest.parse.rtf.story import ParagraphFormat
from ragflow.ingest.parse.rtf.words import CHARSETS, INFORMATION
from ragflow.ingest.parse.style_names import (
    DEEPEST_TITLE,
    depth_of_style,
    is_contents_style,
    kind_of_style,
)
from ragflow.ingest.parse.symbol_fonts import is_symbol_font

_BODY_LEVEL = 9
_NO_PARAGRAPH = -1  # of styles for characters, sections and tables


@dataclass(slots=True)
class Preamble:
    """Collect it; `name` holds the characters of the entry that is open."""

    fonts: dict[int, str] = field(default_factory=dict)
    styles: dict[int, ParagraphFormat] = field(default_factory=dict)
    information: dict[str, str] = field(default_factory=dict)
    author: str = ""  # of the comment that comes next
    name: list[str] = field(default_factory=list)
    _font_names: dict[int, str] = field(default_factory=dict)
    _font: int = 0
    _style: int = 0

    def word(self, group: str, name: str, number: int | None) -> None:
        """Take in a control word of a group."""
        if group == "fonttbl":
            if name == "f":
                self._font = number or 0
            elif name == "fcharset" and number in CHARSETS:
                self.fonts[self._font] = CHARSETS[number]
        elif group == "stylesheet":
            if name in ("s", "cs", "ds", "ts"):
                self._style = (number or 0) if name == "s" else _NO_PARAGRAPH
            elif name == "outlinelevel" and number is not None and number < _BODY_LEVEL:
                level = min(number + 1, DEEPEST_TITLE)
                self.styles[self._style] = ParagraphFormat(BlockKind.TITLE, max(level, 1))

    def font_name(self, text: str) -> None:
        """Take in characters of the name of the font that is open."""
        self._font_names[self._font] = self._font_names.get(self._font, "") + text

    def symbol_font(self, number: int) -> str:
        """Return the name of a symbol font; empty for one whose characters are what they say."""
        name = self._font_names.get(number, "").partition(";")[0].strip()
        return name if is_symbol_font(name) else ""

    def end_style(self) -> None:
        """Close an entry of the style sheet."""
        if not self.name:
            return
        name = self.taken().rstrip(";").strip()
        if self._style != _NO_PARAGRAPH and (kind := kind_of_style(name)):
            self.styles[self._style] = ParagraphFormat(*kind)
        elif self._style != _NO_PARAGRAPH and is_contents_style(name):
            self.styles[self._style] = ParagraphFormat(contents=True)
        elif self._style != _NO_PARAGRAPH and (depth := depth_of_style(name)):
            self.styles[self._style] = ParagraphFormat(list_depth=depth)
        self._style = 0

    def end(self, group: str) -> None:
        """Close a group that says something about the document or a comment."""
        if group == "atnauthor":
            self.author = self.taken()
        elif group in INFORMATION and (text := self.taken()):
            self.information[group] = text

    def taken(self) -> str:
        """Return the characters that have come in, and begin anew."""
        text = clean("".join(self.name)).strip()
        self.name.clear()
        return text
