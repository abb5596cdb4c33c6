"""What a group of RTF sets, and its end takes back.

In: the control words of characters, paragraphs and rows of tables. Out: how the text that follows
is set, until the group ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ragflow.ingest.parse.rtf.story import RowForm

BODY_LEVEL = 9
"""The outline level of what is no title."""


@dataclass(slots=True)
class State:
    """Hold what a group inherits and its end takes back."""

    destination: str = ""
    charset: str = ""
    symbols: str = ""  # the name of the symbol font, if it is one
    skip: int = 1  # bytes that stand for a character of Unicode
    hidden: bool = False
    style: int = 0
    outline: int = BODY_LEVEL
    in_table: bool = False
    depth: int = 1
    owner: str = ""  # the story that the group opened
    is_marker: bool = False
    # A table in a cell tells its rows in groups that have a form of their own.
    row: RowForm = field(default_factory=RowForm)

    def inherited(self) -> State:
        """Return what a group inside this one begins with."""
        return State(
            self.destination,
            self.charset,
            self.symbols,
            self.skip,
            self.hidden,
            self.style,
            self.outline,
            self.in_table,
            self.depth,
            row=self.row,
        )

    def begin_paragraph(self) -> None:
        """Forget how paragraphs were set."""
        self.style, self.outline = 0, BODY_LEVEL
        self.in_table, self.depth = False, 1

    def word(self, name: str, number: int | None) -> None:
        """Take a word that sets something; others change nothing."""
        match name:
            case "plain":
                self.hidden, self.charset, self.symbols = False, "", ""
            case "v" | "deleted":
                self.hidden = number != 0
            case "uc":
                self.skip = max(number or 0, 0)
            case "pard":
                self.begin_paragraph()
            case "s":
                self.style = number or 0
            case "outlinelevel":
                self.outline = BODY_LEVEL if number is None else number
            case "intbl":
                self.in_table = True
            case "itap":
                self.in_table, self.depth = bool(number), max(number or 1, 1)
            case "nesttableprops":
                self.row = RowForm()
            case _:
                self.row.word(name, number)
