"""The tokens of RTF: groups, control words with their numbers, bytes of text and binary data.

In: the bytes of a file. Out: tokens in order; what is cut off ends with the last whole one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

OPEN, CLOSE, WORD, SYMBOL, TEXT, BINARY = "{", "}", "word", "symbol", "text", "binary"

_TOKEN = re.compile(
    rb"(?P<braces>[{}])"
    rb"|\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?"
    rb"|\\'(?P<code>[0-9a-fA-F]{2})"
    rb"|\\(?P<symbol>[^a-zA-Z])"
    rb"|(?P<text>[^\\{}\r\n]+)"
    rb"|[\r\n]+|\\",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """Hold one token: its kind, the word or bytes, and the number of a word."""

    kind: str
    data: bytes = b""
    number: int | None = None

    @property
    def name(self) -> str:
        """Return a control word or symbol as text."""
        return self.data.decode("latin-1")


_OPEN, _CLOSE = Token(OPEN), Token(CLOSE)


def tokens(data: bytes) -> Iterator[Token]:
    """Yield the tokens of a file."""
    position = 0
    while found := _TOKEN.match(data, position):
        position = found.end()
        match found.lastgroup:
            case "braces":
                yield _OPEN if found["braces"] == b"{" else _CLOSE
            case "word" | "number":
                number = int(found["number"]) if found["number"] else None
                if found["word"] == b"bin":
                    size = max(number or 0, 0)
                    yield Token(BINARY, data[position : position + size])
                    position += size
                else:
                    yield Token(WORD, found["word"], number)
            case "code":
                yield Token(TEXT, bytes.fromhex(found["code"].decode("ascii")))
            case "symbol":
                yield Token(SYMBOL, found["symbol"])
            case "text":
                yield Token(TEXT, found["text"])
