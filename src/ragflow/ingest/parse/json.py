"""JSON: one line `path: value` for each value, so that a cut never loses what a value belongs to.

A large value is divided into blocks where its structure is the widest, so that an object of a list
stays whole where it can. JSON Lines gives one block for each record. What is not valid JSON is kept
as plain text, with a warning: nothing that a person can read is lost to a missing comma.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import takewhile

from ragflow.domain.documents import BlockKind, ParsedDocument
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.encoding import clean, decode

JsonValue = dict[str, "JsonValue"] | list["JsonValue"] | str | int | float | bool | None

_BAD_JSON = (ValueError, RecursionError)
_PART_CHARS = 1024


@parsers.register("json")
class JsonParser:
    """Read one JSON value."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return one block for each part of the value, of a small value for each line."""
        builder = DocumentBuilder(source.name, options.limits)
        text = decode(source.name, source.data)
        try:
            value = json.loads(text, parse_float=str, parse_int=str)
        except _BAD_JSON as error:
            if _add_records(builder, text):
                return builder.build()
            builder.warn(f"This is not valid JSON ({error}); it was read as plain text.")
            builder.block(BlockKind.TEXT, text)
            return builder.build()
        lines = list(flatten(value))
        parts = list(_parts(lines))
        for part in parts if len(parts) > 1 else lines:
            builder.block(BlockKind.TEXT, part)
        return builder.build()


@parsers.register("jsonl", "ldjson")
class JsonLinesParser:
    """Read one JSON value per line."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return one block for each record."""
        builder = DocumentBuilder(source.name, options.limits)
        for number, line in enumerate(decode(source.name, source.data).split("\n"), start=1):
            record = _record(line)
            if record is None and line.strip():
                builder.warn(f"Line {number} is not valid JSON; it was read as plain text.")
                record = line
            builder.block(BlockKind.TEXT, record or "")
        return builder.build()


def flatten(value: JsonValue, path: str = "") -> Iterator[str]:
    """Yield a line `path: value` for each leaf; list items are named by their index."""
    pending: list[tuple[str, JsonValue]] = [(path, value)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, dict) and value:
            pending.extend((_join(path, key), item) for key, item in reversed(value.items()))
        elif isinstance(value, list) and value:
            pending.extend(
                (_join(path, str(index)), item) for index, item in reversed(list(enumerate(value)))
            )
        else:
            yield f"{path}: {_leaf(value)}" if path else _leaf(value)


def _parts(lines: Sequence[str]) -> Iterator[str]:
    """Join lines to parts of a bounded size; a part ends where the least of a path goes on."""
    start = end = size = 0
    while start < len(lines):
        while end < len(lines) and (end == start or size + len(lines[end]) < _PART_CHARS):
            size += len(lines[end]) + 1
            end += 1
        if end < len(lines):
            end = min(range(end, start, -1), key=lambda cut: _shared(lines[cut - 1], lines[cut]))
        yield "\n".join(lines[start:end])
        start, size = end, 0


def _shared(above: str, below: str) -> int:
    """Count the keys that the paths of two lines have in common."""
    keys = zip(
        above.partition(": ")[0].split("."), below.partition(": ")[0].split("."), strict=False
    )
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], keys))


def _add_records(builder: DocumentBuilder, text: str) -> bool:
    """Read a .json file that in truth holds one record per line; tell whether it does."""
    lines = [line for line in text.split("\n") if line.strip()]
    records = [_record(line) for line in lines]
    if len(lines) < 2 or None in records:
        return False
    for record in records:
        builder.block(BlockKind.TEXT, record or "")
    return True


def _record(line: str) -> str | None:
    try:
        value = json.loads(line, parse_float=str, parse_int=str)
    except _BAD_JSON:
        return None
    return "\n".join(flatten(value))


def _join(path: str, key: str) -> str:
    key = clean(key)
    return f"{path}.{key}" if path else key


def _leaf(value: JsonValue) -> str:
    if isinstance(value, str):
        return clean(value)
    return json.dumps(value)
