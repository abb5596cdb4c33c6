"""Columns are read one after the other; what spans them stands between."""

LEFT = [f"Left line {n} tells the first part of the story." for n in range(1, 9)]
RIGHT = [f"Right line {n} tells the last part of the story." for n in range(1, 9)]


def draw_columns(pdf, canvas, *, top=140.0):
    pdf.write(canvas, LEFT, x=60, top=top)
    pdf.write(canvas, RIGHT, x=320, top=top)


def test_the_left_column_is_read_before_the_right_one(pdf):
    document = pdf.parse(pdf.make(lambda canvas: draw_columns(pdf, canvas)))

    text = " ".join(pdf.texts(document))
    assert text.index("Left line 8") < text.index("Right line 1")


def test_columns_written_line_by_line_are_still_read_one_after_the_other(pdf):
    def draw(canvas):
        for row, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
            pdf.write(canvas, [left], x=60, top=140 + 12 * row)
            pdf.write(canvas, [right], x=320, top=140 + 12 * row)

    text = " ".join(pdf.texts(pdf.parse(pdf.make(draw))))
    assert text.index("Left line 8") < text.index("Right line 1")


def test_a_full_width_line_separates_the_columns_above_from_those_below(pdf):
    wide = "A sentence that runs over the whole width of the page and thus crosses both columns."

    def draw(canvas):
        draw_columns(pdf, canvas, top=100)
        pdf.write(canvas, [wide], x=60, top=260, size=11)
        pdf.write(canvas, [line.upper() for line in LEFT], x=60, top=320)
        pdf.write(canvas, [line.lower() for line in RIGHT], x=340, top=320)

    text = " ".join(pdf.texts(pdf.parse(pdf.make(draw))))
    places = [
        text.index(part)
        for part in ("Left line 1", "Right line 8", "A sentence", "LEFT LINE 8", "right line 1")
    ]
    assert places == sorted(places)


def words_in_order(text, parts):
    places = [text.index(part) for part in parts]
    return places == sorted(places)


def test_four_columns_are_read_from_left_to_right(pdf):
    columns = [[f"Column {name} row {n} has words" for n in range(1, 13)] for name in "ABCD"]

    def draw(canvas):
        for place, lines in enumerate(columns):
            pdf.write(canvas, lines, x=40 + 132 * place, top=140, size=8)

    text = " ".join(pdf.texts(pdf.parse(pdf.make(draw))))
    assert words_in_order(text, [f"Column {name} row {n} " for name in "ABCD" for n in (1, 12)])


def test_a_side_bar_of_other_leading_is_not_mixed_into_the_text_beside_it(pdf):
    side = ["Implement roles and", "separation of duties"]
    main = [f"Sentence {n} of the main text runs on over its own column here" for n in range(1, 9)]

    def draw(canvas):
        pdf.write(canvas, side, x=40, top=150, size=12, font="Helvetica-Bold")
        pdf.write(canvas, main, x=190, top=150, size=10)

    texts = pdf.texts(pdf.parse(pdf.make(draw)))
    assert texts[0] == " ".join(side)
    assert " ".join(main) in " ".join(texts[1:])


def test_labels_are_read_with_the_texts_beside_them(pdf):
    texts = {
        "Purpose": ["This instrument measures the flow", "of water through a pipe of steel."],
        "Range": ["It reads from one to forty litres", "a minute with an error of two", "percent."],
        "Power": ["A battery of nine volts lasts for", "about a year of daily use."],
    }

    def draw(canvas):
        for row, (label, lines) in enumerate(texts.items()):
            pdf.write(canvas, [label], x=60, top=120 + 60 * row)
            pdf.write(canvas, lines, x=180, top=120 + 60 * row)

    text = " ".join(pdf.texts(pdf.parse(pdf.make(draw))))
    assert words_in_order(text, ["Purpose", "instrument", "Range", "forty", "Power", "battery"])


def test_authors_side_by_side_come_before_the_columns_below_them(pdf):
    def draw(canvas):
        pdf.write(canvas, ["A Paper of Many Authors and its Long Title"], x=120, top=80, size=18)
        for place, name in enumerate(("Ada Able", "Bea Baker", "Cay Cole")):
            pdf.write(canvas, [name, f"Institute {place}"], x=80 + 170 * place, top=115)
        draw_columns(pdf, canvas, top=200)

    text = " ".join(pdf.texts(pdf.parse(pdf.make(draw))))
    assert words_in_order(
        text, ["Ada Able", "Bea Baker", "Cay Cole", "Left line 1", "Right line 1"]
    )


def test_the_right_column_comes_first_where_the_script_runs_from_right_to_left(pdf):
    from ragflow.ingest.parse.pdf.lines import TextLine
    from ragflow.ingest.parse.pdf.looks import Style
    from ragflow.ingest.parse.pdf.reading_order import columns
    from ragflow.ingest.parse.pdf.sheet import PageFrame, Rect, Sheet

    sheet = Sheet(PageFrame(1, 0, 0, pdf.width, pdf.height, 0))
    lines = [
        TextLine(
            f"{name}{n}", Rect(x, x + 200, 100 + 12 * n, 110 + 12 * n), sheet, 10, Style(), True
        )
        for name, x in (("left", 60), ("right", 320))
        for n in range(6)
    ]

    read = [row[0].text for column in columns(lines) for row in column.rows]

    assert read == [f"right{n}" for n in range(6)] + [f"left{n}" for n in range(6)]


def test_the_number_of_an_equation_stays_in_its_column(pdf):
    left = [f"Left line {n} tells the first part of the whole story." for n in range(1, 9)]

    def draw(canvas):
        pdf.write(canvas, left[:5], x=60, top=140)
        pdf.write(canvas, ["a = b + 2 c"], x=120, top=210)
        canvas.drawRightString(60 + canvas.stringWidth(left[0], "Helvetica", 10), 632, "(7)")
        pdf.write(canvas, left[5:], x=60, top=230)
        pdf.write(canvas, RIGHT, x=312, top=140)

    text = " ".join(pdf.texts(pdf.parse(pdf.make(draw))))
    assert words_in_order(text, ["Left line 5", "(7)", "Left line 6", "Right line 1"])
