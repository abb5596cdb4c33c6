"""Number formats of spreadsheets: what people read in a cell.

In: a value and the format code of its cell. Out: the value as shown, where the code adds something
to the bare value: a percent sign, a currency, a unit, leading zeros, parts of a date. Full dates
begin with the year, so that they mean the same everywhere. Colours and conditions are left aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

BUILT_IN = {
    9: "0%",
    10: "0.00%",
    14: "yyyy-mm-dd",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss",
}
"""Codes that files refer to by number alone, those that add something to a bare value."""

_CURRENCY = "$€£¥₹₽₩₪₺฿"
_MOST_DIGITS = 15  # that a spreadsheet keeps
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]'
    r"|\[(?P<elapsed>[hms]+)\]|\[[^\]]*\]|_.|\*.|(?P<half>AM/PM|A/P)"
    r"|(?P<part>y+|m+|d+|h+|s+(?:\.0+)?)|(?P<digits>[#0?][#0?,.]*(?:[eE][+-][#0?]+)?)"
    r"|(?P<percent>%)|General|(?P<plain>.)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str
    text: str


@lru_cache(maxsize=512)
def _pieces(section: str) -> tuple[_Piece, ...]:
    pieces: list[_Piece] = []
    for match in _TOKEN.finditer(section):
        kind = match.lastgroup or ""
        text = match.group(kind) if kind else ""
        if kind in ("quoted", "escaped", "currency", "plain"):
            kind = "literal"
        if kind:
            pieces.append(_Piece(kind, text))
    return tuple(pieces)


def says_more(code: str) -> bool:
    """Tell whether a format shows more than the bare value."""
    pieces = [piece for section in code.split(";") for piece in _pieces(section)]
    if any(piece.kind in ("percent", "part", "elapsed") for piece in pieces):
        return True
    literals = "".join(piece.text for piece in pieces if piece.kind == "literal")
    digits = [piece.text for piece in pieces if piece.kind == "digits"]
    padded = any(re.match(r"0{2,}(?![\d.,#?])", text) for text in digits)
    return padded or any(c.isalpha() or c in _CURRENCY for c in literals)


def shown_number(value: float, code: str) -> str:
    """Return a number as its format shows it."""
    sections = code.split(";")
    negative = value < 0
    if value == 0 and len(sections) > 2:
        section = sections[2]
    elif negative and len(sections) > 1:
        section, value, negative = sections[1], -value, False
    else:
        section = sections[0]
    pieces = _pieces(section)
    if any(piece.kind == "percent" for piece in pieces):
        value *= 100
    out: list[str] = []
    for piece in pieces:
        if piece.kind == "digits":
            out.append(_grouped(abs(value), piece.text))
        elif piece.kind == "percent":
            out.append("%")
        elif piece.kind == "literal":
            out.append(piece.text)
    text = " ".join("".join(out).split())
    if not any(piece.kind == "digits" for piece in pieces):
        return text or f"{value:.{_MOST_DIGITS}g}"
    return f"-{text}" if negative else text


def _grouped(value: float, digits: str) -> str:
    """Return a number with the digits and separators of a format."""
    if "e" in digits.lower():
        return f"{value:.{_MOST_DIGITS}g}"
    bare = digits.rstrip(",")
    value /= 1000 ** (len(digits) - len(bare))  # commas at the end scale by a thousand each
    whole, _, fraction = bare.partition(".")
    least, most = fraction.count("0"), len(fraction)
    text = f"{value:{',' if ',' in whole else ''}.{most}f}"
    if most > least:
        head, _, tail = text.partition(".")
        tail = tail[:least] + tail[least:].rstrip("0")
        text = f"{head}.{tail}" if tail else head
    zeros = whole.count("0")
    head, dot, tail = text.partition(".")
    return head.zfill(zeros) + dot + tail


def shown_date(value: date | time | timedelta, code: str) -> str:
    """Return a date, a time or a duration as its format shows it."""
    pieces = _pieces(code.split(";")[0])
    parts = [piece.text.lower() for piece in pieces if piece.kind == "part"]
    if isinstance(value, timedelta) or any(piece.kind == "elapsed" for piece in pieces):
        return _duration(value, seconds=any(part[0] == "s" for part in parts))
    minutes = _minutes(pieces)
    kinds = {
        "minute" if i in minutes else p.text[0].lower()
        for i, p in enumerate(pieces)
        if p.kind == "part"
    }
    if isinstance(value, date) and {"y", "m", "d"} <= kinds:
        moment = _moment(value)
        return moment.isoformat(" ") if "h" in kinds else moment.date().isoformat()
    if not kinds:
        return value.isoformat()
    half = any(piece.kind == "half" for piece in pieces)
    return "".join(_rendered(value, pieces, minutes, half=half)).strip()


def _minutes(pieces: tuple[_Piece, ...]) -> set[int]:
    """Return which pieces of `m` are minutes: those after hours or before seconds."""
    parts = [index for index, piece in enumerate(pieces) if piece.kind in ("part", "elapsed")]
    found: set[int] = set()
    for position, index in enumerate(parts):
        if pieces[index].text[0].lower() != "m":
            continue
        before = pieces[parts[position - 1]].text[0].lower() if position else ""
        following = parts[position + 1 : position + 2]
        after = pieces[following[0]].text[0].lower() if following else ""
        if before == "h" or after == "s":
            found.add(index)
    return found


def _rendered(
    value: date | time, pieces: tuple[_Piece, ...], minutes: set[int], *, half: bool
) -> Iterator[str]:
    moment = _moment(value)
    for index, piece in enumerate(pieces):
        text = piece.text.lower()
        if piece.kind == "literal":
            yield piece.text
        elif piece.kind == "half":
            yield "AM" if moment.hour < 12 else "PM"
        elif piece.kind != "part":
            continue
        elif index in minutes:
            yield f"{moment.minute:02}"
        elif text[0] == "h":
            hour = (moment.hour % 12 or 12) if half else moment.hour
            yield f"{hour:02}" if len(text) > 1 else str(hour)
        elif text[0] == "s":
            yield f"{moment.second:02}"
        else:
            yield _of_date(moment, text)


def _of_date(moment: datetime, part: str) -> str:
    if part[0] == "y":
        return f"{moment.year:04}"
    names = {"m": ("%b", "%B"), "d": ("%a", "%A")}[part[0]]
    number = moment.month if part[0] == "m" else moment.day
    if len(part) > 2:
        return moment.strftime(names[len(part) > 3])
    return f"{number:02}" if len(part) > 1 else str(number)


def _moment(value: date | time) -> datetime:
    if isinstance(value, datetime):
        return value
    if isinstance(value, time):
        return datetime.combine(date(1900, 1, 1), value)
    return datetime.combine(value, time())


def _duration(value: date | time | timedelta, *, seconds: bool) -> str:
    if isinstance(value, datetime):
        value -= datetime(1899, 12, 30)
    elif isinstance(value, time):
        value = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    elif isinstance(value, date):
        value = timedelta(days=(value - date(1899, 12, 30)).days)
    total = round(value.total_seconds())
    sign = "-" if total < 0 else ""
    minutes, rest = divmod(abs(total), 60)
    text = f"{sign}{minutes // 60}:{minutes % 60:02}"
    return f"{text}:{rest:02}" if seconds or rest else text
