"""Lines become titles, paragraphs, list items, code and captions."""

import pytest

SENTENCES = [
    "The first line of this paragraph is full and runs to the right edge of it,",
    "the second line of the paragraph is as full as the first one and goes on,",
    "and the third line ends the paragraph.",
]


def test_the_lines_of_a_paragraph_join_with_spaces(pdf):
    document = pdf.parse(pdf.make(lambda canvas: pdf.write(canvas, SENTENCES)))

    assert pdf.texts(document) == [" ".join(SENTENCES)]


def test_each_line_keeps_its_own_box(pdf):
    document = pdf.parse(pdf.make(lambda canvas: pdf.write(canvas, SENTENCES, x=72, top=100)))

    assert len(document.lines) == 3
    first = document.lines[0].box
    assert first.page == 1
    assert abs(first.x0 - 72) < 1
    assert first.top < 100 < first.bottom


def test_a_word_broken_at_a_line_end_is_joined_and_its_hyphen_accounted_for(pdf):
    lines = ["Measured in the long run this is an example of a docu-", "ment with a broken word."]
    document = pdf.parse(pdf.make(lambda canvas: pdf.write(canvas, lines)))

    assert "a document with a broken word." in pdf.texts(document)[0]
    assert pdf.drops(document) == {"hyphen": ["-"]}


def test_a_compound_written_with_a_hyphen_elsewhere_keeps_it_at_a_line_end(pdf):
    lines = [
        "A well-known method is used here and described in full below, as it is well-",
        "known to all who read this.",
    ]
    document = pdf.parse(pdf.make(lambda canvas: pdf.write(canvas, lines)))

    assert "as it is well-known to all" in pdf.texts(document)[0]


def test_larger_type_makes_titles_and_size_their_levels(pdf):
    def draw(canvas):
        pdf.write(canvas, ["The Great Report"], size=22, top=80)
        pdf.write(canvas, ["First Part"], size=15, top=130)
        pdf.write(canvas, SENTENCES, top=170)

    document = pdf.parse(pdf.make(draw))

    titles = [(block.level, block.kind) for block in document.blocks]
    assert titles == [(1, "title"), (2, "title"), (0, "text")]


def test_numbering_gives_the_level_of_a_bold_title(pdf):
    def draw(canvas):
        pdf.write(canvas, ["2.3.1 Results of the Trial"], font="Helvetica-Bold", top=100)
        pdf.write(canvas, SENTENCES, top=130)

    document = pdf.parse(pdf.make(draw))

    assert (document.blocks[0].kind, document.blocks[0].level) == ("title", 3)


def test_the_outline_names_titles_that_look_like_text(pdf):
    def draw(canvas):
        pdf.write(canvas, ["Plain heading"], top=100)
        pdf.write(canvas, SENTENCES, top=140)
        canvas.bookmarkPage("a")
        canvas.addOutlineEntry("Plain heading", "a", level=0)

    document = pdf.parse(pdf.make(draw))

    assert (document.blocks[0].kind, document.blocks[0].level) == ("title", 1)


def test_each_list_marker_starts_an_item(pdf):
    lines = ["1. Wash the apples", "2. Cut the apples", "3. Eat the apples"]
    document = pdf.parse(pdf.make(lambda canvas: pdf.write(canvas, lines)))

    assert pdf.texts(document, "list_item") == lines


def test_typewriter_lines_become_code_with_their_indent(pdf):
    def draw(canvas):
        pdf.write(canvas, ["def double(x):"], font="Courier", top=100)
        pdf.write(canvas, ["return 2 * x"], font="Courier", top=112, x=72 + 4 * 6)

    document = pdf.parse(pdf.make(draw))

    assert pdf.texts(document, "code") == ["def double(x):\n    return 2 * x"]


@pytest.mark.parametrize(
    "text", ["Figure 3: The parts of the machine.", "Figure 7-26. Nuts.", "Fig. 2.1 The machine"]
)
def test_a_line_that_names_a_figure_is_a_caption(pdf, text):
    document = pdf.parse(pdf.make(lambda canvas: pdf.write(canvas, [text])))

    assert pdf.texts(document, "caption") == [text]


def test_a_sentence_about_a_figure_is_text(pdf):
    text = "Figure 3 shows the parts of the machine and how they work together."
    document = pdf.parse(pdf.make(lambda canvas: pdf.write(canvas, [text])))

    assert pdf.texts(document, "text") == [text]


def test_a_paragraph_that_runs_over_the_page_stays_one_block(pdf):
    document = pdf.parse(
        pdf.make(
            lambda canvas: pdf.write(canvas, SENTENCES[:2], top=700),
            lambda canvas: pdf.write(canvas, SENTENCES[2:], top=100),
        )
    )

    assert pdf.texts(document) == [" ".join(SENTENCES)]
    assert [line.box.page for line in document.lines] == [1, 1, 2]


def test_chinese_lines_join_without_a_space(pdf):
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    lines = ["检索增强生成把文档中的知识交给语言模型使用，从而让回答有据可", "查并且可以引用原文。"]
    document = pdf.parse(pdf.make(lambda canvas: pdf.write(canvas, lines, font="STSong-Light")))

    assert pdf.texts(document) == ["".join(lines)]


def test_a_sentence_in_smaller_type_that_names_a_figure_is_its_caption(pdf):
    def draw(canvas):
        pdf.write(canvas, SENTENCES, top=100)
        caption = ["Figure 3 Levels of all wells in the north. Dashed lines", "are estimates."]
        pdf.write(canvas, caption, top=180, size=8)
        pdf.write(canvas, ["Figure 3 shows the levels of all wells."], top=240)

    document = pdf.parse(pdf.make(draw))

    found = pdf.texts(document, "caption")
    assert found == ["Figure 3 Levels of all wells in the north. Dashed lines are estimates."]


def test_a_sentence_in_smaller_type_that_tells_what_a_figure_shows_is_no_caption(pdf):
    def draw(canvas):
        pdf.write(canvas, SENTENCES, top=100)
        pdf.write(canvas, ["Table 3 shows the levels of all wells."], top=180, size=8)

    document = pdf.parse(pdf.make(draw))

    assert pdf.texts(document, "caption") == []
    assert pdf.texts(document)[-1] == "Table 3 shows the levels of all wells."


def test_the_centred_lines_of_a_caption_stay_together(pdf):
    def draw(canvas):
        pdf.write(canvas, SENTENCES, top=100)
        canvas.setFont("Helvetica", 9)
        for place, line in enumerate(
            ["Figure 3. Levels of all wells, measured at the foot of", "the northern dam"]
        ):
            canvas.drawCentredString(180, pdf.height - 180 - 11 * place, line)

    document = pdf.parse(pdf.make(draw))

    (caption,) = pdf.texts(document, "caption")
    assert caption.endswith("at the foot of the northern dam")


def test_a_note_at_the_side_does_not_tear_the_paragraph_that_runs_over_the_page(pdf):
    def first(canvas):
        pdf.write(canvas, SENTENCES[:2], x=60, top=700)
        pdf.write(canvas, ["Measured at", "low water"], x=480, top=700, size=7)

    def second(canvas):
        pdf.write(canvas, SENTENCES[2:], x=60, top=80)
        pdf.write(canvas, SENTENCES, x=60, top=120)

    document = pdf.parse(pdf.make(first, second))

    assert " ".join(SENTENCES) in pdf.texts(document)[0]
    assert "Measured at low water" in pdf.texts(document)
