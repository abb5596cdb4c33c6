"""Read RTF: follow its groups and control words, and tell a story what shows.

In: tokens. Out: the pieces of the body with headers, notes and comments in their places, and what
the file says about itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ragflow.domain.documents import BlockKind, DropKind
from ragflow.ingest.parse.pieces import Piece, lines_of
from ragflow.ingest.parse.rtf.preamble import Preamble
from ragflow.ingest.parse.rtf.state import BODY_LEVEL, State
from ragflow.ingest.parse.rtf.story import ParagraphFormat, Story
from ragflow.ingest.parse.rtf.tokens import BINARY, CLOSE, OPEN, SYMBOL, TEXT, WORD, Token
from ragflow.ingest.parse.rtf.words import (
    CHARACTERS,
    CODE_PAGES,
    FOOTERS,
    HEADERS,
    INFORMATION,
    PARAGRAPH_ENDS,
    READABLE,
    SKIPPED,
    STORIES,
    SYMBOLS,
)
from ragflow.ingest.parse.style_names import DEEPEST_TITLE
from ragflow.ingest.parse.symbol_fonts import coded, meant

DEEPEST = 1000
"""Groups that may be open at once; deeper ones are read as if they were not groups."""

_STATED = frozenset({"fonttbl", "stylesheet", "pict", "info", "atnauthor"})
_KNOWN = READABLE | _STATED


@dataclass(slots=True)
class Reader:
    """Read one file."""

    preamble: Preamble = field(default_factory=Preamble)
    _states: list[State] = field(default_factory=lambda: [State()])
    _stories: list[Story] = field(default_factory=lambda: [Story()])
    _charset: str = "cp1252"
    _bytes: bytearray = field(default_factory=bytearray)
    _picture: bytearray = field(default_factory=bytearray)
    _to_skip: int = 0
    _optional: bool = False
    _beyond: int = 0

    def read(self, tokens: Iterable[Token]) -> list[Piece]:
        """Return the pieces of the file."""
        handlers: dict[str, Callable[[Token], None]] = {
            OPEN: self._open,
            CLOSE: self._close,
            WORD: self._word,
            SYMBOL: self._symbol,
            TEXT: self._text,
            BINARY: self._binary,
        }
        for token in tokens:
            if self._bytes and not (token.kind == TEXT and self._shows):
                self._decode()
            handlers[token.kind](token)
        self._decode()
        while len(self._states) > 1:
            self._close(Token(CLOSE))
        return self._stories[0].finish(self._format())

    @property
    def _state(self) -> State:
        return self._states[-1]

    @property
    def _story(self) -> Story:
        return self._stories[-1]

    @property
    def _shows(self) -> bool:
        return not self._state.destination

    def _open(self, token: Token) -> None:
        self._optional = False
        if len(self._states) >= DEEPEST:
            self._beyond += 1
            return
        self._states.append(self._state.inherited())

    def _close(self, token: Token) -> None:
        self._optional = False
        self._to_skip = 0
        if self._beyond:
            self._beyond -= 1
            return
        if len(self._states) == 1:
            return
        ended = self._states.pop()
        if ended.is_marker:
            self._story.in_marker -= 1
        if ended.owner and len(self._stories) > 1:
            form = self._format(ended)
            self._put(ended.owner, self._stories.pop().finish(form))
        elif ended.destination != self._state.destination:
            self._end_destination(ended.destination)
        if ended.destination == "stylesheet":
            self.preamble.end_style()

    def _end_destination(self, name: str) -> None:
        if name == "pict":
            if self._picture and not self._state.destination:
                picture = Piece(BlockKind.FIGURE, "", image=bytes(self._picture))
                self._story.anchor([picture])
            self._picture.clear()
        else:
            self.preamble.end(name)

    def _put(self, owner: str, pieces: list[Piece]) -> None:
        """Put what a group of its own held where it belongs."""
        text = lines_of(pieces).strip()
        if owner in HEADERS or owner in FOOTERS:
            drop = DropKind.HEADER if owner in HEADERS else DropKind.FOOTER
            body = self._stories[0]
            if not any(piece.drop is drop and piece.text == text for piece in body.pieces):
                body.pieces.append(Piece(BlockKind.TEXT, text, drop=drop))
        elif owner == "shptxt":
            self._story.anchor(pieces)
        elif text:
            if owner == "annotation":
                text = f"Comment by {self.preamble.author or 'unknown'}: {text}"
            self.preamble.author = ""
            self._story.anchor([Piece(BlockKind.FOOTNOTE, text)])

    def _symbol(self, token: Token) -> None:
        name = token.name
        if name == "*":
            self._optional = True
        elif name in "\r\n":
            self._end_paragraph()
        elif name in SYMBOLS:
            self._write(SYMBOLS[name])

    def _word(self, token: Token) -> None:
        name, number = token.name, token.number
        optional, self._optional = self._optional, False
        if name in SKIPPED or (optional and name not in _KNOWN):
            self._state.destination = name
        elif self._state.destination:
            self._word_inside(name, number)
        elif name in STORIES:
            self._begin_story(name)
        elif name in _STATED:
            self._state.destination = name
            self.preamble.taken()
        elif name in CHARACTERS:
            self._write(CHARACTERS[name])
        elif name in PARAGRAPH_ENDS:
            self._end_paragraph()
        elif name == "u":
            self._unicode(number or 0)
        else:
            self._shaping_word(name, number)

    def _word_inside(self, name: str, number: int | None) -> None:
        """Handle a word in a group whose text is no text of the document."""
        if self._state.destination == "info" and name in INFORMATION:
            self._state.destination = name
            self.preamble.taken()
        elif name == "u" and self._state.destination not in SKIPPED:
            self._unicode(number or 0)
        else:
            self.preamble.word(self._state.destination, name, number)

    def _begin_story(self, name: str) -> None:
        self._state.owner = name
        self._state.begin_paragraph()
        self._stories.append(Story())

    def _shaping_word(self, name: str, number: int | None) -> None:
        """Handle a word about characters, paragraphs or tables."""
        state = self._state
        match name:
            case "ansicpg":
                self._charset = CODE_PAGES.get(number or 0, f"cp{number or 1252}")
            case "mac":
                self._charset = "mac_roman"
            case "f":
                state.charset = self.preamble.fonts.get(number or 0, "")
                state.symbols = self.preamble.symbol_font(number or 0)
            case "listtext" | "pntext":
                state.is_marker = True
                self._story.in_marker += 1
                self._story.marker.clear()
            case "cell":
                self._story.end_cell(self._format(depth=1))
            case "nestcell":
                self._story.end_cell(self._format(depth=max(state.depth, 2)))
            case "row":
                self._story.end_row(state.row.places, 1)
            case "nestrow":
                self._story.end_row(state.row.places, max(state.depth, 2))
            case _:
                state.word(name, number)

    def _text(self, token: Token) -> None:
        state = self._state
        data = token.data
        if self._to_skip:
            skipped = min(self._to_skip, len(data))
            self._to_skip -= skipped
            data = data[skipped:]
        if state.destination == "pict":
            self._picture += _hexadecimal(data)
        elif state.destination not in SKIPPED:
            self._bytes += data
            if state.destination:
                self._decode()

    def _binary(self, token: Token) -> None:
        if self._state.destination == "pict":
            self._picture += token.data

    def _decode(self) -> None:
        """Write the bytes that have come in, in the charset of their font."""
        if not self._bytes:
            return
        data = bytes(self._bytes)
        self._bytes.clear()
        if self._state.symbols:
            self._write(coded(data))
        else:
            self._write(_decoded(data, self._state.charset or self._charset))

    def _unicode(self, number: int) -> None:
        number += 0x10000 if number < 0 else 0
        self._write(chr(number) if 0 < number < 0x110000 else "")
        self._to_skip = self._state.skip

    def _write(self, text: str) -> None:
        state = self._state
        if self._shows:
            self._story.write(meant(text, state.symbols), state.hidden)
        elif state.destination == "fonttbl":
            self.preamble.font_name(text)
        elif state.destination in ("stylesheet", "atnauthor") or state.destination in INFORMATION:
            self.preamble.name.append(text)

    def _end_paragraph(self) -> None:
        if self._shows:
            self._story.end_paragraph(self._format())

    def _format(self, state: State | None = None, depth: int | None = None) -> ParagraphFormat:
        state = state or self._state
        style = self.preamble.styles.get(state.style, ParagraphFormat())
        kind, level = style.kind, style.level
        if kind is BlockKind.TEXT and 0 <= state.outline < BODY_LEVEL:
            kind, level = BlockKind.TITLE, min(state.outline + 1, DEEPEST_TITLE)
        if depth is None:
            depth = state.depth if state.in_table else 0
        return ParagraphFormat(kind, level, style.contents, depth)


def _decoded(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset, "replace")
    except LookupError:
        return data.decode("cp1252", "replace")


def _hexadecimal(data: bytes) -> bytes:
    try:
        return bytes.fromhex(data.decode("ascii"))
    except ValueError:
        return b""
