"""Table rows: an HTML table in, its rows as `header: value; …` out."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TABLE = re.compile(r"<table\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TableRow:
    """Hold one data row; `start` is its number."""

    text: str
    start: int


def is_table(content: str) -> bool:
    """Tell whether a passage holds an HTML table."""
    return _TABLE.search(content) is not None


def table_rows(content: str) -> list[TableRow]:
    """Render each data row with its headers; a table of one row is its own header."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(content)
    caption = " ".join(node.text(deep=True).strip() for node in tree.css("caption"))
    rows: list[TableRow] = []
    for table in tree.css("table"):
        cells = [
            [" ".join(cell.text(deep=True).split()) for cell in row.css("th, td")]
            for row in table.css("tr")
        ]
        cells = [row for row in cells if any(row)]
        if not cells:
            continue
        header, *data = cells
        for row in data or [header]:
            rows.append(TableRow(_rendered(caption, header if data else [], row), len(rows)))
    return rows


def _rendered(caption: str, header: list[str], row: list[str]) -> str:
    named = [
        f"{header[place]}: {value}" if place < len(header) and header[place] else value
        for place, value in enumerate(row)
        if value
    ]
    return (f"{caption} — " if caption else "") + "; ".join(named)
