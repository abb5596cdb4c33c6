"""Records: rows of tables that can be asked by SQL, and by nothing else.

In: the typed values of rows, and a query that may come from a model or from anybody. Out: at most
so many rows of its result. Refused with `QueryRefused`: all that is not one SELECT over these rows
by harmless functions, and what takes too long or too much. The rows lie in a database in memory
that is made for one question, so a query can never reach what is stored, of whomever.
"""

from __future__ import annotations

import re
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ragflow.domain.chunks import ROWS, FieldValue, RowValues
from ragflow.domain.errors import RagflowError

TABLE = "records"
ROW = "row_id"

_RESERVED = frozenset({ROW, ROWS})
MOST_COLUMNS = 300
SAMPLES = 3
_LONGEST_SAMPLE = 40
_OPERATIONS = 2000  # of SQLite's machine, between two looks at the clock
_BEGINNING = re.compile(r"\s*(?:select|with)\b", re.IGNORECASE)
_FUNCTIONS = frozenset(
    """abs avg ceil ceiling coalesce count cume_dist date datetime dense_rank first_value floor glob
    group_concat ifnull iif instr julianday lag last_value lead length like lower ltrim max min mod
    nth_value ntile nullif percent_rank pow power rank replace round row_number rtrim sign sqrt
    strftime string_agg substr substring sum time total trim typeof unixepoch upper""".split()  # noqa: SIM905, a word list reads best
)
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 1_000_000,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 10_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 10,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 500,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 100,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}

Key = tuple[str, str]
"""A chunk, by document and chunk id."""


class QueryRefused(RagflowError):
    """Say why a query was not answered (facts: reason)."""

    template = "The query was refused: {reason}"


@dataclass(frozen=True, slots=True)
class RecordColumn:
    """Describe a column: its key, the name that people know, its type and some of its values."""

    key: str
    shown: str
    type: str
    samples: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Tell whether one can calculate with its values."""
        return self.type in ("INTEGER", "REAL")


@dataclass(frozen=True, slots=True)
class Result:
    """Hold the first rows of a result; `more` tells whether there were others."""

    columns: tuple[str, ...]
    rows: tuple[tuple[FieldValue, ...], ...]
    more: bool = False


class Records:
    """Hold rows in a database of their own; close it after use."""

    def __init__(
        self,
        rows: Sequence[RowValues],
        names: Mapping[str, str],
        *,
        about: str = "",
        seconds: float = 2.0,
    ) -> None:
        """Read rows with the shown `names` of their keys.

        `about` says what the rows are, such as the names of their files; a query may take so many
        seconds.
        """
        self.about = about
        self._seconds = seconds
        self._sources: list[Key] = []
        values: dict[str, list[FieldValue]] = {}
        counts = Counter(key for row in rows for key in row.fields if key not in _RESERVED)
        keys = [key for key in names if counts[key]] or list(counts)
        self._keys = sorted(keys, key=lambda key: -counts[key])[:MOST_COLUMNS]
        self._keys.sort(key=keys.index)
        for key in self._keys:
            values[key] = [row.fields.get(key) for row in rows]
        self.columns = tuple(
            RecordColumn(key, names.get(key, key), _type(values[key]), _samples(values[key]))
            for key in self._keys
        )
        self._connection = sqlite3.connect(":memory:", check_same_thread=False)
        self._lock = threading.Lock()  # whoever asked may leave while a thread still counts
        self._fill(rows)
        self._shut()

    def __len__(self) -> int:
        return len(self._sources)

    def source(self, row: int) -> Key:
        """Return the chunk of a row by its number, from 1."""
        return self._sources[row - 1]

    def run(self, query: str, parameters: Sequence[FieldValue] = (), *, most: int = 50) -> Result:
        """Return the first rows of a query's result. Raises `QueryRefused`."""
        if not _BEGINNING.match(query):
            raise QueryRefused(reason="it is not a SELECT")
        try:
            with self._lock:
                self._connection.set_progress_handler(_until(self._seconds), _OPERATIONS)
                cursor = self._connection.execute(query, parameters)
                rows = cursor.fetchmany(most + 1)
                names = tuple(column[0] for column in cursor.description or ())
                cursor.close()
        except (sqlite3.Error, sqlite3.Warning, OverflowError, ValueError, MemoryError) as error:
            raise QueryRefused(reason=str(error)) from None
        return Result(names, tuple(map(tuple, rows[:most])), len(rows) > most)

    def close(self) -> None:
        """Forget the rows; a query that is under way ends."""
        self._connection.interrupt()
        with self._lock:
            self._connection.close()

    def _fill(self, rows: Iterable[RowValues]) -> None:
        declared = "".join(f", {quoted(column.key)} {column.type}" for column in self.columns)
        self._connection.execute(f"CREATE TABLE {TABLE} ({ROW} INTEGER PRIMARY KEY{declared})")
        marks = ", ".join("?" * len(self._keys))
        names = ", ".join(quoted(column.key) for column in self.columns)
        statement = f"INSERT INTO {TABLE} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
        if not self._keys:
            statement = f"INSERT INTO {TABLE} DEFAULT VALUES"
        for row in rows:
            times = int(row.fields.get(ROWS) or 1)
            self._sources += [(row.document_id, row.chunk_id)] * times
            values = [row.fields.get(key) for key in self._keys]
            self._connection.executemany(statement, [values] * times)
        self._connection.commit()

    def _shut(self) -> None:
        """Allow nothing from here on but to read the table."""
        self._connection.execute("PRAGMA query_only=ON")
        for limit, value in _LIMITS.items():
            self._connection.setlimit(limit, value)
        self._connection.set_authorizer(_authorise)


def quoted(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def row_count(rows: Iterable[RowValues]) -> int:
    """Count rows, of which equal ones of a document are one chunk."""
    return sum(int(row.fields.get(ROWS) or 1) for row in rows)


def _authorise(
    action: int, first: str | None, second: str | None, _database: str | None, _by: str | None
) -> int:
    """Tell SQLite whether a part of a query may do what it does."""
    allowed = (
        action == sqlite3.SQLITE_SELECT
        or (action == sqlite3.SQLITE_READ and first == TABLE)
        or (action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in _FUNCTIONS)
    )
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _until(seconds: float) -> Callable[[], int]:
    end = time.monotonic() + seconds
    return lambda: int(time.monotonic() > end)


def _type(values: Iterable[FieldValue]) -> str:
    """Return the type under which SQLite leaves all values as they are."""
    kinds = {type(value) for value in values if value is not None}
    if kinds == {str}:
        return "TEXT"
    if kinds == {bool}:
        return "BOOLEAN"
    if kinds == {int}:
        return "INTEGER"
    return "REAL" if kinds and kinds <= {int, float} else "BLOB"


def _samples(values: Iterable[FieldValue]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for value in values:
        if value is not None:
            found.setdefault(str(value)[:_LONGEST_SAMPLE])
            if len(found) == SAMPLES:
                break
    return tuple(found)
