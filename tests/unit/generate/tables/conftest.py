"""A small table of parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ragflow.domain.chunks import ROWS, FieldValue, RowValues
from ragflow.generate.tables.records import Records

NAMES = {
    "part": "Part/Item(名称)",
    "city": "City",
    "price": "Price (EUR)",
    "stock": "Stock",
    "open": "Open",
    "bought": "Bought",
}
VALUES: tuple[tuple[FieldValue, ...], ...] = (
    ("Bolt", "Berlin", 0.25, 10, True, "2024-01-02"),
    ("Nut", "Berlin", 0.1, 5, False, "2024-02-01"),
    ("Seal", "Bonn", 4.0, 7, True, "2023-01-01"),
    ("Seal ring", "Köln", 4.5, 7, None, "2023-05-01"),
    ("螺栓", "北京", 3.0, 1, True, "2022-01-01"),
)


def rows() -> list[RowValues]:
    """Return the rows; the last of them stands for two."""
    made = [
        RowValues(
            "d1", f"c{number}", {k: v for k, v in zip(NAMES, values, strict=True) if v is not None}
        )
        for number, values in enumerate(VALUES)
    ]
    made[-1] = RowValues("d1", made[-1].chunk_id, {**made[-1].fields, ROWS: 2})
    return made


@pytest.fixture
def open_records() -> Callable[[], Records]:
    """Return what opens the table."""
    return lambda: Records(rows(), NAMES, about="orders", seconds=0.3)


@pytest.fixture
def records(open_records: Callable[[], Records]) -> Iterator[Records]:
    opened = open_records()
    yield opened
    opened.close()
