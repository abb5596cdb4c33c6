"""Cells that wrap though no line sets their rows apart, and columns that are mostly empty."""

XS = (72.0, 170.0, 270.0, 440.0)
RIGHT = 510.0
NAMES = ["Risk", "Owner", "Remedy", "Due"]
WRAPPED = [
    [["Storms and", "high tides"], ["Harbour office"], ["Raise the outer wall", "by a metre"]],
    [["Drought"], ["Water board of", "the province"], ["Store the rain of the", "winter"]],
    [["Frost in late", "spring"], ["Growers"], ["Cover the young trees"]],
]
DUE = ["3 May 2024", "7 June 2025", "1 July 2026"]
ROWS = [
    *[[" ".join(cell) for cell in row] + [due] for row, due in zip(WRAPPED, DUE, strict=True)],
]


def rule(pdf, canvas, top, start=XS[0], end=RIGHT):
    canvas.line(start, pdf.height - top, end, pdf.height - top)


def write_row(pdf, canvas, cells, top, xs=XS):
    for x, lines in zip(xs, cells, strict=False):
        pdf.write(canvas, [lines] if isinstance(lines, str) else lines, x=x, top=top)


def write_wrapped(pdf, canvas, top, between=0.0, rules=False):
    """Write the wrapped rows; `between` is the space that sets rows apart."""
    for cells, due in zip(WRAPPED, DUE, strict=True):
        write_row(pdf, canvas, [*cells, due], top)
        top += 12 * max(map(len, cells)) + between
        if rules:
            rule(pdf, canvas, top - 9 - between / 2)


def test_rows_begin_where_the_one_column_that_never_wraps_says_something(pdf):
    def draw(canvas):
        write_row(pdf, canvas, NAMES, 112)
        write_wrapped(pdf, canvas, 130)
        for top in (100, 117, 192):
            rule(pdf, canvas, top)

    assert pdf.cells(pdf.parse(pdf.make(draw))) == [NAMES, *ROWS]


def test_sentences_in_cells_make_a_table_without_any_rule(pdf):
    def draw(canvas):
        write_row(pdf, canvas, NAMES, 112)
        write_wrapped(pdf, canvas, 127)

    assert pdf.cells(pdf.parse(pdf.make(draw))) == [NAMES, *ROWS]


def test_lines_between_two_rules_are_one_row_where_all_its_cells_wrap(pdf):
    rows = [
        [["Mill and", "farm"], ["Flour and", "oats"]],
        [["Yard of", "timber"], ["Oak beams", "and ash"]],
    ]
    rows += [[["House by", "the sea"], ["Fish and", "salt"]]]

    def draw(canvas):
        write_row(pdf, canvas, ["Place", "Goods"], 112, (72, 130))
        for index, row in enumerate(rows):
            write_row(pdf, canvas, row, 130 + 30 * index, (72, 130))
        for top in (100, 118, 148, 178, 208):
            rule(pdf, canvas, top, end=190)

    cells = pdf.cells(pdf.parse(pdf.make(draw)))

    assert cells[1:] == [[" ".join(cell) for cell in row] for row in rows]


def test_names_above_names_are_rows_where_every_row_is_ruled(pdf):
    xs = (72.0, 200.0, 260.0, 330.0, 390.0)

    def draw(canvas):
        write_row(pdf, canvas, ["North", "South"], 112, (222, 352))
        rule(pdf, canvas, 117, 195, 300)
        rule(pdf, canvas, 117, 325, 440)
        write_row(pdf, canvas, ["Port", "Low", "High", "Low", "High"], 130, xs)
        for index, port in enumerate(("Bergen", "Malmo", "Tromso")):
            write_row(pdf, canvas, [port, "1.5", "2.5", "3.5", "4.5"], 148 + 18 * index, xs)
        for top in (100, 135, 153, 171, 189):
            rule(pdf, canvas, top, end=440)

    table = pdf.parse(pdf.make(draw)).blocks[0].table

    assert [cell.text for cell in table.rows[1]] == ["Port", "Low", "High", "Low", "High"]
    assert table.header_row_count == 2


def test_hyphens_at_which_words_break_off_leave_cells(pdf):
    def draw(canvas):
        pdf.grid(canvas, [72, 170, 300], [100, 130, 160, 190])
        for row in range(3):
            pdf.write(canvas, ["Late har-", "vest"], x=76, top=112 + 30 * row)
            pdf.write(canvas, ["pre-", "and postwar"], x=176, top=112 + 30 * row)

    document = pdf.parse(pdf.make(draw))

    assert pdf.cells(document) == [["Late harvest", "pre- and postwar"]] * 3
    assert pdf.drops(document)["hyphen"] == ["---"]


