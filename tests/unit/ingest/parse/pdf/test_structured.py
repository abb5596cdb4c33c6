"""Tables in the cells that a model sees: each word in one cell, or no table."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ragflow.ingest.parse.pdf.characters import Style, Word
from ragflow.ingest.parse.pdf.sheet import PageFrame, Rect, Sheet
from ragflow.ingest.parse.pdf.structured import structured_table
from ragflow.vision.table_structure import SeenCell, SeenTable

SHEET = Sheet(PageFrame(1, 0, 0, 600, 800, 0))
AREA = Rect(100, 500, 200, 300)


def word(text, x, y, width=40.0):
    return Word(text, Rect(x, x + width, y, y + 10), 10.0, Style(), True)


def seen(rows=3, columns=2, score=0.99):
    cells = [
        SeenCell(
            row,
            column,
            1,
            1,
            row == 0,
            column / columns,
            (column + 1) / columns,
            row / rows,
            (row + 1) / rows,
        )
        for row in range(rows)
        for column in range(columns)
    ]
    return SeenTable(tuple(cells), score)


WORDS = [
    word(f"{row}{column}", 120 + 200 * column, 210 + 33 * row)
    for row in range(3)
    for column in range(2)
]


def texts(table):
    return [[cell.text for cell in row] for row in table.rows]


def test_words_stand_in_the_cells_that_the_model_sees():
    table = structured_table(WORDS, AREA, seen(), SHEET)

    assert texts(table) == [["00", "01"], ["10", "11"], ["20", "21"]]
    assert [row[0].header for row in table.rows] == [True, False, False]


def test_an_unsure_model_makes_no_table():
    assert structured_table(WORDS, AREA, seen(score=0.5), SHEET) is None


def test_words_that_lie_far_from_all_cells_make_no_table():
    away = [w._replace(rect=Rect(w.rect.x0 + 900, w.rect.x1 + 900, *w.rect[2:])) for w in WORDS]

    assert structured_table(away, AREA, seen(), SHEET) is None


def test_lines_that_would_be_torn_over_rows_make_no_table():
    askew = [cell if cell.column == 0 else SeenCell(*_moved(cell, 1 / 3)) for cell in seen().cells]

    assert structured_table(WORDS, AREA, SeenTable(tuple(askew), 0.99), SHEET) is None


def _moved(cell, down):
    places = (cell.x0, cell.x1, cell.top - down, cell.bottom - down)
    return (cell.row, cell.column, cell.row_span, cell.column_span, cell.header, *places)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(100, 460), st.floats(200, 289)), min_size=4, max_size=30, unique=True
    )
)
def test_every_word_is_in_exactly_one_cell(places):
    words = [word(f"w{index}", x, y, 12.0) for index, (x, y) in enumerate(places)]
    table = structured_table(words, AREA, seen(), SHEET)

    if table is not None:
        written = " ".join(" ".join(row) for row in texts(table)).split()
        assert sorted(written) == sorted(w.text for w in words)
