"""Tables: chunks of any table are valid HTML of one width; each word of a page is in one cell."""

from __future__ import annotations

import re
from html import unescape

from hypothesis import given, settings
from hypothesis import strategies as st

from ragflow.domain.documents import Cell, Span, Table
from ragflow.ingest.chunk.tables import Caption, html_parts
from ragflow.ingest.parse.pdf.characters import Style, Word
from ragflow.ingest.parse.pdf.rulings import Rulings, Segment
from ragflow.ingest.parse.pdf.sheet import PageFrame, Rect, Sheet
from ragflow.ingest.parse.pdf.tables import find_tables

SHEET = Sheet(PageFrame(1, 0, 0, 600, 800, 0))
ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r'<t[hd](?: rowspan="(\d+)")?(?: colspan="(\d+)")?>(.*?)</t[hd]>', re.DOTALL)


@st.composite
def grids(draw):
    """Draw a table whose merged cells fill a rectangle without gaps."""
    height, width = draw(st.integers(1, 7)), draw(st.integers(1, 5))
    headers = draw(st.integers(0, 2))
    taken: set[tuple[int, int]] = set()
    rows: list[tuple[Cell, ...]] = []
    position = 0
    for row in range(height):
        cells: list[Cell] = []
        for column in range(width):
            if (row, column) in taken:
                continue
            free = next((c for c in range(column, width) if (row, c) in taken), width) - column
            across = draw(st.integers(1, free))
            lowest = headers if row < headers else height
            down = draw(st.integers(1, max(min(lowest, height) - row, 1)))
            taken |= {(row + y, column + x) for y in range(down) for x in range(across)}
            text = draw(st.sampled_from(["", "seal", "a < b & c", "long words " * 12, "12.5"]))
            span = Span(position, position + len(text))
            position = span.end + 1
            cells.append(Cell(text, span, down, across, header=row < headers))
        rows.append(tuple(cells))
    return Table(rows=tuple(rows)), width


def widths(content: str) -> list[int]:
    """Return how many columns each row of an HTML table fills."""
    filled: dict[tuple[int, int], int] = {}
    rows = ROW.findall(content)
    for index, row in enumerate(rows):
        column = 0
        for down, across, _ in CELL.findall(row):
            while (index, column) in filled:
                column += 1
            for y in range(int(down or 1)):
                for x in range(int(across or 1)):
                    place = (index + y, column + x)
                    assert place not in filled
                    filled[place] = 1
    return [sum(1 for y, _ in filled if y == index) for index in range(len(rows))]


@settings(deadline=None)
@given(grids(), st.sampled_from([16, 128, 400]), st.sampled_from([None, 1, 2]))
def test_each_part_of_a_table_is_a_rectangle_and_nothing_is_lost(drawn, limit, most_rows):
    table, width = drawn
    texts = [cell.text for row in table.rows for cell in row]
    shown: list[str] = []
    for part in html_parts(table, Caption("Prices"), limit, most_rows):
        assert set(widths(part.content)) == {width}
        shown += unescape(" ".join(cell[2] for cell in CELL.findall(part.content))).split()

    for word in {word for text in texts for word in text.split()}:
        assert word in shown


@settings(deadline=None)
@given(grids(), st.sampled_from([128, 400]))
def test_each_part_has_the_caption(drawn, limit):
    table, _ = drawn
    parts = list(html_parts(table, Caption("Prices"), limit, 1))

    assert all("<caption>Prices</caption>" in part.content for part in parts)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(20, 560),
            st.floats(20, 760),
            st.sampled_from(["12", "Seal", "7.5%", "a", "(3)"]),
        ),
        max_size=60,
    ),
    st.lists(st.tuples(st.integers(2, 75), st.integers(2, 55), st.integers(6, 40)), max_size=12),
    st.lists(st.tuples(st.integers(2, 55), st.integers(2, 75), st.integers(6, 40)), max_size=12),
)
def test_each_word_of_a_sheet_is_in_one_cell_or_outside_of_tables(placed, across, down):
    words = [
        Word(f"{text}{n}", Rect(x, x + 6.0 * len(text), y, y + 10), 10.0, Style(), True)
        for n, (x, y, text) in enumerate(placed)
    ]
    rulings = Rulings(
        tuple(sorted(Segment(10.0 * at, 10.0 * s, 10.0 * (s + n)) for at, s, n in across)),
        tuple(sorted(Segment(10.0 * at, 10.0 * s, 10.0 * (s + n)) for at, s, n in down)),
    )
    found = find_tables(words, rulings, SHEET)

    in_cells = [cell.text for table in found.tables for row in table.rows for cell in row]
    kept = "".join(in_cells) + "".join(word.text for word in found.words)
    assert sorted(kept.replace(" ", "")) == sorted("".join(word.text for word in words))
