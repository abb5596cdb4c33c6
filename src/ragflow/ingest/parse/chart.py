"""Charts: the figures that a chart shows, as a table.

In: the XML of a chart, of any plot type and of both dialects. Out: its title and its rows, one for
each category, with a column for each series.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ragflow.domain.documents import BlockKind, Box
from ragflow.ingest.parse.grid import table_rows
from ragflow.ingest.parse.pieces import Piece

_LONG_NUMBER = re.compile(r"-?\d{1,15}\.\d{12,}")


def chart_pieces(root: Any, box: Box | None = None) -> Iterator[Piece]:
    """Yield the chart as a table; nothing for a chart that keeps no figures."""
    title = next((child for child in _all(root, "title")), None)
    text = "".join(run.text or "" for run in _all(title, "t")) if title is not None else ""
    series = list(_all(root, "ser"))
    columns = [_points(entry, "val", "yVal") for entry in series]
    categories = next((found for entry in series if (found := _points(entry, "cat", "xVal"))), {})
    names = [_series_name(entry) for entry in series]
    indices = sorted({*categories, *(index for column in columns for index in column)})
    rows = [["", *names]] if any(names) else []
    rows += [
        [categories.get(index, ""), *(column.get(index, "") for column in columns)]
        for index in indices
    ]
    drafts = tuple(tuple(row) for row in table_rows(rows))
    if drafts:
        yield Piece(BlockKind.TABLE, text, rows=drafts, box=box)
    else:
        yield Piece(BlockKind.CAPTION, text, box=box)


def _series_name(series: Any) -> str:
    """Return a series' name, from its cell or written in the chart itself."""
    for child in series:
        if _name(child) == "tx":
            return "".join(value.text or "" for value in _all(child, "v"))
    return ""


def _points(series: Any, *names: str) -> dict[int, str]:
    """Return the cached values of the first of `names` that the series has, by their index."""
    for name in names:
        for child in series:
            if _name(child) == name:
                return {
                    int(point.get("idx", "0")): _shown("".join(v.text or "" for v in point))
                    for point in _all(child, "pt")
                }
    return {}


def _shown(value: str) -> str:
    """Return a number with the 15 digits that people see; files keep two more."""
    return format(float(value), ".15g") if _LONG_NUMBER.fullmatch(value) else value


def _all(element: Any, name: str) -> Iterator[Any]:
    return (child for child in element.iter() if _name(child) == name)


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
