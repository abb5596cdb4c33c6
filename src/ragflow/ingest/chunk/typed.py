"""Types of columns: what most values of a column are, and the values as that type.

In: the texts of a column. Out: for each its value as int, float, bool, ISO 8601 text of a time, or
the text itself; None for what is not of the type that most others are. Signs of currency and of
percent are left out of numbers, but beside bare fractions percentages are fractions too; digits
with a leading zero are text, such as postal codes.
"""

from __future__ import annotations

import calendar
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from ragflow.domain.chunks import FieldValue


class ColumnType(StrEnum):
    """Name what most values of a column are."""

    INT = "int"
    FLOAT = "float"
    TEXT = "text"
    DATETIME = "datetime"
    BOOL = "bool"


_BOOLS = {
    **dict.fromkeys(("true", "yes", "y", "是", "√", "✓", "✔"), True),
    **dict.fromkeys(("false", "no", "n", "否", "×", "✗", "✘"), False),
}
_SIGNS = "$€£¥￥₹₩%％"
_INT = re.compile(r"[+-]?(?:0|[1-9]\d{0,17}|[1-9]\d{0,2}(?:,\d{3})+)")
_FLOAT = re.compile(
    r"[+-]?(?:(?:0|[1-9]\d{0,17})?\.\d+(?:e[+-]?\d{1,2})?|\d(?:\.\d+)?e[+-]?\d{1,2}"
    r"|[1-9]\d{0,2}(?:,\d{3})+\.\d+)",
    re.IGNORECASE,
)
_LONGEST_VALUE = 64  # characters of a number, a time or a truth
_LONGEST_INT = 19  # with a sign and 18 digits, what 64 bits hold
_CODE = re.compile(r"0\d+")
_COMMA_FLOAT = re.compile(r"[+-]?(?:(?:0|[1-9]\d{0,17}),\d+|[1-9]\d{0,2}(?:\.\d{3})+,\d+)")
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr)}
_YEAR_FIRST = r"(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?"
_YEAR_LAST = r"(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second>\d{1,2})(?P=mark)(?P<last_year>\d{4})"
_DAY_WORD = r"(?P<word_day>\d{1,2})\.?[ -](?P<word>[a-z]{3,9})\.?[ -](?P<word_year>\d{4})"
_WORD_DAY = r"(?P<name>[a-z]{3,9})\.? (?P<name_day>\d{1,2}),? (?P<name_year>\d{4})"
_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<seconds>\d{2})(?:\.\d+)?)?(?: ?(?P<half>[ap])m)?Z?"
)
_MOMENT = re.compile(
    rf"(?:{_YEAR_FIRST}|{_YEAR_LAST}|{_DAY_WORD}|{_WORD_DAY})(?:[ T]{_TIME})?", re.IGNORECASE
)


def typed_values(texts: Sequence[str]) -> tuple[ColumnType, list[FieldValue]]:
    """Return the type of a column and its values; blank texts have none and do not count."""
    different = Counter(texts)
    dates = _date_reader(list(different))
    counts: Counter[ColumnType] = Counter()
    for text, times in different.items():
        if text.strip():
            counts[_type_of(text, dates)] += times
    numbers = counts[ColumnType.INT] + counts[ColumnType.FLOAT]
    if any(_CODE.fullmatch(text.strip()) for text in different):
        counts[ColumnType.TEXT] += numbers  # then its other digits are codes too
        numbers = 0
    number_type = ColumnType.FLOAT if counts[ColumnType.FLOAT] else ColumnType.INT
    votes = {
        ColumnType.TEXT: counts[ColumnType.TEXT],
        number_type: numbers,
        ColumnType.DATETIME: counts[ColumnType.DATETIME],
        ColumnType.BOOL: counts[ColumnType.BOOL],
    }
    winner = max(votes, key=lambda each: votes[each])
    read: dict[ColumnType, Callable[[str], FieldValue]] = {
        ColumnType.INT: _number,
        ColumnType.FLOAT: _float,
        ColumnType.BOOL: lambda text: _BOOLS.get(text.lower()),
        ColumnType.DATETIME: dates,
        ColumnType.TEXT: lambda text: text,
    }
    values = {text: read[winner](text.strip()) if text.strip() else None for text in different}
    if winner in (ColumnType.INT, ColumnType.FLOAT) and _mixes_percents(values):
        winner = ColumnType.FLOAT
        values = {text: _as_fraction(text, value) for text, value in values.items()}
    return winner, [values[text] for text in texts]


