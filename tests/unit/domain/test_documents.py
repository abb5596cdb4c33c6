from __future__ import annotations

import pytest

from ragflow.domain.documents import Cell, Span, Table


def head(row_span: int = 1) -> Cell:
    return Cell("h", Span(0, 1), row_span, header=True)


DATA = (Cell("d", Span(0, 1)),)


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        ([(head(), head()), DATA], 1),
        ([(head(2), head()), (head(),), DATA], 2),
        ([(head(), head()), (head(3),), DATA, DATA], 1),  # `h` names the rows beside it
        ([DATA, DATA], 0),
    ],
)
def test_header_rows_name_columns(rows: list[tuple[Cell, ...]], count: int) -> None:
    assert Table(tuple(rows)).header_row_count == count
