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
