"""Decode text files: bytes in, clean text out.

Order of belief: a byte order mark, an encoding that the file declares, UTF-8, UTF-8 with a few
damaged bytes, UTF-16 without a mark, then what `charsets` guesses. Binary data is refused.
"""

from __future__ import annotations

import codecs
import re

from ragflow.domain.errors import CorruptFile
from ragflow.ingest.parse.charsets import guess_charset

SAMPLE = 65_536
CONTEXT = 256  # bytes before the first one beyond ASCII
DAMAGE = 0.01  # share of undecodable bytes up to which a text still counts as UTF-8
BINARY = 0.02  # share of control characters from which a text counts as binary
STRAY = 4  # control characters that a text of any length may hold

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_BEYOND_ASCII = re.compile(b"[\x80-\xff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MULTIBYTE = {"chinese": "gb18030", "gb2312": "gb18030", "gbk": "gb18030", "x-sjis": "shift_jis"}


def decode(name: str, data: bytes, declared: str | None = None) -> str:
    """Return the text of a file with `\\n` line ends. Raises `CorruptFile` for binary data."""
    text = _decode(data, declared)
    sample = text[:SAMPLE]
    if len(_CONTROL.findall(sample)) > BINARY * len(sample) + STRAY:
        raise CorruptFile(name=name, reason="its content is binary data, not text")
    return clean(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))


def clean(text: str) -> str:
    """Remove what no database can store: NUL characters and halves of surrogate pairs."""
    return _UNSTORABLE.sub("", text) if _UNSTORABLE.search(text) else text


def _decode(data: bytes, declared: str | None) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    for candidate in (declared, "utf-8"):
        text = _strictly(data, candidate)
        if text is not None:
            return text
    tolerant = data.decode("utf-8", errors="replace")
    damaged = tolerant.count("\ufffd")
    beyond_ascii = len(data) - len(data.translate(None, bytes(range(128, 256))))
    if damaged <= DAMAGE * len(data) and damaged * 10 <= beyond_ascii:
        return tolerant
    return data.decode(_guess(data), errors="replace")


def _strictly(data: bytes, encoding: str | None) -> str | None:
    if not encoding:
        return None
    encoding = encoding.strip().lower()
    try:
        text = data.decode(_MULTIBYTE.get(encoding, encoding))
    except (LookupError, UnicodeError):
        return None
    return text if text.count("\0") <= len(text) // 100 else None  # else UTF-16 without its mark


def _guess(data: bytes) -> str:
    odd, even = data[1:SAMPLE:2].count(0), data[0:SAMPLE:2].count(0)
    if max(odd, even) * 5 > min(len(data), SAMPLE):
        return "utf-16-le" if odd > even else "utf-16-be"
    first = _BEYOND_ASCII.search(data)
    start = max(first.start() - CONTEXT, 0) if first is not None else 0
    sample = data[start : start + SAMPLE]  # pages of plain English may come before it
    return guess_charset(sample, whole=start + len(sample) == len(data))
