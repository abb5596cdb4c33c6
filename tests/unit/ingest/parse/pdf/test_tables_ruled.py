"""Ruled grids whose lines tell only a part: columns, rows and names that no line sets apart."""

XS = [72.0, 180.0, 290.0, 400.0]
ROWS = [["City", "People", "Area"], ["Berlin", "3,700,000", "891"], ["Paris", "2,100,000", "105"]]


def fill(pdf, canvas, rows, *, xs=XS, top=214.0, step=20.0):
    for index, row in enumerate(rows):
        for x, text in zip(xs, row, strict=False):
            pdf.write(canvas, [text], x=x + 4, top=top + step * index)


def test_columns_of_figures_in_one_ruled_column_are_cut(pdf):
    rows = [[f"Row {n}", str(10 * n), f"{n}.5", f"{n}7"] for n in range(1, 6)]

    def draw(canvas):
        pdf.grid(canvas, [72.0, 180.0, 400.0], [200.0, 304.0])
        fill(pdf, canvas, rows, xs=[72, 184, 260, 340])

    assert pdf.cells(pdf.parse(pdf.make(draw))) == rows


def test_lines_of_columns_that_no_rule_parts_are_rows(pdf):
    rows = [["Seal", "Rubber ring"], ["Pump", "Steel"], ["Valve", "Brass"], ["Hose", "Nylon"]]

    def draw(canvas):
        pdf.grid(canvas, [72.0, 200.0, 400.0], [200.0, 290.0])
        fill(pdf, canvas, rows, xs=[72, 200])

    assert pdf.cells(pdf.parse(pdf.make(draw))) == rows


def test_lines_that_ran_out_of_room_stay_one_cell(pdf):
    texts = ["A sentence that is too long", "for the width of its cell and", "so goes on below it"]

    def draw(canvas):
        pdf.grid(canvas, [72.0, 210.0, 350.0], [200.0, 250.0, 300.0])
        for top in (214, 264):
            for x in (76, 214):
                pdf.write(canvas, texts, x=x, top=top)

    assert pdf.cells(pdf.parse(pdf.make(draw))) == [[" ".join(texts)] * 2] * 2


def test_a_name_above_several_columns_of_one_ruled_column_spans_them(pdf):
    rows = [[f"Row {n}", str(100 * n), f"{n}.55"] for n in range(1, 6)]

    def draw(canvas):
        pdf.grid(canvas, [72.0, 180.0, 400.0], [180.0, 200.0, 304.0])
        pdf.write(canvas, ["Both"], x=280, top=194)
        fill(pdf, canvas, rows, xs=[72, 200, 320])

    table = pdf.parse(pdf.make(draw)).blocks[0].table

    assert [(cell.text, cell.column_span) for cell in table.rows[0]] == [("", 1), ("Both", 2)]
    assert [[cell.text for cell in row] for row in table.rows[1:]] == rows


def test_a_cell_beside_stacked_rows_spans_them(pdf):
    def draw(canvas):
        pdf.grid(canvas, XS, [200.0, 220.0, 270.0])
        fill(pdf, canvas, [["Name", "Count", "Level"]])
        pdf.write(canvas, ["Oslo", "Rome", "Bern"], x=76, top=234)
        pdf.write(canvas, ["11", "22", "33"], x=184, top=234)
        pdf.write(canvas, ["low"], x=294, top=246)
        for x in (350,):
            pdf.write(canvas, ["1.5", "2.5", "3.5"], x=x, top=234)
        canvas.line(340, pdf.height - 200, 340, pdf.height - 270)

    table = pdf.parse(pdf.make(draw)).blocks[0].table

    assert [cell.text for cell in table.rows[1]] == ["Oslo", "11", "low", "1.5"]
    assert [cell.row_span for cell in table.rows[1]] == [1, 1, 3, 1]
    assert [cell.text for cell in table.rows[3]] == ["Bern", "33", "3.5"]


