"""What files say according to people or reviewed conversions, for parsers to be measured against.

In: a folder of documents. `mixed/manifest.jsonl` (`{"file", "ref", "kind"}`) pairs files with
Markdown; `tables/csv` and `tables/json` hold tables of the PDFs in `tables`, as tabula-java's tests
expect them. Out: `Reference`s. Only the recall of cells is asked of `tables`: a CSV often stands
for one page or area of its PDF.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from metrics import keys, words

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "peers"))

from markup import headings, plain, tables, without_formulas

TABLES = "tables"

PDF_OF_CSV = {"TestCommandLineApp_testGuessOption_with_guessing": "eu-002"}
"""Expected tables that do not bear the name of their PDF."""

NOT_TABLES = {
    "TestBasicExtractor-RECTANGLE_TEST_NATURAL_ORDER": "coordinates of characters",
    "TestCommandLineApp_testGuessOption_no_guessing": "a page of prose, each line a row",
    "TestSpreadsheetExtractor-CELLS": "coordinates of cells",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """Say what a file holds; `words` and `headings` are None where nothing is known of them."""

    name: str
    kind: str
    path: Path
    words: list[str] | None = None
    headings: Counter[str] | None = None
    cells: Counter[str] = field(default_factory=Counter)


def references(data: Path) -> Iterator[Reference]:
    """Yield all references of a folder."""
    yield from _mixed(data / "mixed")
    yield from _tables(data / TABLES)


def _mixed(folder: Path) -> Iterator[Reference]:
    for line in (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        path = folder / entry["file"]
        if not entry["ref"] or not path.exists():
            continue
        markdown = without_formulas((folder / entry["ref"]).read_text(encoding="utf-8"))
        yield Reference(
            entry["file"],
            entry["kind"],
            path,
            words(plain(markdown)),
            keys(headings(markdown)),
            keys(cell for rows in tables(markdown) for row in rows for cell in row),
        )


def _tables(folder: Path) -> Iterator[Reference]:
    expected = {path.stem: path for path in sorted((folder / "csv").glob("*.csv"))}
    for path in sorted((folder / "json").glob("*.json")):
        expected.setdefault(path.stem, path)  # where there is a CSV too, it says the same
    for stem, path in sorted(expected.items()):
        pdf = folder / f"{PDF_OF_CSV.get(stem, stem)}.pdf"
        if stem not in NOT_TABLES and pdf.exists():
            cells = _csv_cells(path) if path.suffix == ".csv" else _json_cells(path)
            yield Reference(f"{TABLES}/{path.name}", TABLES, pdf, cells=keys(cells))


def _csv_cells(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            yield from row


def _json_cells(path: Path) -> Iterator[str]:
    for table in json.loads(path.read_text(encoding="utf-8")):
        for row in table["data"]:
            yield from (cell["text"] for cell in row)
