"""Plain questions to records, understood by their words alone, without a model.

In: a question in English or Chinese, and records. Out: what it asks for, if every telling word of
it names a column, a value of one, or what to do with them: count, sum, average, greatest, least.
Nothing where a word is left over, as it may change the meaning; better no answer than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from ragflow.domain.chunks import FieldValue
from ragflow.generate.tables.asking import Found, find
from ragflow.generate.tables.records import ROW, TABLE, QueryRefused, RecordColumn, Records, quoted
from ragflow.text.stopwords import stop_words
from ragflow.text.tokenise import words

_MOST_VALUES = 20_000
"""Different texts of a column; one with more is not looked through."""

_MOST_TOKENS = 60
_DOINGS: Mapping[str, str] = {
    "count": "how many|number of|count of|count|多少|几|几个|数量|个数",
    "max": "maximum|max|highest|largest|greatest|biggest|longest|latest|newest|most"
    "|最大|最高|最多|最长|最晚",
    "min": "minimum|min|lowest|smallest|least|fewest|shortest|earliest|oldest"
    "|最小|最低|最少|最短|最早",
    "sum": "sum of|sum|total|altogether|in total|总和|总计|合计|一共|总共",
    "avg": "average|mean|on average|平均|平均值|平均数",
}
_FILLERS = """list there row rows record records entry entries table value values get find see has
have work works worked live lives cost costs and total amount 列出 表 记录 行 共 有 值 是"""
_TURNING = """no not nor without except but only other same more less than over under above below
before after between until from to up down during further again against per by each every
不 没 没有 更 其他"""
"""Words that carry no meaning of their own and turn that of others."""

_NAMES = re.compile(r"[/／(（)）,，、;；\[\]【】]")

Tokens = tuple[str, ...]


@dataclass(slots=True)
class _Understood:
    """Hold what the words of a question name, and which of them name nothing."""

    tokens: Tokens
    used: set[int] = field(default_factory=set)
    doing: str = ""
    counted: int = -1
    """The place of the first word after `how many`."""
    different: bool = False
    group: RecordColumn | None = None
    columns: list[RecordColumn] = field(default_factory=list)
    filters: dict[str, list[FieldValue]] = field(default_factory=dict)

    def take(self, phrase: Tokens) -> int:
        """Use up a phrase; return the place behind it, -1 where it does not stand there."""
        for start in range(len(self.tokens) - len(phrase) + 1):
            place = range(start, start + len(phrase))
            if self.tokens[start : start + len(phrase)] == phrase and not self.used & set(place):
                self.used |= set(place)
                return start + len(phrase)
        return -1

    def take_one(self, place: int, listed: frozenset[str]) -> bool:
        """Use up one word if it is among those listed; tell whether it was."""
        if place < 0 or self.tokens[place] not in listed:
            return False
        self.used.add(place)
        return True

    @property
    def left_over(self) -> list[int]:
        """Return the places of telling words that name nothing."""
        known = _unspoken() - (frozenset() if len(self.filters) < 2 else frozenset({"or", "或"}))
        return [
            place
            for place, token in enumerate(self.tokens)
            if place not in self.used and token not in known
        ]


def ask_plainly(question: str, records: Records) -> Found | None:
    """Return what a question finds; None where it is not understood as a whole."""
    tokens = tuple(word.text for word in words(question))
    if not tokens or len(tokens) > _MOST_TOKENS:
        return None
    understood = _Understood(tokens)
    for name, column in _column_names(records):
        end = understood.take(name)
        if end < 0 or column in understood.columns or column == understood.group:
            continue
        if column.type == "TEXT" and understood.take_one(end - len(name) - 1, _grouping()):
            understood.group = column
        else:
            understood.columns.append(column)
    if not _take_values(understood, question, records) or not _take_doing(understood):
        return None
    if not _counts_rows(understood, records) and understood.left_over:
        return None
    query = _query(understood, records)
    if query is None:
        return None
    parameters = [value for values in understood.filters.values() for value in values]
    try:
        return find(records, query, parameters * query.count("WHERE "))
    except QueryRefused:
        return None


def _take_values(understood: _Understood, question: str, records: Records) -> bool:
    """Use up the values that a question names; False where one may belong to several columns."""
    found: dict[Tokens, list[tuple[RecordColumn, FieldValue]]] = {}
    asked = question.casefold()
    for column in records.columns:
        for value in _values(column, records):
            if str(value).casefold() in asked:
                phrase = tuple(word.text for word in words(str(value)))
                if phrase and not stop_words().issuperset(phrase):
                    found.setdefault(phrase, []).append((column, value))
    for phrase in sorted(found, key=len, reverse=True):
        if understood.take(phrase) < 0:
            continue
        named = {column.key for column, _ in found[phrase]}
        if len(named) > 1:
            named &= {column.key for column in understood.columns}
            if len(named) != 1:
                return False
        for column, value in found[phrase]:
            if column.key in named:
                understood.filters.setdefault(column.key, []).append(value)
    return True


def _take_doing(understood: _Understood) -> bool:
    """Use up what is to be done; False where that is more than one thing."""
    for doing, phrase in _doings():
        end = understood.take(phrase)
        if end < 0:
            continue
        if understood.doing not in ("", doing):
            return False
        understood.doing = doing
        if doing == "count":
            understood.counted = end
            understood.different = any(understood.take(phrase) >= 0 for phrase in _different())
    return True


def _counts_rows(understood: _Understood, records: Records) -> bool:
    """Tell whether the one word left over is what the rows are, as in `how many orders`."""
    if understood.doing != "count" or understood.left_over != [understood.counted]:
        return False
    about = {token for word in words(records.about) for token in (word.text, *word.parts)}
    return understood.tokens[understood.counted] in about


def _query(understood: _Understood, records: Records) -> str | None:
    """Return the query that a question means."""
    where = _where(understood.filters)
    asked = [column for column in understood.columns if column.key not in understood.filters]
    numbers = [column for column in asked if column.is_number or _is_time(column)]
    if understood.group is not None:
        return _grouped(understood, understood.group, asked, where)
    match understood.doing:
        case "count" if not asked and not understood.different:
            return f'SELECT COUNT(*) AS "count" FROM {TABLE}{where}'  # noqa: S608 - our own words
        case "count" if len(asked) == 1 and asked[0].type == "TEXT":
            return f"SELECT {_gathered(understood, asked)} FROM {TABLE}{where}"  # noqa: S608
        case "count" | "" if asked and where:
            return _listing(understood, asked, records, where)
        case "sum" | "avg" if len(asked) == len(numbers) == 1 and asked[0].is_number:
            return f"SELECT {_gathered(understood, asked)} FROM {TABLE}{where}"  # noqa: S608
        case "max" | "min" if len(numbers) == 1:
            name = quoted(numbers[0].key)
            best = f"SELECT {understood.doing.upper()}({name}) FROM {TABLE}{where}"  # noqa: S608
            condition = f"{where} AND" if where else " WHERE"
            return _listing(understood, asked, records, f"{condition} {name} = ({best})")
    return None


def _grouped(
    understood: _Understood, group: RecordColumn, asked: Sequence[RecordColumn], where: str
) -> str | None:
    """Return the query for a number of each group."""
    counts = understood.doing == "count" and all(column.type == "TEXT" for column in asked)
    calculates = understood.doing not in ("", "count") and all(c.is_number for c in asked)
    if len(asked) > 1 or not (counts or (calculates and asked)):
        return None
    name = quoted(group.key)
    gathered = _gathered(understood, asked)
    # Rows of other tables, without this column, are no group.
    known = f"{where} AND" if where else " WHERE"
    known += f" {name} IS NOT NULL"
    return f"SELECT {name}, {gathered} FROM {TABLE}{known} GROUP BY {name} ORDER BY {name}"  # noqa: S608


def _gathered(understood: _Understood, asked: Sequence[RecordColumn]) -> str:
    """Return what is gathered: the rows, the different texts of a column or its numbers."""
    if understood.doing == "count":
        what = f"DISTINCT {quoted(asked[0].key)}" if asked else "*"
        return f'COUNT({what}) AS "count"'
    label = f"{_LABELS[understood.doing]} {asked[0].shown}"
    return f"{understood.doing.upper()}({quoted(asked[0].key)}) AS {quoted(label)}"


_LABELS = {"sum": "total", "avg": "average", "max": "highest", "min": "lowest"}


def _listing(
    understood: _Understood, asked: Sequence[RecordColumn], records: Records, where: str
) -> str:
    """Return a query for rows: what tells them apart, then what is asked of them."""
    label = [column for column in records.columns if column.key in understood.filters]
    if all(column.is_number for column in (*label, *asked)):
        label += _naming(records, asked)
    shown = dict.fromkeys(quoted(column.key) for column in (*label, *asked))
    return f"SELECT {ROW}, {', '.join(shown)} FROM {TABLE}{where}"  # noqa: S608 - our own names


def _naming(records: Records, asked: Sequence[RecordColumn]) -> list[RecordColumn]:
    """Return the column of text that most rows with what is asked have, the first of several."""
    there = " AND ".join(f"{quoted(column.key)} IS NOT NULL" for column in asked)

    def filled(column: RecordColumn) -> int:
        name = quoted(column.key)
        counted = f"SELECT COUNT({name}) FROM {TABLE} WHERE {there}"  # noqa: S608 - our own names
        return int(str(records.run(counted, most=1).rows[0][0]))

    texts = [column for column in records.columns if column.type == "TEXT"]
    return [max(texts, key=filled)] if texts and there else texts[:1]


def _where(filters: Mapping[str, Sequence[FieldValue]]) -> str:
    parts = [f"{quoted(key)} IN ({', '.join('?' * len(v))})" for key, v in filters.items()]
    return f" WHERE {' AND '.join(parts)}" if parts else ""


def _is_time(column: RecordColumn) -> bool:
    return column.type == "TEXT" and all(_TIME.fullmatch(sample) for sample in column.samples)


_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(?: .*)?")


def _values(column: RecordColumn, records: Records) -> Sequence[FieldValue]:
    """Return the different values by which rows can be picked: texts, and whole numbers."""
    if column.type not in ("TEXT", "INTEGER"):
        return ()
    name = quoted(column.key)
    query = f"SELECT {name} FROM {TABLE} WHERE {name} IS NOT NULL GROUP BY 1"  # noqa: S608
    result = records.run(query, most=_MOST_VALUES)
    return () if result.more else [row[0] for row in result.rows]


def _column_names(records: Records) -> Iterator[tuple[Tokens, RecordColumn]]:
    """Yield what each column may be called, the longest names first."""
    named: list[tuple[Tokens, RecordColumn]] = []
    for column in records.columns:
        for name in {column.shown, *_NAMES.split(column.shown), column.key.replace("_", " ")}:
            tokens = tuple(word.text for word in words(name))
            if tokens and not stop_words().issuperset(tokens):
                named.append((tokens, column))
    yield from sorted(named, key=lambda each: (-len(each[0]), each[0]))


@cache
def _doings() -> tuple[tuple[str, Tokens], ...]:
    phrases = [
        (doing, tuple(word.text for word in words(phrase)))
        for doing, listed in _DOINGS.items()
        for phrase in listed.split("|")
    ]
    return tuple(sorted(phrases, key=lambda each: -len(each[1])))


@cache
def _grouping() -> frozenset[str]:
    return frozenset(word.text for word in words("per by each every 每 每个 各 各个"))


@cache
def _different() -> tuple[Tokens, ...]:
    phrases = ("different", "distinct", "unique", "不同")
    return tuple(tuple(word.text for word in words(phrase)) for phrase in phrases)


@cache
def _unspoken() -> frozenset[str]:
    """Return the tokens that a question may hold beside what it is about."""
    fillers, turning = (
        frozenset(word.text for word in words(text)) for text in (_FILLERS, _TURNING)
    )
    return (stop_words() | fillers) - turning
