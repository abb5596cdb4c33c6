"""Frames whose columns are ruled and whose rows are not, and cells there that only wrap."""

import pytest

XS = [72, 172, 272]
TOWNS = ["Bern", "Basel", "Chur", "Thun"]
PEOPLE = ["134000", "173000", "38000", "45000"]


def framed(pdf, *columns, names=("Town", "People"), xs=tuple(XS)):
    """Make a table with one rule below its names and all lines in one ruled row below it."""

    def draw(canvas):
        height = 12 * max(map(len, columns))
        pdf.grid(canvas, list(xs), [100, 116, 122 + height])
        for x, name, lines in zip(xs, names, columns, strict=False):
            pdf.write(canvas, [name], x=x + 4, top=112)
            pdf.write(canvas, lines, x=x + 4, top=128)

    return pdf.cells(pdf.parse(pdf.make(draw)))


@pytest.mark.parametrize("count", [2, 3, 4])
def test_names_and_figures_on_the_same_lines_are_rows(pdf, count):
    cells = framed(pdf, TOWNS[:count], PEOPLE[:count], xs=(72, 110, 160))

    assert cells == [["Town", "People"], *map(list, zip(TOWNS[:count], PEOPLE, strict=False))]


def test_names_without_figures_are_rows_where_every_line_begins_anew_in_each_column(pdf):
    lands = ["Swiss", "Bavaria", "Tyrol", "Savoy"]

    cells = framed(pdf, TOWNS, lands, xs=(72, 105, 152))

    assert cells == [["Town", "People"], *map(list, zip(TOWNS, lands, strict=True))]


def test_a_label_beside_rows_of_its_group_reaches_over_them(pdf):
    def draw(canvas):
        pdf.grid(canvas, [72, 112, 152, 202], [100, 116, 146, 176])
        for x, name in zip((76, 116, 156), ("Land", "Town", "People"), strict=True):
            pdf.write(canvas, [name], x=x, top=112)
        for index, land in enumerate(("CH", "DE")):
            top = 128 + 30 * index
            pdf.write(canvas, [land], x=76, top=top + 6)
            pdf.write(canvas, TOWNS[2 * index : 2 * index + 2], x=116, top=top)
            pdf.write(canvas, PEOPLE[2 * index : 2 * index + 2], x=156, top=top)

    table = pdf.parse(pdf.make(draw)).blocks[0].table

    assert [[cell.text for cell in row] for row in table.rows[1:]] == [
        ["CH", "Bern", "134000"],
        ["Basel", "173000"],
        ["DE", "Chur", "38000"],
        ["Thun", "45000"],
    ]
    assert [table.rows[index][0].row_span for index in (1, 3)] == [2, 2]


def test_names_above_the_figures_of_a_frame_without_inner_rules_are_a_row(pdf):
    def draw(canvas):
        pdf.grid(canvas, [72, 110, 160], [100, 156])
        pdf.write(canvas, ["Town", *TOWNS[:3]], x=76, top=114)
        pdf.write(canvas, ["People", *PEOPLE[:3]], x=114, top=114)

    assert pdf.cells(pdf.parse(pdf.make(draw))) == [
        ["Town", "People"],
        *map(list, zip(TOWNS[:3], PEOPLE, strict=False)),
    ]


def test_a_column_that_wraps_beside_figures_breaks_where_these_stand(pdf):
    def draw(canvas):
        pdf.grid(canvas, [72, 110, 210, 260], [100, 116, 172])
        for x, name in zip((76, 114, 214), ("Item", "Use", "Price"), strict=True):
            pdf.write(canvas, [name], x=x, top=112)
        pdf.write(
            canvas, ["Lifts water", "Out of Wells", "Locks it in", "Wooden tubs"], x=114, top=128
        )
        for top, item, price in ((128, "Pump", "12.50"), (152, "Valve", "3.20")):
            pdf.write(canvas, [item], x=76, top=top)
            pdf.write(canvas, [price], x=214, top=top)

    assert pdf.cells(pdf.parse(pdf.make(draw)))[1:] == [
        ["Pump", "Lifts water Out of Wells", "12.50"],
        ["Valve", "Locks it in Wooden tubs", "3.20"],
    ]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (["Pump for cold", "water"], ["12.50", "13.50"]),
        (["Pump P-40", "(bronze)"], ["12.50", "13.50"]),
        (["Twin pump, steel,", "Bronze wheel"], ["12.50", "13.50"]),
        (
            ["Store the rain", "of a winter in", "The basin"],
            ["Ask all of the", "growers there", "Twice"],
        ),
        (["Raise the", "Outer wall"], ["Harbour", "Office"]),
        (["Raise the outer", "wall now by a", "metre"], ["12.50"]),
    ],
)
def test_lines_of_cells_that_wrap_stay_one_row(pdf, left, right):
    cells = framed(pdf, left, right, xs=(72, 172, 252))

    assert cells[1:] == [[" ".join(left), " ".join(right)]]
