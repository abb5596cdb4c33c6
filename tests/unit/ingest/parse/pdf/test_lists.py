"""Items of lists are told by their marks, written or drawn, and keep how deep they are nested."""

from ragflow.domain.documents import Span

BODY = [
    "The first line of this paragraph is full and runs to the right edge of it,",
    "the second line of the paragraph is as full as the first one and goes on.",
]


def items(document):
    return [
        (block.level, document.text[block.span.start : block.span.end])
        for block in document.blocks
        if block.kind == "list_item"
    ]


def draw_items(pdf, canvas, lines, *, top=140):
    """Draw lines, given as left edge and words, each but blank ones below the one before.

    Words without a mark of their own have a disc drawn before them.
    """
    for place, (x, words) in enumerate(lines):
        at = top + 14 * place
        pdf.write(canvas, [words], x=x, top=at)
        if not words[:1].isdigit():
            canvas.circle(x - 7, pdf.height - at + 3, 1.5, stroke=0, fill=1)


def parsed(pdf, lines):
    def draw(canvas):
        pdf.write(canvas, BODY, top=100)
        draw_items(pdf, canvas, lines)
        pdf.write(canvas, BODY, top=160 + 14 * len(lines))

    return pdf.parse(pdf.make(draw))


def test_lines_behind_drawn_discs_are_items(pdf):
    document = parsed(pdf, [(90, "Turn the tap"), (90, "Read the dial"), (90, "Note it down")])

    assert items(document) == [(1, "Turn the tap"), (1, "Read the dial"), (1, "Note it down")]


def test_an_item_further_in_is_of_a_list_inside_the_one_before(pdf):
    lines = [
        (90, "Turn the tap"),
        (120, "slowly at first"),
        (140, "1. a quarter"),
        (140, "2. a half"),
        (120, "then to its end"),
        (90, "Read the dial"),
    ]

    document = parsed(pdf, lines)

    assert [level for level, _ in items(document)] == [1, 2, 3, 3, 2, 1]
    assert [text for _, text in items(document)][1:3] == ["  slowly at first", "    1. a quarter"]


def test_the_words_of_an_indented_item_keep_their_own_boxes(pdf):
    document = parsed(pdf, [(90, "Turn the tap"), (120, "slowly at first")])

    line = next(one for one in document.lines if "slowly" in document.text[one.span.start :][:9])
    start = document.text[line.span.start : line.span.end].index("at first")

    assert line.cut(Span(start, start + 8)).x0 > line.box.x0 + 20


def test_a_list_after_text_further_out_begins_anew(pdf):
    def draw(canvas):
        pdf.write(canvas, BODY, top=100)
        draw_items(pdf, canvas, [(90, "Turn the tap"), (90, "Read the dial")])
        pdf.write(canvas, BODY, top=190)
        draw_items(pdf, canvas, [(120, "Close the lid"), (120, "Go home")], top=230)

    assert [level for level, _ in items(pdf.parse(pdf.make(draw)))] == [1, 1, 1, 1]


def test_items_numbered_otherwise_at_the_same_place_are_one_deeper(pdf):
    lines = [
        "1. Duties of the owner",
        "(a) to keep the meter",
        "(b) to report each leak",
        "2. Duties of the council",
        "(a) to answer in a week",
    ]

    document = pdf.parse(pdf.make(lambda canvas: pdf.write(canvas, lines)))

    assert [level for level, _ in items(document)] == [1, 2, 2, 1, 2]


def test_a_small_drawing_away_from_the_text_makes_no_item(pdf):
    def draw(canvas):
        pdf.write(canvas, BODY, top=100)
        canvas.circle(30, pdf.height - 97, 1.5, stroke=0, fill=1)

    assert items(pdf.parse(pdf.make(draw))) == []
