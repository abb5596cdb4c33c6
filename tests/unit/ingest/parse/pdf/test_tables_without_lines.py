"""Tables that horizontal rules or alignment alone mark, and what only looks like one."""

NAMES = [["Country", "Capital", "Language"], ["Austria", "Vienna", "German"]]
NAMES += [["Chile", "Santiago", "Spanish"], ["Ghana", "Accra", "English"]]
XS = (72.0, 200.0, 330.0)
RIGHT = 450.0


def rule(pdf, canvas, top, start=XS[0], end=RIGHT):
    canvas.line(start, pdf.height - top, end, pdf.height - top)


def fill(pdf, canvas, rows, *, xs=XS, top=120.0, step=20.0):
    for index, row in enumerate(rows):
        for x, text in zip(xs, row, strict=False):
            pdf.write(canvas, [text], x=x, top=top + step * index)


def test_a_line_of_names_above_the_first_rule_is_the_header(pdf):
    def draw(canvas):
        fill(pdf, canvas, NAMES)
        for top in (126, 146, 166, 186):
            rule(pdf, canvas, top)

    document = pdf.parse(pdf.make(draw))

    assert pdf.cells(document) == NAMES
    assert document.blocks[0].table.header_row_count == 1


def test_lines_between_two_rules_are_one_row_where_cells_wrap(pdf):
    def draw(canvas):
        fill(pdf, canvas, [NAMES[0]])
        for top, left, right in ((140, "A short", ["A long text that", "goes on below"]),):
            pdf.write(canvas, [left], x=XS[0], top=top)
            pdf.write(canvas, ["two"], x=XS[1], top=top)
            pdf.write(canvas, right, x=XS[2], top=top)
        fill(pdf, canvas, [["Other", "three", "Text"]], top=175)
        for top in (106, 126, 160, 184):
            rule(pdf, canvas, top)

    rows = pdf.cells(pdf.parse(pdf.make(draw)))

    assert rows[1] == ["A short", "two", "A long text that goes on below"]
    assert rows[2] == ["Other", "three", "Text"]


def test_lines_set_closer_than_rows_are_one_cell(pdf):
    def draw(canvas):
        fill(pdf, canvas, [["Name", "Value", "Share"]], top=112)
        pdf.write(canvas, ["A label that is too", "long for one line"], top=134)
        fill(pdf, canvas, [["", "12", "3.5"]], top=134)
        fill(pdf, canvas, [["Next", "13", "4.5"], ["Last", "14", "5.5"]], top=168)
        for top in (100, 118, 194):
            rule(pdf, canvas, top)

    rows = pdf.cells(pdf.parse(pdf.make(draw)))

    assert rows == [
        ["Name", "Value", "Share"],
        ["A label that is too long for one line", "12", "3.5"],
        ["Next", "13", "4.5"],
        ["Last", "14", "5.5"],
    ]


def test_a_rule_below_a_heading_tells_the_columns_that_it_spans(pdf):
    def draw(canvas):
        rule(pdf, canvas, 100)
        pdf.write(canvas, ["Score"], x=250, top=112)
        rule(pdf, canvas, 115, 190, 450)
        fill(pdf, canvas, [["Model", "Mean", "Best"]], top=128)
        rule(pdf, canvas, 133)
        fill(pdf, canvas, [["Small", "1.5", "2.5"], ["Large", "3.5", "4.5"]], top=148)
        rule(pdf, canvas, 175)

    table = pdf.parse(pdf.make(draw)).blocks[0].table

    assert [(cell.text, cell.column_span) for cell in table.rows[0]] == [("", 1), ("Score", 2)]
    assert table.header_row_count == 2


def test_tables_one_below_the_other_with_rules_of_one_width_stay_apart(pdf):
    def draw(canvas):
        for number, top in enumerate((100, 300), start=1):
            pdf.write(canvas, [f"Table {number}. Some countries."], top=top - 6)
            for offset in (0, 28, 88):
                rule(pdf, canvas, top + offset)
            fill(pdf, canvas, NAMES, top=top + 20)

    tables = [block.table for block in pdf.parse(pdf.make(draw)).blocks if block.table]

    assert [table.caption for table in tables] == [
        "Table 1. Some countries.",
        "Table 2. Some countries.",
    ]
    assert [[cell.text for cell in row] for row in tables[1].rows] == NAMES


def test_bands_of_colour_are_rows(pdf):
    rows = [
        ["7001", "Long name that", "Oslo"],
        ["7002", "Short", "Rome"],
        ["7003", "Third", "Bern"],
    ]

    def draw(canvas):
        canvas.setFillGray(0.85)
        for top in (100, 160):
            canvas.rect(70, pdf.height - top - 30, 380, 30, stroke=0, fill=1)
        canvas.setFillGray(0)
        fill(pdf, canvas, rows, top=112, step=30)
        pdf.write(canvas, ["wraps"], x=XS[1], top=124)

    cells = pdf.cells(pdf.parse(pdf.make(draw)))

    assert cells[0] == ["7001", "Long name that wraps", "Oslo"]
    assert cells[1:] == rows[1:]


