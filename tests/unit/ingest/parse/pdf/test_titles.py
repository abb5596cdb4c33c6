"""Titles are told from text, labels and lists, and those that are set alike have one level."""

import pytest

BODY = [
    "The first line of this paragraph is full and runs to the right edge of it,",
    "the second line of the paragraph is as full as the first one and goes on,",
    "and the third line ends the paragraph.",
]


def titles(document):
    return [
        (block.level, document.text[block.span.start : block.span.end])
        for block in document.blocks
        if block.kind == "title"
    ]


def chapters(pdf, heads):
    """Make a page where each of some heads, given as words, size and face, has a text below it."""

    def draw(canvas):
        for place, (words, size, font) in enumerate(heads):
            top = 80 + 100 * place
            pdf.write(canvas, [words], top=top, size=size, font=font)
            pdf.write(canvas, BODY, top=top + 24)

    return pdf.parse(pdf.make(draw))


def test_a_slanted_line_apart_from_the_text_heads_what_follows(pdf):
    document = chapters(pdf, [("The elastic stop nut", 10, "Helvetica-Oblique")] * 2)

    assert titles(document) == [(1, "The elastic stop nut")] * 2


def test_a_line_of_capitals_apart_from_the_text_is_a_title(pdf):
    document = chapters(pdf, [("GENERAL RULES", 10, "Helvetica"), ("FINAL RULES", 10, "Helvetica")])

    assert [text for _, text in titles(document)] == ["GENERAL RULES", "FINAL RULES"]


def test_small_capitals_after_a_roman_number_are_a_title(pdf):
    document = chapters(
        pdf, [("I. INTRODUCTION", 8, "Times-Roman"), ("II. RESULTS", 8, "Times-Roman")]
    )

    assert titles(document) == [(1, "I. INTRODUCTION"), (1, "II. RESULTS")]


def test_titles_that_are_set_alike_have_the_level_that_their_numbers_give(pdf):
    document = chapters(
        pdf,
        [
            ("Abstract", 14, "Helvetica-Bold"),
            ("1 Introduction", 14, "Helvetica-Bold"),
            ("1.1 Earlier work", 12, "Helvetica-Bold"),
            ("Further reading", 12, "Helvetica-Bold"),
            ("References", 14, "Helvetica-Bold"),
        ],
    )

    assert [level for level, _ in titles(document)] == [1, 1, 2, 2, 1]


@pytest.mark.parametrize(
    ("words", "level"),
    [
        ("Chapter 3 The journey", 1),
        ("Section 4 Duties of the lessee", 2),
        ("Article 5 Right of appeal", 3),
        ("3.2.1 Methods of the survey", 3),
        ("Appendix B Tables", 1),
        ("B.2 More tables", 2),
    ],
)
def test_numbering_says_how_deep_a_title_stands(pdf, words, level):
    document = chapters(pdf, [(words, 10, "Helvetica-Bold")])

    assert titles(document) == [(level, words)]


@pytest.mark.parametrize(
    ("words", "level"), [("第三章 合同的订立", 1), ("第二节 一般规定", 2), ("第五条 责任", 3)]
)
def test_chinese_numbering_says_how_deep_a_title_stands(words, level):
    from ragflow.ingest.parse.pdf.levels import numbering_depth

    assert numbering_depth(words) == level


def test_a_title_over_two_lines_is_one_block(pdf):
    def draw(canvas):
        pdf.write(canvas, ["How Pages Are Read by", "Machines of the U.S.", "and Others"], size=18)
        pdf.write(canvas, BODY, top=200)

    document = pdf.parse(pdf.make(draw))

    assert titles(document) == [(1, "How Pages Are Read by Machines of the U.S. and Others")]


def test_labels_that_follow_each_other_are_no_titles(pdf):
    labels = ["Name of the firm", "Place of business", "Date of birth", "Signature"]

    def draw(canvas):
        for row, label in enumerate(labels):
            pdf.write(canvas, [label], top=100 + 40 * row, font="Helvetica-Bold")
        pdf.write(canvas, BODY, top=300)

    assert titles(pdf.parse(pdf.make(draw))) == []


def test_bold_captions_items_and_addresses_are_no_titles(pdf):
    heads = ["Figure 2. The parts of the nut", "• Bold item of a list", "write to us@example.org"]
    document = chapters(pdf, [(words, 10, "Helvetica-Bold") for words in heads])

    assert titles(document) == []


