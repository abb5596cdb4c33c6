"""A table that runs over pages is one table."""

XS = [72.0, 180.0, 290.0, 400.0]
NAMES = ["City", "People", "Area"]


def grid(pdf, canvas, rows, *, top, xs=XS):
    tops = [top + 20 * n for n in range(len(rows) + 1)]
    pdf.grid(canvas, xs, tops)
    for index, row in enumerate(rows):
        for x, text in zip(xs, row, strict=False):
            pdf.write(canvas, [text], x=x + 4, top=top + 14 + 20 * index)


def body(first, last):
    return [[f"City {n}", str(1000 * n), str(n)] for n in range(first, last)]


def tables(document):
    return [block.table for block in document.blocks if block.table]


def texts(table):
    return [[cell.text for cell in row] for row in table.rows]


def test_column_names_that_are_repeated_on_the_next_page_become_drops(pdf):
    document = pdf.parse(
        pdf.make(
            lambda canvas: grid(pdf, canvas, [NAMES, *body(1, 6)], top=600),
            lambda canvas: grid(pdf, canvas, [NAMES, *body(6, 9)], top=60),
        )
    )

    assert [texts(table) for table in tables(document)] == [[NAMES, *body(1, 9)]]
    assert pdf.drops(document)["duplicate"] == NAMES


def test_a_grid_goes_on_without_column_names_where_its_lines_agree(pdf):
    document = pdf.parse(
        pdf.make(
            lambda canvas: grid(pdf, canvas, [NAMES, *body(1, 6)], top=600),
            lambda canvas: grid(pdf, canvas, body(6, 9), top=60),
            lambda canvas: grid(pdf, canvas, body(9, 12), top=60),
        )
    )

    assert [texts(table) for table in tables(document)] == [[NAMES, *body(1, 12)]]


def test_cells_keep_the_page_on_which_they_stand(pdf):
    document = pdf.parse(
        pdf.make(
            lambda canvas: grid(pdf, canvas, [NAMES, *body(1, 6)], top=600),
            lambda canvas: grid(pdf, canvas, body(6, 9), top=60),
        )
    )
    pages = {
        document.text[line.span.start : line.span.end]: line.box.page for line in document.lines
    }

    assert (pages["City 5"], pages["City 6"]) == (1, 2)


def test_a_caption_that_says_continued_is_dropped(pdf):
    def second(canvas):
        pdf.write(canvas, ["Table 1. Cities (continued)."], top=54)
        grid(pdf, canvas, [NAMES, *body(6, 9)], top=60)

    def first(canvas):
        pdf.write(canvas, ["Table 1. Cities."], top=594)
        grid(pdf, canvas, [NAMES, *body(1, 6)], top=600)

    document = pdf.parse(pdf.make(first, second))

    assert [table.caption for table in tables(document)] == ["Table 1. Cities."]
    assert pdf.drops(document)["duplicate"][0] == "Table 1. Cities (continued)."


def test_another_table_at_the_top_of_a_page_stays_apart(pdf):
    other = [["Tree", "Height", "Age"], ["Oak", "30", "200"], ["Elm", "25", "100"]]
    document = pdf.parse(
        pdf.make(
            lambda canvas: grid(pdf, canvas, [NAMES, *body(1, 6)], top=600),
            lambda canvas: grid(pdf, canvas, other, top=60, xs=[72.0, 140.0, 210.0, 280.0]),
        )
    )

    assert [texts(table) for table in tables(document)] == [[NAMES, *body(1, 6)], other]


def test_text_between_two_pages_of_tables_keeps_them_apart(pdf):
    def first(canvas):
        grid(pdf, canvas, [NAMES, *body(1, 6)], top=500)
        text = ["This text tells that the table above has come to its end here."] * 2
        pdf.write(canvas, text, top=660)

    document = pdf.parse(
        pdf.make(first, lambda canvas: grid(pdf, canvas, [NAMES, *body(6, 9)], top=60))
    )

    assert len(tables(document)) == 2