def test_hyphens_within_the_lines_of_a_cell_stay(pdf):
    def draw(canvas):
        pdf.grid(canvas, [72, 210, 360], [100, 130, 160, 190])
        for row in range(3):
            pdf.write(canvas, ["First- through third", "graders"], x=76, top=112 + 30 * row)
            pdf.write(canvas, ["pre- nor post-war", "years"], x=216, top=112 + 30 * row)

    document = pdf.parse(pdf.make(draw))

    assert pdf.cells(document) == [["First- through third graders", "pre- nor post-war years"]] * 3
    assert "hyphen" not in pdf.drops(document)


def test_a_column_with_one_label_for_several_rows_is_a_column(pdf):
    rows = [
        [label, name, str(n)]
        for n, (label, name) in enumerate(
            [
                ("", "Bergen"),
                ("North", "Narvik"),
                ("", "Tromso"),
                ("", "Malmo"),
                ("South", "Ystad"),
                ("", "Lund"),
            ]
        )
    ]

    def draw(canvas):
        write_row(pdf, canvas, ["Coast", "Port", "Ships"], 112, (72, 112, 200))
        for index, row in enumerate(rows):
            write_row(pdf, canvas, row, 130 + 12 * index, (72, 112, 200))
        for top in (100, 117, 196):
            rule(pdf, canvas, top, end=230)

    assert pdf.cells(pdf.parse(pdf.make(draw))) == [["Coast", "Port", "Ships"], *rows]


def test_lines_of_text_that_go_beyond_a_narrow_table_do_not_name_its_columns(pdf):
    def draw(canvas):
        for index, words in enumerate(
            (["The ships", "that came", "in May"], ["are listed", "here by", "name."])
        ):
            write_row(pdf, canvas, words, 80 + 12 * index, (72, 121, 170))
        write_row(pdf, canvas, ["Ship", "Tons"], 112, (100, 160))
        for index, ship in enumerate(("Anna", "Berta", "Clara")):
            write_row(pdf, canvas, [ship, str(90 + index)], 130 + 12 * index, (100, 160))
        for top in (100, 117, 160):
            rule(pdf, canvas, top, 98, 190)

    document = pdf.parse(pdf.make(draw))

    assert pdf.cells(document)[0] == ["Ship", "Tons"]
    assert pdf.texts(document)[0].startswith("The ships")


def test_the_only_label_between_two_rules_belongs_to_all_rows_between_them(pdf):
    ports = ["Bergen", "Narvik", "Tromso", "Malmo", "Ystad", "Lund"]

    def draw(canvas):
        write_row(pdf, canvas, ["Coast", "Port", "Ships"], 112, (72, 112, 200))
        for index, port in enumerate(ports):
            label = {1: "North", 4: "South"}.get(index, "")
            top = 130 + 12 * index + (6 if index > 2 else 0)
            write_row(pdf, canvas, [label, port, str(9 + index)], top, (72, 112, 200))
        for top in (100, 117, 159, 202):
            rule(pdf, canvas, top, end=230)

    table = pdf.parse(pdf.make(draw)).blocks[0].table

    assert [(row[0].text, row[0].row_span) for row in table.rows if len(row) == 3] == [
        *[("Coast", 1), ("North", 3), ("South", 3)],
    ]
    assert [row[-2].text for row in table.rows[1:]] == ports


def test_a_name_between_two_rows_of_names_belongs_to_both(pdf):
    def draw(canvas):
        rule(pdf, canvas, 100)
        write_row(pdf, canvas, ["Score"], 112, (250,))
        rule(pdf, canvas, 115, 190, 450)
        write_row(pdf, canvas, ["Model"], 119)
        write_row(pdf, canvas, ["Mean", "Best"], 127, (200, 330))
        rule(pdf, canvas, 132)
        for index, model in enumerate(("Small", "Large", "Huge")):
            write_row(pdf, canvas, [model, "1.5", "2.5"], 146 + 14 * index, (72, 200, 330))
        rule(pdf, canvas, 180)

    table = pdf.parse(pdf.make(draw)).blocks[0].table

    assert (table.rows[0][0].text, table.rows[0][0].row_span) == ("Model", 2)
    assert [cell.text for cell in table.rows[1]] == ["Mean", "Best"]
    assert table.header_row_count == 2
