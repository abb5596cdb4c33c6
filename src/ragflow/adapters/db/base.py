"""What all repositories share: reading, writing, ordering and the meaning of violated constraints.

Inside `transaction()` a `get` on PostgreSQL locks its row until the commit, so that read, replace
and update never overwrite another's change; SQLite has one writer at a time anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    Executable,
    Index,
    Row,
    Select,
    Table,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import ColumnElement

from ragflow.adapters.db.types import Json, String
from ragflow.domain.errors import Conflict, InvalidInput, NotFound
from ragflow.domain.repositories import Paging

T = TypeVar("T")
Values = dict[str, Any]

IDS_PER_STATEMENT = 1000
LARGEST_INTEGER = 2**63 - 1


class Repository:
    """Give a noun's repository its connection and the statements that all of them need."""

    def __init__(self, connection: Connection, writes: bool) -> None:
        self._connection = connection
        self._writes = writes

    @property
    def _dialect(self) -> str:
        return self._connection.dialect.name

    def _rows(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        return self._connection.execute(statement).all()

    def _row(self, statement: Select[Any]) -> Row[Any] | None:
        """Return the one row, locked while this unit of work may write it."""
        if self._writes:
            statement = statement.with_for_update(key_share=True)  # SQLite's compiler leaves it out
        return self._connection.execute(statement).one_or_none()

    def _count(self, statement: Select[Any]) -> int:
        counted = select(func.count()).select_from(statement.order_by(None).subquery())
        return self._connection.execute(counted).scalar_one()

    def _contains(self, key: ColumnElement[str], part: str) -> ColumnElement[bool]:
        """Tell whether a case-folded column holds a text, in any case."""
        position = func.strpos if self._dialect == "postgresql" else func.instr
        return position(key, literal(part.casefold(), String)) > 0

    def _write(self, statement: Executable, rows: Sequence[Values] | None = None) -> int:
        """Execute a statement that changes rows; return how many it matched."""
        if not self._writes:
            raise RuntimeError("reading() hands out repositories that cannot write")
        return self._connection.execute(statement, rows).rowcount

    def _insert(self, table: Table, row: Values) -> None:
        self._write(insert(table).values(row))

    def _update(self, table: Table, row: Values, noun: str) -> None:
        """Store a row by its id. Raises `NotFound` when it is gone."""
        values = {name: value for name, value in row.items() if name != "id"}
        if not self._write(update(table).where(table.c.id == row["id"]).values(values)):
            raise NotFound(noun=noun, id=row["id"])

    def _upsert(self, table: Table, row: Values) -> None:
        """Insert a row or replace the one that has its primary key."""
        dialect_insert = postgresql.insert if self._dialect == "postgresql" else sqlite.insert
        statement = dialect_insert(table).values(row)
        keys = [column.name for column in table.primary_key]
        rest = {name: statement.excluded[name] for name in row if name not in keys}
        self._write(statement.on_conflict_do_update(index_elements=keys, set_=rest))

    def _insert_new(self, table: Table, rows: Sequence[Values]) -> None:
        """Insert rows, but for those whose primary key is stored: these stay as they are."""
        if rows:
            dialect_insert = postgresql.insert if self._dialect == "postgresql" else sqlite.insert
            keys = [column.name for column in table.primary_key]
            statement = dialect_insert(table).on_conflict_do_nothing(index_elements=keys)
            self._write(statement, rows)

    @contextmanager
    def _unique(self, index: Index, noun: str, name: str) -> Iterator[None]:
        """Raise `Conflict` when the block violates a unique index; undo only the block."""
        try:
            with self._connection.begin_nested():
                yield
        except IntegrityError as error:
            if not _violates(error, index):
                raise
            raise Conflict(f"The {noun} name {name!r} is taken.", noun=noun, name=name) from error

    @contextmanager
    def _parent(self, noun: str, parent_id: str) -> Iterator[None]:
        """Raise `NotFound` when the row that the block's rows belong to is gone."""
        try:
            with self._connection.begin_nested():
                yield
        except IntegrityError as error:
            if "foreign key" not in str(error.orig).lower():
                raise
            raise NotFound(noun=noun, id=parent_id) from error


def _violates(error: IntegrityError, index: Index) -> bool:
    """Tell by the drivers' messages: PostgreSQL names the index, SQLite its columns."""
    message = str(error.orig)
    columns = [f"{column.table.name}.{column.name}" for column in index.columns]
    return str(index.name) in message or all(column in message for column in columns)


def fields_of(value: Any) -> Values:
    """Return a dataclass's fields by name, not copied."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def orderable(table: Table, value_type: type[Any]) -> dict[str, ColumnElement[Any]]:
    """Return the columns that a list of `value_type` can be ordered by, by field name."""
    names = {field.name for field in fields(value_type)}
    return {
        column.name: column
        for column in table.columns
        if column.name in names and not isinstance(column.type, Json)
    }


def matching(statement: Select[Any], table: Table, wanted: Mapping[str, Any]) -> Select[Any]:
    """Keep the rows of a table whose columns have the wanted values; None wants none."""
    for name, value in wanted.items():
        if value is not None:
            statement = statement.where(table.c[name] == value)
    return statement


def but_newest(table: Table, keep: int, *held: ColumnElement[bool]) -> Select[Any]:
    """Return the ids of all rows that are held but the newest `keep`, for a statement on them."""
    newest_first = table.c.create_time.desc(), table.c.id.desc()
    return select(table.c.id).where(*held).order_by(*newest_first).offset(keep)


def paged(
    statement: Select[Any],
    paging: Paging,
    columns: Mapping[str, ColumnElement[Any]],
    tie_break: ColumnElement[Any],
) -> Select[Any]:
    """Order and cut a statement. Raises `InvalidInput` for an unknown order or a negative page."""
    if paging.order_by not in columns:
        raise InvalidInput(f"Cannot order by {paging.order_by!r}.", order_by=paging.order_by)
    column = columns[paging.order_by]
    if paging.descending:
        ordered = statement.order_by(column.desc().nulls_last(), tie_break.desc())
    else:
        ordered = statement.order_by(column.asc().nulls_first(), tie_break.asc())
    return cut(ordered, paging.offset, paging.limit)


def cut(statement: Select[Any], offset: int, limit: int | None) -> Select[Any]:
    """Cut an ordered statement to a page. Raises `InvalidInput` for a negative one."""
    if offset < 0 or (limit is not None and limit < 0):
        raise InvalidInput("A page cannot begin or end before the first object.")
    if limit is not None:
        statement = statement.limit(min(limit, LARGEST_INTEGER))
    return statement.offset(min(offset, LARGEST_INTEGER)) if offset else statement


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the items in lists of at most `size`."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
