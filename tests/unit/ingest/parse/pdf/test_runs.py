"""Contents, programs, formulas and footnotes are told from text."""

LEFT = [
    "The left column begins the argument of this page and",
    "carries it on over several lines, each of them as full",
    "as the one before, until at its foot a sentence begins",
    "which does not end before the column itself does, and",
]
RIGHT = ["goes on at the head of the right column as if nothing", "stood between the two of them."]
NOTE = ["1 This small note stands below the column on its own and", "runs over two lines."]


def test_entries_with_leaders_are_contents_one_line_each(pdf):
    entries = [f"{n} Part the {n} {'. ' * 30}{n * 7}" for n in range(1, 6)]
    document = pdf.parse(pdf.make(lambda canvas: pdf.write(canvas, entries)))

    (contents,) = pdf.texts(document, "contents")
    assert [line.split(" .")[0] for line in contents.split("\n")] == [
        f"{n} Part the {n}" for n in range(1, 6)
    ]


def test_entries_that_end_with_growing_page_numbers_are_contents(pdf):
    entries = ["Introduction 1", "Materials 4", "Methods 9", "Results 9", "Discussion 15"]
    document = pdf.parse(pdf.make(lambda canvas: pdf.write(canvas, entries)))

    assert len(pdf.texts(document, "contents")) == 1


def test_sentences_that_end_with_numbers_are_no_contents(pdf):
    lines = ["In all we counted 12", "apples, of which 7", "were red and 40", "were not at all 3"]
    document = pdf.parse(pdf.make(lambda canvas: pdf.write(canvas, lines)))

    assert pdf.texts(document, "contents") == []


def test_a_word_alone_in_a_program_belongs_to_it(pdf):
    code = ["BEGIN TRANSACTION NOW;", "END;", "COMMIT WORK AND CHAIN;"]
    document = pdf.parse(pdf.make(lambda canvas: pdf.write(canvas, code, font="Courier")))

    assert pdf.texts(document, "code") == ["\n".join(code)]


def test_spaces_within_a_line_of_code_are_kept(pdf):
    code = ["x    = 1", "name = 2  # two"]
    document = pdf.parse(pdf.make(lambda canvas: pdf.write(canvas, code, font="Courier")))

    assert pdf.texts(document, "code") == ["\n".join(code)]


def test_signs_without_words_are_a_formula(pdf):
    def draw(canvas):
        pdf.write(canvas, LEFT, top=100)
        pdf.write(canvas, ["a + b = 2 (x - 1)"], x=200, top=190)
        pdf.write(canvas, RIGHT, top=230)

    assert pdf.texts(pdf.parse(pdf.make(draw)), "formula") == ["a + b = 2 (x - 1)"]


def test_a_footnote_does_not_tear_the_paragraph_that_runs_past_it(pdf):
    def draw(canvas):
        pdf.write(canvas, LEFT, x=60, top=640)
        pdf.write(canvas, NOTE, x=60, top=710, size=8)
        pdf.write(canvas, RIGHT, x=330, top=640)

    document = pdf.parse(pdf.make(draw))

    assert pdf.texts(document, "text") == [" ".join([*LEFT, *RIGHT])]
    assert pdf.texts(document, "footnote") == [" ".join(NOTE)]


def test_each_footnote_is_a_block(pdf):
    notes = [
        "3 The third note of the document, which is rather long and",
        "2014 is not where another one begins.",
        "4 The fourth note.",
    ]

    def draw(canvas):
        pdf.write(canvas, LEFT, top=600)
        pdf.write(canvas, notes, top=700, size=8)

    found = pdf.texts(pdf.parse(pdf.make(draw)), "footnote")
    assert found == [" ".join(notes[:2]), notes[2]]


def test_small_text_below_a_short_rule_is_a_note_without_a_number(pdf):
    def draw(canvas):
        pdf.write(canvas, LEFT, top=600)
        canvas.line(72, pdf.height - 690, 200, pdf.height - 690)
        pdf.write(canvas, ["continued from the page before."], top=703, size=8)

    assert pdf.texts(pdf.parse(pdf.make(draw)), "footnote") == ["continued from the page before."]


def test_small_text_in_the_upper_half_of_a_page_is_no_note(pdf):
    def draw(canvas):
        pdf.write(canvas, LEFT, top=100)
        pdf.write(canvas, NOTE, top=170, size=8)
        pdf.write(canvas, LEFT, top=700)

    assert pdf.texts(pdf.parse(pdf.make(draw)), "footnote") == []


def test_years_below_the_axis_of_a_chart_are_no_notes(pdf):
    def draw(canvas):
        pdf.write(canvas, LEFT, top=560)
        canvas.line(72, pdf.height - 680, 250, pdf.height - 680)
        pdf.write(canvas, ["2015 2016 2017"], top=692, size=7)

    assert pdf.texts(pdf.parse(pdf.make(draw)), "footnote") == []