def test_a_sentence_in_large_type_is_no_title(pdf):
    lead = [
        "This introduction is set in larger type than the text below, as is",
        "usual in magazines, and it says in two sentences what follows. It ends.",
    ]

    def draw(canvas):
        pdf.write(canvas, lead, size=13, top=80)
        pdf.write(canvas, BODY * 3, top=140)

    assert titles(pdf.parse(pdf.make(draw))) == []


def test_an_entry_of_the_outline_counts_on_its_own_page_alone(pdf):
    def first(canvas):
        for level, title in enumerate(("Trials", "Results of the trial")):
            canvas.bookmarkPage(title)
            canvas.addOutlineEntry(title, title, level=level)
        pdf.write(canvas, ["Results of the trial"], top=100)
        pdf.write(canvas, BODY, top=140)

    def second(canvas):
        pdf.write(canvas, ["Results of the trial"], top=300)
        pdf.write(canvas, BODY, top=340)

    assert titles(pdf.parse(pdf.make(first, second))) == [(2, "Results of the trial")]


def test_the_title_that_the_file_tells_is_one_on_the_first_page(pdf):
    def draw(canvas):
        canvas.setTitle("On the reading of pages")
        pdf.write(canvas, ["On the reading of pages"], top=100)
        pdf.write(canvas, BODY, top=130)

    assert titles(pdf.parse(pdf.make(draw))) == [(1, "On the reading of pages")]


def test_the_names_below_a_title_are_no_titles_but_the_heads_of_texts_are(pdf):
    def draw(canvas):
        pdf.write(canvas, ["A Paper of Many Authors"], top=80, size=20)
        pdf.write(canvas, ["Ada Able"], top=120, size=12)
        pdf.write(canvas, ["University of Somewhere"], top=136)
        pdf.write(canvas, ["Background"], top=180, size=12)
        pdf.write(canvas, BODY, top=200)

    assert titles(pdf.parse(pdf.make(draw))) == [
        (1, "A Paper of Many Authors"),
        (2, "Background"),
    ]


def test_a_chapter_and_its_number_above_it_are_one_title(pdf):
    def draw(canvas):
        pdf.write(canvas, ["Chapter 4"], top=80, size=16)
        pdf.write(canvas, ["The Measured Page"], top=115, size=20)
        pdf.write(canvas, BODY, top=170)

    assert titles(pdf.parse(pdf.make(draw))) == [(1, "Chapter 4 The Measured Page")]


def test_what_is_numbered_stands_below_the_title_of_the_document(pdf):
    document = chapters(
        pdf,
        [
            ("The State of the River", 20, "Helvetica-Bold"),
            ("1 Introduction", 14, "Helvetica-Bold"),
            ("1.1 Earlier work", 12, "Helvetica-Bold"),
            ("References", 14, "Helvetica-Bold"),
        ],
    )

    assert [level for level, _ in titles(document)] == [1, 2, 3, 2]


def test_chinese_numbers_head_texts_and_give_levels(pdf):
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    text = ["城市供水系统的水质监测结果每月在网站上公布，并接受公众的监督和检查。"]
    heads = ["一、总体情况", "（一）水源保护", "（二）管网建设"]

    def draw(canvas):
        for place, head in enumerate(heads):
            pdf.write(canvas, [head], top=100 + 60 * place, font="STSong-Light")
            pdf.write(canvas, text, top=118 + 60 * place, font="STSong-Light")

    assert titles(pdf.parse(pdf.make(draw))) == [(1, heads[0]), (2, heads[1]), (2, heads[2])]


def test_items_with_chinese_numbers_that_follow_each_other_head_nothing(pdf):
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    items = ["一、总体情况", "二、水源保护", "三、管网建设"]
    document = pdf.parse(pdf.make(lambda canvas: pdf.write(canvas, items, font="STSong-Light")))

    assert titles(document) == []


def test_a_short_head_below_the_documents_title_is_one_if_others_are_set_like_it(pdf):
    def draw(canvas):
        pdf.write(canvas, ["Maria Keller"], top=80, size=22, font="Helvetica-Bold")
        heads = [("Contact", ["Main Street 12"]), ("Profile", BODY), ("Work", BODY)]
        for place, (head, below) in enumerate(heads):
            top = 120 + 90 * place
            pdf.write(canvas, [head], top=top, size=14, font="Helvetica-Bold")
            pdf.write(canvas, below, top=top + 24)

    found = [text for _, text in titles(pdf.parse(pdf.make(draw)))]

    assert found == ["Maria Keller", "Contact", "Profile", "Work"]