def test_short_texts_in_aligned_columns_are_a_table_without_any_rule(pdf):
    rows = [*NAMES, ["Japan", "Tokyo", "Japanese"], ["Kenya", "Nairobi", "Swahili"]]
    document = pdf.parse(pdf.make(lambda canvas: fill(pdf, canvas, rows, step=14)))

    assert pdf.cells(document) == rows


def test_centred_texts_are_aligned_too(pdf):
    rows = [*NAMES, ["Japan", "Tokyo", "Japanese"], ["Kenya", "Nairobi", "Swahili"]]

    def draw(canvas):
        canvas.setFont("Helvetica", 10)
        for index, row in enumerate(rows):
            for x, text in zip(XS, row, strict=True):
                canvas.drawCentredString(x + 30, pdf.height - 120 - 14 * index, text)

    assert pdf.cells(pdf.parse(pdf.make(draw))) == rows


def test_a_sentence_with_wide_word_spaces_is_not_a_table(pdf):
    lines = ["Experts from around the", "world create some of the", "best known ideas for you"]

    def draw(canvas):
        canvas.setFont("Helvetica", 10)
        for index, line in enumerate([*lines, *lines]):
            for place, word in enumerate(line.split()):
                canvas.drawString(72 + 80 * place, pdf.height - 120 - 14 * index, word)

    assert pdf.cells(pdf.parse(pdf.make(draw))) == []


def test_a_column_with_few_entries_is_a_column(pdf):
    rows = [["Year", "", "Wheat", "Rye"]]
    rows += [[str(2000 + n), "*" if n == 3 else "", f"{n}.5", f"{n}7"] for n in range(1, 7)]
    xs = (72.0, 150.0, 230.0, 320.0)
    cells = pdf.cells(pdf.parse(pdf.make(lambda canvas: fill(pdf, canvas, rows, xs=xs, step=14))))

    assert cells == rows


def test_a_table_in_one_column_of_prose_is_found(pdf):
    prose = [f"Line {n} of the long text of the left column goes" for n in range(30)]
    rows = [["Weekly", "71.15"], ["Biweekly", "142.31"], ["Monthly", "308.33"]]
    rows += [["Quarterly", "925.00"], ["Annually", "3,700.00"]]

    def draw(canvas):
        pdf.write(canvas, prose, x=60)
        pdf.write(canvas, [line.replace("left", "right") for line in prose[:12]], x=320)
        fill(pdf, canvas, rows, xs=(320, 430), top=275, step=18)
        pdf.write(canvas, prose[24:], x=320, top=388)

    assert pdf.cells(pdf.parse(pdf.make(draw))) == rows


def test_prose_in_three_columns_is_not_a_table(pdf):
    def draw(canvas):
        for column, x in enumerate((50, 220, 390)):
            text = [f"column {column} tells part {n} of it all" for n in range(30)]
            pdf.write(canvas, text, x=x, size=9)

    assert pdf.cells(pdf.parse(pdf.make(draw))) == []


def test_a_numbered_list_is_not_a_table(pdf):
    def draw(canvas):
        for n in range(1, 9):
            pdf.write(canvas, [f"{n}."], x=72, top=100 + 14 * n)
            pdf.write(canvas, [f"Point {n} is worth a line"], x=110, top=100 + 14 * n)

    assert pdf.cells(pdf.parse(pdf.make(draw))) == []


def test_a_table_of_contents_is_not_a_table(pdf):
    def draw(canvas):
        for n in range(1, 10):
            top = 100 + 14 * n
            pdf.write(canvas, [f"{n} Chapter with a name " + ". " * 40], x=72, top=top)
            pdf.write(canvas, [str(7 * n)], x=480, top=top)

    assert pdf.cells(pdf.parse(pdf.make(draw))) == []


def test_lines_of_a_program_are_not_a_table(pdf):
    code = ["SELECT   function_id,  user_name", "FROM     function_usage  usage", "WHERE    id = 4"]

    def draw(canvas):
        pdf.write(canvas, [*code, *code], font="Courier")

    assert pdf.cells(pdf.parse(pdf.make(draw))) == []


def test_two_frames_with_boxes_in_them_are_not_a_table(pdf):
    def draw(canvas):
        for x in (80, 320):
            canvas.rect(x, 300, 180, 400)
            for n in range(4):
                canvas.rect(x + 40, 620 - 90 * n, 100, 40)
                pdf.write(canvas, [f"Step {n}"], x=x + 60, top=pdf.height - 640 + 90 * n)

    assert pdf.cells(pdf.parse(pdf.make(draw))) == []
