"""Tables leave the text flow with their rows, merged cells, header and caption."""

ROWS = [["City", "People", "Area"], ["Berlin", "3,700,000", "891"], ["Paris", "2,100,000", "105"]]
XS = [72.0, 180.0, 290.0, 400.0]
TOPS = [200.0, 220.0, 240.0, 260.0]


def fill(pdf, canvas, rows=ROWS, *, xs=XS, top=214.0):
    for index, row in enumerate(rows):
        for x, text in zip(xs, row, strict=False):
            pdf.write(canvas, [text], x=x + 4, top=top + 20 * index)


def ruled(pdf, canvas):
    pdf.grid(canvas, XS, TOPS)
    fill(pdf, canvas)


def test_a_ruled_grid_gives_its_cells(pdf):
    document = pdf.parse(pdf.make(lambda canvas: ruled(pdf, canvas)))

    assert pdf.cells(document) == ROWS


def test_the_first_row_of_names_is_the_header(pdf):
    document = pdf.parse(pdf.make(lambda canvas: ruled(pdf, canvas)))

    assert document.blocks[0].table.header_row_count == 1


def test_table_text_is_not_repeated_in_the_text_around_it(pdf):
    def draw(canvas):
        pdf.write(canvas, ["Some text stands above the table."], top=150)
        ruled(pdf, canvas)
        pdf.write(canvas, ["Some text stands below the table."], top=320)

    document = pdf.parse(pdf.make(draw))

    assert [block.kind for block in document.blocks] == ["text", "table", "text"]
    assert document.text.count("Berlin") == 1


def test_cells_that_no_line_divides_are_merged(pdf):
    def draw(canvas):
        for x in (XS[0], XS[3]):
            canvas.line(x, pdf.height - TOPS[0], x, pdf.height - TOPS[-1])
        for x in XS[1:3]:
            canvas.line(x, pdf.height - TOPS[1], x, pdf.height - TOPS[-1])
        for top in TOPS:
            canvas.line(XS[0], pdf.height - top, XS[3], pdf.height - top)
        fill(pdf, canvas, [["All cities", "", ""], *ROWS[1:]])

    table = pdf.parse(pdf.make(draw)).blocks[0].table

    assert [cell.column_span for cell in table.rows[0]] == [3]
    assert [cell.text for cell in table.rows[1]] == ROWS[1]


def test_columns_left_open_at_the_sides_are_kept(pdf):
    def draw(canvas):
        for x in XS[1:3]:
            canvas.line(x, pdf.height - TOPS[0], x, pdf.height - TOPS[-1])
        for top in TOPS:
            canvas.line(XS[0], pdf.height - top, XS[3], pdf.height - top)
        fill(pdf, canvas)

    assert pdf.cells(pdf.parse(pdf.make(draw))) == ROWS


def test_a_table_with_horizontal_rules_alone_is_found(pdf):
    def draw(canvas):
        for top in (TOPS[0], TOPS[1], TOPS[3]):
            canvas.line(XS[0], pdf.height - top, XS[3], pdf.height - top)
        fill(pdf, canvas)

    assert pdf.cells(pdf.parse(pdf.make(draw))) == ROWS


def test_rows_of_figures_without_any_rule_are_a_table(pdf):
    rows = [["Year", "Wheat", "Rye"], *[[str(2000 + n), f"{n}.5", f"{n}7"] for n in range(1, 5)]]
    document = pdf.parse(pdf.make(lambda canvas: fill(pdf, canvas, rows)))

    assert pdf.cells(document) == rows


def test_figures_stacked_in_one_ruled_row_become_rows(pdf):
    def draw(canvas):
        pdf.grid(canvas, XS, [200.0, 220.0, 260.0])
        fill(pdf, canvas)

    assert pdf.cells(pdf.parse(pdf.make(draw))) == ROWS


def test_the_caption_next_to_a_table_belongs_to_it(pdf):
    def draw(canvas):
        pdf.write(canvas, ["Table 1: Cities by size."], top=190)
        ruled(pdf, canvas)

    document = pdf.parse(pdf.make(draw))

    assert [block.kind for block in document.blocks] == ["table"]
    assert document.blocks[0].table.caption == "Table 1: Cities by size."


def test_two_columns_of_prose_between_rules_are_not_a_table(pdf):
    def draw(canvas):
        for top in (90, 300):
            canvas.line(60, pdf.height - top, 540, pdf.height - top)
        pdf.write(canvas, [f"Left line {n} tells a long part of a story." for n in range(8)], x=60)
        pdf.write(canvas, [f"Right line {n} tells the rest of the story." for n in range(8)], x=320)

    assert pdf.cells(pdf.parse(pdf.make(draw))) == []


def test_a_frame_around_text_is_not_a_table(pdf):
    def draw(canvas):
        pdf.grid(canvas, [60.0, 500.0], [80.0, 200.0])
        pdf.write(canvas, ["Text that stands in a frame."] * 3)

    assert pdf.cells(pdf.parse(pdf.make(draw))) == []
