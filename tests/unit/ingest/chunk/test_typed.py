from __future__ import annotations

from typing import Any

import pytest

from ragflow.ingest.chunk.typed import ColumnType, typed_values


@pytest.mark.parametrize(
    ("texts", "kind", "values"),
    [
        (["1", "-2", "1,234"], ColumnType.INT, [1, -2, 1234]),
        (["1", "2.5", "1e3"], ColumnType.FLOAT, [1.0, 2.5, 1000.0]),
        (["$1,250.50", "-€3", "12 %"], ColumnType.FLOAT, [1250.5, -3.0, 12.0]),
        (["0,25", "1.234,50"], ColumnType.FLOAT, [0.25, 1234.5]),
        (["10 %", "5 %", "0.2"], ColumnType.FLOAT, [0.1, 0.05, 0.2]),
        (["12.5%", "7%", "0.1", "n/a"], ColumnType.FLOAT, [0.125, 0.07, 0.1, None]),
        (["10%", "5%", "20"], ColumnType.INT, [10, 5, 20]),
        (["10%", "5%", "0"], ColumnType.INT, [10, 5, 0]),
        (["10%", "0.5%"], ColumnType.FLOAT, [10.0, 0.5]),
        (["01234", "56789", "00001"], ColumnType.TEXT, ["01234", "56789", "00001"]),
        (["53111", "81675", "01234"], ColumnType.TEXT, ["53111", "81675", "01234"]),
        (["yes", "No", "y"], ColumnType.BOOL, [True, False, True]),
        (["是", "否"], ColumnType.BOOL, [True, False]),
        (["2024-03-01", "2024/3/2"], ColumnType.DATETIME, ["2024-03-01", "2024-03-02"]),
        (
            ["2024年3月1日", "2024-03-01 09:05"],
            ColumnType.DATETIME,
            ["2024-03-01", "2024-03-01 09:05:00"],
        ),
        (["03/04/2024", "25/12/2024"], ColumnType.DATETIME, ["2024-04-03", "2024-12-25"]),
        (["03/04/2024", "12/25/2024"], ColumnType.DATETIME, ["2024-03-04", "2024-12-25"]),
        (["01.02.2024"], ColumnType.DATETIME, ["2024-02-01"]),
        (
            ["19 March 1932", "Mar 2, 2024 3:30 pm"],
            ColumnType.DATETIME,
            ["1932-03-19", "2024-03-02 15:30:00"],
        ),
        (["1", "2", "n/a", ""], ColumnType.INT, [1, 2, None, None]),
        (["red", "blue", "7"], ColumnType.TEXT, ["red", "blue", "7"]),
        (["2024-13-45", "x"], ColumnType.TEXT, ["2024-13-45", "x"]),
        (["", " "], ColumnType.TEXT, [None, None]),
        (["9" * 30], ColumnType.TEXT, ["9" * 30]),
    ],
)
def test_a_column_is_what_most_of_its_values_are(
    texts: list[str], kind: ColumnType, values: list[Any]
) -> None:
    read_kind, read = typed_values(texts)
    assert (read_kind, read) == (kind, values)
    assert [type(value) for value in read] == [type(value) for value in values]