def _mixes_percents(values: Mapping[str, FieldValue]) -> bool:
    """Tell whether some numbers are percentages and all others bare fractions."""
    numbers = {text: value for text, value in values.items() if isinstance(value, (int, float))}
    bare = [abs(value) for text, value in numbers.items() if not _is_percent(text)]
    return len(bare) < len(numbers) and max(bare, default=2) <= 1 and any(0 < n < 1 for n in bare)


def _as_fraction(text: str, value: FieldValue) -> FieldValue:
    if not isinstance(value, (int, float)):
        return value
    return round(value / 100, 12) if _is_percent(text) else float(value)


def _is_percent(text: str) -> bool:
    return "%" in text or "％" in text


def _type_of(text: str, dates: Callable[[str], str | None]) -> ColumnType:
    text = text.strip()
    if len(text) > _LONGEST_VALUE:
        return ColumnType.TEXT
    if text.lower() in _BOOLS:
        return ColumnType.BOOL
    number = _number(text)
    if number is not None:
        return ColumnType.INT if isinstance(number, int) else ColumnType.FLOAT
    return ColumnType.DATETIME if dates(text) else ColumnType.TEXT


def _number(text: str) -> int | float | None:
    bare = text.strip(f"{_SIGNS} ")
    if bare[:1] in "+-":
        bare = bare[:1] + bare[1:].lstrip(f"{_SIGNS} ")
    if _INT.fullmatch(bare) and len(bare) <= _LONGEST_INT:
        return int(bare.replace(",", ""))
    if _FLOAT.fullmatch(bare):
        return float(bare.replace(",", ""))
    if _COMMA_FLOAT.fullmatch(bare):
        return float(bare.replace(".", "").replace(",", "."))
    return None


def _float(text: str) -> float | None:
    number = _number(text)
    return None if number is None else float(number)


def _date_reader(texts: Sequence[str]) -> Callable[[str], str | None]:
    """Return what reads the times of a column; all its dates have the day and month in one order.

    Where either order fits all of them, the month comes first; before dots it is the day.
    """
    day_first = any(_moment(text, True) and not _moment(text, False) for text in texts)
    return lambda text: _moment(text, day_first)


def _moment(text: str, day_first: bool) -> str | None:
    """Return a time as ISO 8601 text; None for other texts."""
    match = _MOMENT.fullmatch(" ".join(text.split())) if len(text) <= _LONGEST_VALUE else None
    if match is None:
        return None
    part = match.groupdict()
    if part["year"]:
        date = part["year"], part["month"], part["day"]
    elif part["last_year"]:
        first, second = part["first"], part["second"]
        in_order = day_first or part["mark"] == "."
        date = part["last_year"], *((second, first) if in_order else (first, second))
    else:
        name = (part["word"] or part["name"])[:3].lower()
        year, day = part["word_year"] or part["name_year"], part["word_day"] or part["name_day"]
        date = year, str(_MONTHS.get(name, 0)), day
    hour = int(part["hour"] or 0)
    if part["half"]:
        hour = hour % 12 + (12 if part["half"].lower() == "p" else 0)
    years, months, days = map(int, date)
    minute, seconds = int(part["minute"] or 0), int(part["seconds"] or 0)
    try:
        moment = datetime(years, months, days, hour, minute, seconds)
    except ValueError:
        return None
    return moment.isoformat(" ") if part["hour"] else moment.date().isoformat()
