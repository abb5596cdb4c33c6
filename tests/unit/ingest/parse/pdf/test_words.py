"""Glyphs become words: initials, spaced letters, bullets, text that is hidden or drawn twice."""

import pytest
from reportlab.pdfbase import pdfmetrics

BODY = [
    "The first line of this paragraph is full and runs to the right edge of it,",
    "the second line of the paragraph is as full as the first one and goes on.",
]


def test_invisible_text_beside_visible_text_is_dropped_as_hidden(pdf):
    def draw(canvas):
        pdf.write(canvas, BODY)
        text = canvas.beginText(72, 500)
        text.setTextRenderMode(3)
        text.textLine("keywords for machines")
        canvas.drawText(text)

    document = pdf.parse(pdf.make(draw))

    assert pdf.texts(document) == [" ".join(BODY)]
    assert pdf.drops(document)["hidden"] == ["keywords for machines"]


def test_invisible_text_is_read_where_the_page_has_no_other(pdf):
    def draw(canvas):
        text = canvas.beginText(72, 700)
        text.setTextRenderMode(3)
        text.textLine("What recognition read in the scan.")
        canvas.drawText(text)

    assert pdf.texts(pdf.parse(pdf.make(draw))) == ["What recognition read in the scan."]


def test_bold_type_made_by_drawing_twice_is_read_once(pdf):
    def draw(canvas):
        pdf.write(canvas, ["Printed twice for weight"], x=72, top=100)
        pdf.write(canvas, BODY, top=150)
        x = 72.3
        for word in ("Printed", "twice", "for", "weight"):
            pdf.write(canvas, [word], x=x, top=100)
            x += pdfmetrics.stringWidth(word + " ", "Helvetica", 10)

    document = pdf.parse(pdf.make(draw))

    assert " ".join(pdf.texts(document)).count("Printed twice") == 1
    assert pdf.drops(document)["duplicate"] == ["Printed twice for weight"]


def test_equal_signs_in_a_row_are_not_taken_for_repeated(pdf):
    dots = " ".join(["."] * 40)
    document = pdf.parse(pdf.make(lambda canvas: pdf.write(canvas, [f"Chapter one {dots} 7"])))

    assert "duplicate" not in pdf.drops(document)


def test_spaced_letters_make_words(pdf):
    def draw(canvas):
        canvas.setFont("Helvetica", 14)
        x = 72.0
        for word in ("SPRING", "REPORT"):
            for letter in word:
                canvas.drawString(x, pdf.height - 90, letter)
                x += pdfmetrics.stringWidth(letter, "Helvetica", 14) + 6
            x += 12
        pdf.write(canvas, BODY, top=130)

    assert pdf.texts(pdf.parse(pdf.make(draw)))[0] == "SPRING REPORT"


def test_an_initial_belongs_to_its_word_and_does_not_indent_the_lines_beside_it(pdf):
    def draw(canvas):
        canvas.setFont("Times-Bold", 44)
        canvas.drawString(72, pdf.height - 128, "O")
        canvas.setFont("Times-Roman", 11)
        canvas.drawString(106, pdf.height - 101, "nce upon a time there was a page on which")
        canvas.drawString(106, pdf.height - 114, "a large letter hung down into three lines,")
        canvas.drawString(106, pdf.height - 127, "so that these began further to the right,")
        canvas.drawString(
            72, pdf.height - 140, "and the lines below it stood under the letter again."
        )

    (text,) = pdf.texts(pdf.parse(pdf.make(draw)))
    assert text.startswith("Once upon a time")
    assert text.endswith("under the letter again.")


def test_a_letter_of_a_dingbats_face_is_a_bullet(pdf):
    def draw(canvas):
        for row, item in enumerate(("Apples", "Pears", "Plums")):
            pdf.write(canvas, ["n"], x=72, top=100 + 14 * row, font="ZapfDingbats")
            pdf.write(canvas, [item], x=86, top=100 + 14 * row)

    document = pdf.parse(pdf.make(draw))
    assert pdf.texts(document, "list_item") == ["• Apples", "• Pears", "• Plums"]


def test_a_face_whose_letters_are_equally_wide_is_a_typewriter_whatever_its_name(pdf):
    from ragflow.ingest.parse.pdf.characters import Word
    from ragflow.ingest.parse.pdf.lines import lines_of
    from ragflow.ingest.parse.pdf.looks import Style
    from ragflow.ingest.parse.pdf.sheet import PageFrame, Rect, Sheet

    sheet = Sheet(PageFrame(1, 0, 0, pdf.width, pdf.height, 0))
    words, x = [], 72.0
    for text in ("SELECT", "lower(name)", "FROM", "people"):
        words.append(Word(text, Rect(x, x + 6 * len(text), 100, 110), 10, Style(), True))
        x += 6 * (len(text) + 1)

    (line,) = lines_of(words, sheet)

    assert line.style.mono
    assert line.text == "SELECT lower(name) FROM people"


def test_lines_that_run_down_are_read_from_the_right_one_to_the_left(pdf):
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    lines = ["吾輩は猫であり名は無い。", "どこで生れたか知らない。", "何でも暗い所であった。"]
    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3", isVertical=True))

    def draw(canvas):
        canvas.setFont("HeiseiMin-W3", 14)
        for place, line in enumerate(lines):
            canvas.drawString(500 - 40 * place, 780, line)

    assert "".join(pdf.texts(pdf.parse(pdf.make(draw)))) == "".join(lines)


def test_the_number_of_a_note_does_not_become_part_of_the_word_before_it(pdf):
    def draw(canvas):
        text = canvas.beginText(72, 700)
        for words, rise, size in (
            ("See the report", 0, 10),
            ("12", 4, 6),
            (", which tells", 0, 10),
        ):
            text.setFont("Helvetica", size)
            text.setRise(rise)
            text.textOut(words)
        canvas.drawText(text)

    assert pdf.texts(pdf.parse(pdf.make(draw))) == ["See the report 12, which tells"]


@pytest.mark.parametrize(
    ("before", "power", "after"),
    [
        ("An area of 5 km", "2", ""),
        ("A pull of 9.81 m/sec", "2", " at sea"),
        ("Where sin", "2", " x is known"),
        ("Let log", "2", " (x) be known"),
        ("The loss", "2", " + the bias"),
    ],
)
def test_a_power_stays_with_its_base(pdf, before, power, after):
    def draw(canvas):
        text = canvas.beginText(72, 700)
        for words, rise, size in ((before, 0, 10), (power, 4, 6), (after, 0, 10)):
            text.setFont("Helvetica", size)
            text.setRise(rise)
            text.textOut(words)
        canvas.drawText(text)

    assert pdf.texts(pdf.parse(pdf.make(draw))) == [before + power + after]
