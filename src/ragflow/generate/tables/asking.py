"""Asking records: a question becomes a query by a model, and the query an answer of rows.

In: a conversation, records, a model that follows instructions. Out: what the query found and the
rows behind it; nothing where the model sees no way, fails twice or finds nothing.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ragflow.domain.answers import ChatTurn
from ragflow.domain.chunks import FieldValue
from ragflow.domain.errors import ModelError
from ragflow.domain.ports import ChatModel
from ragflow.generate.context import fitting_turns
from ragflow.generate.prompts import prompt
from ragflow.generate.questions import complete
from ragflow.generate.tables.queries import rows_behind, with_rows
from ragflow.generate.tables.records import ROW, QueryRefused, Records, Result

MOST_ROWS = 50
"""Rows of a result that an answer shows."""

MOST_SOURCES = 30
"""Rows that stand behind a number and are listed as its sources."""

_CONVERSATION_TOKENS = 1000
_CONSIDERED_TURNS = 5
_FENCED = re.compile(r"```(?:\w+)?\s*\n?(.*?)(?:```|\Z)", re.DOTALL)
_QUERY = re.compile(r"\b(?:select|with)\b.*", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """Hold the answer to a query.

    Row i of `result` is row `rows[i]` of the records where `by_row` is set; else `rows` are those
    that were counted or summed.
    """

    query: str
    result: Result
    rows: tuple[int, ...]
    by_row: bool


async def ask_model(
    model: ChatModel, turns: Sequence[ChatTurn], records: Records, today: str
) -> Found | None:
    """Return what a model's query finds; `today` is an ISO date."""
    recent = fitting_turns(turns[-_CONSIDERED_TURNS:], _CONVERSATION_TOKENS)
    columns = described(records)
    instruction = prompt(
        "table_query",
        rows=str(len(records)),
        columns=columns,
        today=today,
        conversation="\n".join(f"{turn.role.upper()}: {turn.content}" for turn in recent),
    )
    try:
        query = query_in(await complete(model, [ChatTurn("user", instruction)]))
        if not query:
            return None
        try:
            return await asyncio.to_thread(find, records, query)
        except QueryRefused as refused:
            instruction = prompt(
                "table_query_repair",
                query=query,
                reason=refused.reason,
                columns=columns,
                question=turns[-1].content,
            )
        query = query_in(await complete(model, [ChatTurn("user", instruction)]))
        return await asyncio.to_thread(find, records, query) if query else None
    except (ModelError, QueryRefused):
        return None


def find(records: Records, query: str, parameters: Sequence[FieldValue] = ()) -> Found | None:
    """Run a query; None where it finds nothing. Raises `QueryRefused`."""
    listing = with_rows(query)
    result = _run(records, listing, parameters) if listing else None
    if result is None:
        result = records.run(query, parameters, most=MOST_ROWS)
    if not any(value is not None for row in result.rows for value in row):
        return None
    places = [place for place, name in enumerate(result.columns) if name.lower() == ROW]
    shown = _without(result, places)
    rows = _row_numbers(result, places, records)
    if rows:
        return Found(query, shown, rows, by_row=True) if shown.columns else None
    behind = rows_behind(query)
    sources = _run(records, behind, parameters) if behind else None
    rows = _row_numbers(sources, [0], records) if sources else ()
    return Found(query, shown, rows[:MOST_SOURCES], by_row=False) if shown.columns else None


def _row_numbers(result: Result, places: Sequence[int], records: Records) -> tuple[int, ...]:
    """Return the row that each row of a result says it is; none where one says otherwise."""
    numbers = [row[place] for row in result.rows for place in places[:1]]
    valid = [n for n in numbers if isinstance(n, int) and 0 < n <= len(records)]
    return tuple(valid) if len(valid) == len(numbers) else ()


def described(records: Records) -> str:
    """Return the columns of records as a model reads them."""
    lines = []
    for column in records.columns:
        samples = ", ".join(repr(sample) for sample in column.samples)
        kind = "ANY" if column.type == "BLOB" else column.type
        name = column.key.replace('"', '""')
        lines.append(f'- "{name}" {kind}: {column.shown} (such as {samples})')
    return "\n".join(lines)


def query_in(reply: str) -> str:
    """Return the query in a model's reply, empty where there is none."""
    fenced = _FENCED.search(reply)
    found = _QUERY.search(fenced[1] if fenced else reply)
    return found[0].strip() if found else ""


def _run(records: Records, query: str, parameters: Sequence[FieldValue]) -> Result | None:
    try:
        return records.run(query, parameters, most=MOST_ROWS)
    except QueryRefused:
        return None  # what was derived from a query may not fit it; the query itself decides


def _without(result: Result, places: Sequence[int]) -> Result:
    kept = [place for place in range(len(result.columns)) if place not in places]
    return Result(
        tuple(result.columns[place] for place in kept),
        tuple(tuple(row[place] for place in kept) for row in result.rows),
        result.more,
    )
