"""Sections and labels of tables stay with the rows that they are about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ragflow.domain.documents import Table
from ragflow.ingest.chunk.tables import Caption, TablePart, html_parts
from ragflow.ingest.parse.base import CellDraft, DocumentBuilder, ParseLimits

NAMES = ("place", "2010", "2011")


def made(rows: Sequence[Sequence[str]], headers: int = 0) -> Table:
    """Make a table in which a row of one text spans all columns."""
    builder = DocumentBuilder("a.pdf", ParseLimits())
    width = max(map(len, rows))
    drafts = [
        [
            CellDraft(text, column_span=width if len(row) == 1 else 1, header=index < headers)
            for text in row
        ]
        for index, row in enumerate(rows)
    ]
    builder.table(drafts)
    (block,) = builder.build().blocks
    assert block.table is not None
    return block.table


def parts(table: Table, size: int = 130) -> list[TablePart]:
    return list(html_parts(table, Caption(), size))


def rows_of(part: TablePart) -> list[list[str]]:
    return [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)
        for row in re.findall("<tr>(.*?)</tr>", part.content)
    ]


def numbers(name: str, count: int) -> list[list[str]]:
    return [[f"{name} {n}", f"{n},001", f"{n},002"] for n in range(count)]


def test_rows_stand_under_the_label_of_their_own_section() -> None:
    table = made(
        [["Improved"], NAMES, *numbers("room", 3), ["Best"], NAMES, *numbers("hall", 3)], headers=2
    )
    first, second = (rows_of(part) for part in parts(table))
    assert first == [["Improved"], list(NAMES), *numbers("room", 3)]
    assert second == [["Best"], list(NAMES), *numbers("hall", 3)]


def test_a_section_without_names_of_its_own_has_those_of_the_header() -> None:
    table = made(
        [["Improved"], NAMES, *numbers("room", 2), ["Best"], *numbers("hall", 2)], headers=2
    )
    _, second = parts(table)
    assert rows_of(second)[:2] == [["Best"], list(NAMES)]
    assert second.content.count("<th") == 4


def test_a_label_is_repeated_where_its_rows_are_cut_and_never_stands_last() -> None:
    rows = [NAMES, *numbers("room", 4), ["Outlays"], *numbers("hall", 8), ["Receipts"]]
    rows += numbers("fee", 4)
    shown = [rows_of(part) for part in parts(made(rows, headers=1))]
    assert len(shown) > 2
    for part in shown:
        assert part[0] == list(NAMES)
        assert len(part[-1]) == 3
        names = [row[0] for row in part]
        if any(name.startswith("hall") for name in names):
            assert "Outlays" in names
            assert names.index("Outlays") < min(
                index for index, name in enumerate(names) if name.startswith("hall")
            )


def test_every_row_stands_in_one_part_alone() -> None:
    rows = [["Improved"], NAMES, *numbers("room", 9), ["Best"], NAMES, *numbers("hall", 9)]
    told = [row for part in parts(made(rows, headers=2)) for row in rows_of(part)]
    for row in (*numbers("room", 9), *numbers("hall", 9)):
        assert told.count(row) == 1


def test_a_label_with_nothing_below_is_not_lost() -> None:
    table = made([["Improved"], NAMES, *numbers("room", 2), ["Best"]], headers=2)
    assert rows_of(parts(table)[-1])[-1] == ["Best"]


def test_labels_that_follow_each_other_are_all_kept() -> None:
    rows = [["Ducks"], ["Bufflehead"], ["Classification"], NAMES, *numbers("room", 2)]
    table = made(rows, headers=1)
    told = [text for part in parts(table) for row in rows_of(part) for text in row]
    assert {"Ducks", "Bufflehead", "Classification", *NAMES} <= set(told)
    spans = {span for part in parts(table) for span in part.spans}
    cells = {cell.span for row in table.rows for cell in row}
    assert cells <= spans
