"""Answers from records: what a query found, as a table with the chunks that its rows come from.

In: a conversation and what opens the records that it may ask. Out: the last frame of an answer, a
Markdown table whose rows are marked with their sources as `##0$$`; nothing where the records do not
answer, so that the question is searched for as usual.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from ragflow.domain.answers import AnswerFrame, ChatTurn, Citation, Reference
from ragflow.domain.chunks import FieldValue
from ragflow.domain.documents import Span
from ragflow.domain.ports import ChatModel
from ragflow.domain.queries import DocumentAggregate, Hit
from ragflow.generate.tables.asking import Found, ask_model
from ragflow.generate.tables.plain import ask_plainly
from ragflow.generate.tables.records import Key, Records

_MARKED_ROWS = 4
"""Sources that are marked behind one number; the reference lists more."""


@dataclass(frozen=True, slots=True)
class RecordSource:
    """Give the records of a conversation and the hits of their chunks; both are asked in threads.

    `open` returns None where there are no records, or too many.
    """

    open: Callable[[], Records | None]
    hits: Callable[[Sequence[Key]], Mapping[Key, Hit]]


async def answer_from_records(
    model: ChatModel, turns: Sequence[ChatTurn], source: RecordSource, today: str, quote: bool
) -> AnswerFrame | None:
    """Return the answer, None where the records have none."""
    records = await asyncio.to_thread(source.open)
    if records is None:
        return None
    with closing(records):
        if model.generative:
            found = await ask_model(model, turns, records, today)
        else:
            found = await asyncio.to_thread(ask_plainly, turns[-1].content, records)
        if found is None:
            return None
        keys = [records.source(row) for row in found.rows]
    hits = await asyncio.to_thread(source.hits, list(dict.fromkeys(keys)))
    return _frame(found, keys, hits, records, quote, turns[-1].content)


def _frame(
    found: Found,
    keys: Sequence[Key],
    hits: Mapping[Key, Hit],
    records: Records,
    quote: bool,
    question: str,
) -> AnswerFrame:
    known = list(dict.fromkeys(key for key in keys if key in hits))
    places = {key: place for place, key in enumerate(known)}
    marks = _marks(found, keys, places) if quote else []
    lines = table_lines(found, records, marks)
    text = "\n".join(lines)
    reference = None
    if quote:
        used = tuple(hits[key] for key in known)
        citations = _citations(lines, keys, places, used) if found.by_row else ()
        reference = Reference(used, _aggregates(used), len(used), tuple(citations))
    told = f"### Query:\n{question}\n\n### SQL:\n{found.query}"
    return AnswerFrame(text, reference=reference, prompt=told, final=True)


def table_lines(found: Found, records: Records, marks: Sequence[str]) -> list[str]:
    """Return the lines of the Markdown table of a result, with a column for marks if there are."""
    columns = {column.key: column for column in records.columns}
    names = [columns[name].shown if name in columns else name for name in found.result.columns]
    bools = [name in columns and columns[name].type == "BOOLEAN" for name in found.result.columns]
    lines = [_line([*names, "Source"] if marks else names)]
    lines.append("|" + "|".join(["---"] * (len(names) + bool(marks))) + "|")
    for number, row in enumerate(found.result.rows):
        cells = [shown(value, is_bool) for value, is_bool in zip(row, bools, strict=True)]
        lines.append(_line([*cells, marks[number]] if marks else cells))
    if found.result.more:
        lines += ["", f"The first {len(found.result.rows)} rows; there are more."]
    return lines


def shown(value: FieldValue, is_bool: bool = False) -> str:
    """Return a value as people read it."""
    if value is None:
        return ""
    if is_bool and value in (0, 1):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.15g}"
    return " ".join(str(value).split()).replace("|", r"\|")


def _marks(found: Found, keys: Sequence[Key], places: Mapping[Key, int]) -> list[str]:
    """Return the marks of each row; those of a lone number name some of the rows behind it."""
    if not places:
        return []
    if found.by_row:
        return [f"##{places[key]}$$" if key in places else "" for key in keys]
    if len(found.result.rows) > 1:
        return []
    return [" ".join(f"##{place}$$" for place in list(places.values())[:_MARKED_ROWS])]


def _citations(
    lines: Sequence[str], keys: Sequence[Key], places: Mapping[Key, int], hits: Sequence[Hit]
) -> list[Citation]:
    """Tie each row of the answer to the whole chunk that it comes from."""
    citations: list[Citation] = []
    start = len(lines[0]) + len(lines[1]) + 2
    for key, line in zip(keys, lines[2:], strict=False):
        if key in places:
            content = hits[places[key]].chunk.content
            sentence = Span(start, start + len(line))
            whole = Span(0, len(content))
            citations.append(Citation(places[key], sentence, whole, content, 1.0))
        start += len(line) + 1
    return citations


def _aggregates(hits: Sequence[Hit]) -> tuple[DocumentAggregate, ...]:
    counts: dict[str, DocumentAggregate] = {}
    for hit in hits:
        key = hit.chunk.document_id
        known = counts.get(key, DocumentAggregate(key, hit.document_name, 0))
        counts[key] = DocumentAggregate(key, hit.document_name, known.count + 1)
    return tuple(sorted(counts.values(), key=lambda each: -each.count))


def _line(cells: Sequence[str]) -> str:
    return "|" + "|".join(cells) + "|"
