"""What all spreadsheets share once their cells are texts: the blocks of a sheet, and its warnings.

In: the name of a sheet, the rows of its cells and the merged areas. Out: a block for each of its
tables, under the name that people gave the sheet and the titles above the table. A name that the
program gave says nothing and is a typed drop.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ragflow.domain.documents import BlockKind, DropKind
from ragflow.domain.errors import LimitExceeded
from ragflow.ingest.parse.base import DocumentBuilder
from ragflow.ingest.parse.encoding import clean
from ragflow.ingest.parse.grid import Merge, titled_rows
from ragflow.ingest.parse.sheet_tables import table_areas

MOST_CELLS = 20_000_000
"""The readers hold the whole rectangle of a sheet in memory, also where it is empty."""

_DEFAULT_NAME = re.compile(
    r"(?:sheet|table|tabelle|blatt|feuille?|hoja|planilha|folha|foglio|blad|ark|arkusz|лист|"
    r"chart|工作表|シート|시트) ?\d{0,4}(?: ?\(\d+\))?",
    re.IGNORECASE,
)


def add_rows(
    builder: DocumentBuilder, sheet: str, rows: Sequence[Sequence[str]], merges: Sequence[Merge]
) -> None:
    """Add the tables of a sheet; one without cells is no more than its name."""
    name = given_name(builder, sheet)
    areas = table_areas(rows, merges)
    for area in areas:
        titles, table = titled_rows(area.rows(rows), area.merges(merges))
        builder.table(table, caption="\n".join(filter(None, (name, *titles))), sheet=sheet)
    if not areas:
        builder.block(BlockKind.TITLE, name)


def given_name(builder: DocumentBuilder, name: str) -> str:
    """Return the name that people gave a sheet; one that its program gave says nothing."""
    name = " ".join(clean(name).split())
    if _DEFAULT_NAME.fullmatch(name):
        builder.drop(DropKind.DEFAULT_NAME, name)
        return ""
    return name


def warn_of_hiding(builder: DocumentBuilder, sheet: str) -> None:
    """Say that a sheet is not seen as a whole."""
    builder.warn(f"The sheet {sheet!r} hides rows or columns; they were read too.")


def warn_of_formulas(builder: DocumentBuilder, sheet: str) -> None:
    """Say that formulas stand where their values should."""
    builder.warn(
        f"The sheet {sheet!r} has formulas whose values are not in the file; "
        "their text was read. Open and save it in a spreadsheet program to store the values."
    )


def too_many_cells(name: str, rows: int, columns: int) -> LimitExceeded:
    """Return the refusal of a sheet whose rectangle would fill the memory."""
    return LimitExceeded(
        f"{name} exceeds the limit: a sheet spans {rows} rows and {columns} "
        "columns. Delete the stray cells far from the data and upload it again.",
        name=name,
        limit=f"{MOST_CELLS} cells in a sheet",
        setting="",
    )