def test_years_above_a_grid_span_pairs_of_its_columns(pdf):
    xs = [72.0, 180.0, 240.0, 300.0, 360.0, 420.0]

    def draw(canvas):
        pdf.grid(canvas, xs, [200.0, 220.0, 240.0])
        pdf.write(canvas, ["2001"], x=228, top=196)
        pdf.write(canvas, ["2002"], x=348, top=196)
        fill(pdf, canvas, [["Kind", "t", "USD", "t", "USD"]], xs=xs)
        fill(pdf, canvas, [["Cod", "11", "22", "33", "44"]], xs=xs, top=234)

    table = pdf.parse(pdf.make(draw)).blocks[0].table

    assert [(c.text, c.column_span) for c in table.rows[0]] == [("", 1), ("2001", 2), ("2002", 2)]
    assert table.header_row_count == 2


def test_empty_columns_stay_in_place(pdf):
    def draw(canvas):
        pdf.grid(canvas, XS, [200.0, 220.0, 240.0, 260.0])
        fill(pdf, canvas, [[a, "", c] for a, _, c in ROWS])

    assert pdf.cells(pdf.parse(pdf.make(draw))) == [[a, "", c] for a, _, c in ROWS]


def test_boxes_in_boxes_are_not_a_table(pdf):
    def draw(canvas):
        canvas.rect(72, 400, 300, 250)
        canvas.rect(100, 430, 200, 90)
        canvas.line(100, 430, 372, 430)
        pdf.write(canvas, ["Outer text"], x=80, top=pdf.height - 630)
        pdf.write(canvas, ["Inner text"], x=110, top=pdf.height - 500)

    assert pdf.cells(pdf.parse(pdf.make(draw))) == []


def test_a_title_row_over_all_columns_is_a_header_too(pdf):
    def draw(canvas):
        canvas.rect(72, pdf.height - 200, 328, 20)
        pdf.grid(canvas, XS, [200.0, 220.0, 240.0, 260.0])
        pdf.write(canvas, ["Cities of Europe"], x=190, top=194)
        fill(pdf, canvas, ROWS)

    table = pdf.parse(pdf.make(draw)).blocks[0].table

    assert [(cell.text, cell.column_span) for cell in table.rows[0]] == [("Cities of Europe", 3)]
    assert table.header_row_count == 2


def test_lines_that_divide_a_whole_slide_make_no_table(pdf):
    def draw(canvas):
        pdf.grid(canvas, [0, 430, pdf.width], [0, 300, 600, pdf.height])
        pdf.write(canvas, ["The Title of a Slide"], x=20, top=60, size=26)
        pdf.write(canvas, ["What there is to say about it."], x=20, top=400, size=12)
        pdf.write(canvas, ["Contents"], x=440, top=60, size=12)
        pdf.write(canvas, ["Next part"], x=440, top=400, size=12)

    document = pdf.parse(pdf.make(draw))

    assert pdf.texts(document, "table") == []
    assert "The Title of a Slide" in pdf.texts(document, "title")


def test_names_that_stand_on_end_are_in_their_cells(pdf):
    def draw(canvas):
        pdf.grid(canvas, [72.0, 180.0, 210.0, 240.0], [200.0, 280.0, 300.0, 320.0])
        pdf.write(canvas, ["Action of user"], x=76, top=240)
        for x, name in ((198, "May read"), (228, "May write")):
            canvas.saveState()
            canvas.translate(x, pdf.height - 276)
            canvas.rotate(90)
            canvas.drawString(0, 0, name)
            canvas.restoreState()
        fill(pdf, canvas, [["Open", "X", ""], ["Save", "", "X"]], xs=[72, 186, 216], top=294)

    document = pdf.parse(pdf.make(draw))

    assert pdf.cells(document)[0] == ["Action of user", "May read", "May write"]
    assert document.text.count("May read") == 1
    assert document.blocks[0].table.header_row_count == 1


def test_rows_that_no_rule_parts_are_cut_though_each_column_has_gaps_of_its_own(pdf):
    rows = [["A10", "1.5", "", "2"], ["A20", "", "", "3"], ["A30", "4.5", "", ""]]
    rows += [["A40", "6.5", "7", "5"], ["A50", "", "8", "9"]]

    def draw(canvas):
        pdf.grid(canvas, [72.0, 160.0, 240.0, 320.0, 400.0], [180.0, 200.0, 304.0])
        fill(pdf, canvas, [["Code", "May", "June", "July"]], xs=[72, 160, 240, 320], top=194)
        fill(pdf, canvas, rows, xs=[72, 160, 240, 320])

    assert pdf.cells(pdf.parse(pdf.make(draw))) == [["Code", "May", "June", "July"], *rows]
