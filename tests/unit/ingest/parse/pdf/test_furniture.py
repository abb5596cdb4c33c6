"""What repeats on every page leaves the text, with its kind."""

NAMES = ("one", "two", "three", "four")
BODY = "Page {0} speaks of subject {0} and of nothing else, in one plain sentence."


def report(pdf, canvas, number, *, numbered="{}"):
    pdf.write(canvas, ["Annual Report of the Institute"], x=60, top=40)
    pdf.write(canvas, [BODY.format(number)] * 3, top=200)
    pdf.write(canvas, ["Confidential draft"], x=60, top=800)
    pdf.write(canvas, [numbered.format(number)], x=290, top=815)


def make_report(pdf, pages=4, **options):
    return pdf.make(
        *[lambda canvas, n=n: report(pdf, canvas, n, **options) for n in range(1, pages + 1)]
    )


def test_running_headers_and_footers_become_drops_of_their_kind(pdf):
    drops = pdf.drops(pdf.parse(make_report(pdf)))

    assert drops["header"] == ["Annual Report of the Institute"] * 4
    assert drops["footer"] == ["Confidential draft"] * 4


def test_numbers_that_count_with_the_pages_become_page_numbers(pdf):
    drops = pdf.drops(pdf.parse(make_report(pdf, numbered="- {} -")))

    assert drops["page_number"] == ["- 1 -", "- 2 -", "- 3 -", "- 4 -"]


def test_page_x_of_y_becomes_a_page_number(pdf):
    drops = pdf.drops(pdf.parse(make_report(pdf, numbered="Page {} of 4")))

    assert drops["page_number"] == [f"Page {n} of 4" for n in range(1, 5)]


def test_a_header_seen_once_stays_in_the_text(pdf):
    document = pdf.parse(make_report(pdf, pages=1))

    assert "Annual Report of the Institute" in " ".join(pdf.texts(document))
    assert "header" not in pdf.drops(document)


def test_a_sentence_repeated_in_the_middle_of_pages_stays_in_the_text(pdf):
    page = [lambda canvas: pdf.write(canvas, ["The same sentence again."], top=400)] * 5
    document = pdf.parse(pdf.make(*page))

    assert len(pdf.texts(document)) == 5
    assert document.drops == ()


def test_text_outside_the_visible_page_is_dropped_as_hidden(pdf):
    def draw(canvas):
        pdf.write(canvas, ["Visible words stay."])
        pdf.write(canvas, ["secret"], x=-300)

    assert pdf.drops(pdf.parse(pdf.make(draw)))["hidden"] == ["secret"]


def test_a_foot_that_names_another_chapter_on_each_page_is_furniture_beside_the_number(pdf):
    def page(number):
        def draw(canvas):
            pdf.write(canvas, [BODY.format(number)] * 3, top=200)
            pdf.write(canvas, [f"Chapter {NAMES[number]}"], x=60, top=810)
            pdf.write(canvas, [str(number + 7)], x=500, top=810)

        return draw

    drops = pdf.drops(pdf.parse(pdf.make(*map(page, range(4)))))

    assert drops["footer"] == [f"Chapter {name}" for name in NAMES]
    assert drops["page_number"] == ["7", "8", "9", "10"]


def test_heads_that_alternate_between_left_and_right_pages_are_furniture(pdf):
    def page(number):
        def draw(canvas):
            head = "The Whole Book" if number % 2 else "Its Second Part"
            pdf.write(canvas, [head], x=60 if number % 2 else 400, top=40)
            pdf.write(canvas, [BODY.format(number)] * 3, top=200)

        return draw

    document = pdf.parse(pdf.make(*map(page, range(1, 5))))

    assert sorted(set(pdf.drops(document)["header"])) == ["Its Second Part", "The Whole Book"]
    assert all("Book" not in text for text in pdf.texts(document))


def test_the_number_of_a_title_at_the_top_of_pages_is_no_page_number(pdf):
    def page(number):
        def draw(canvas):
            pdf.write(canvas, [str(number)], x=60, top=90, size=14, font="Helvetica-Bold")
            pdf.write(canvas, [f"About the number {NAMES[number]}"], x=85, top=90, size=14)
            pdf.write(canvas, [BODY.format(NAMES[number])] * 3, top=110)

        return draw

    document = pdf.parse(pdf.make(page(2), page(3)))

    assert pdf.drops(document) == {}
    assert "2 About the number three" in pdf.texts(document)


def test_a_number_alone_below_a_page_is_its_number_even_if_all_pages_have_the_same(pdf):
    def draw(canvas):
        pdf.write(canvas, [BODY.format("it")] * 3, top=200)
        pdf.write(canvas, ["1"], x=295, top=760)

    assert pdf.drops(pdf.parse(pdf.make(draw)))["page_number"] == ["1"]


def test_the_titles_of_slides_stay_although_all_stand_in_one_place(pdf):
    def slide(title):
        def draw(canvas):
            pdf.write(canvas, [title], x=60, top=60, size=24)
            pdf.write(canvas, [f"What there is to say about {title}."], top=300, size=14)
            pdf.write(canvas, ["Some Conference"], x=60, top=815, size=9)

        return draw

    names = ["Goals", "Means", "Results", "Results", "Outlook"]
    document = pdf.parse(pdf.make(*map(slide, names)))

    assert pdf.texts(document, "title") == names
    assert len(pdf.drops(document)["footer"]) == 5


def test_the_first_line_of_a_text_that_all_pages_repeat_stays_in_it(pdf):
    lines = [
        "The same text stands on every page of this",
        "document, line for line and word for word,",
        "and begins where headers stand.",
    ]

    document = pdf.parse(pdf.make(*[lambda canvas: pdf.write(canvas, lines, top=95)] * 4))

    assert pdf.texts(document) == [" ".join(lines)] * 4


def test_the_title_of_letters_that_begin_alike_stays_on_each_of_them(pdf):
    def letter(name):
        def draw(canvas):
            pdf.write(canvas, ["Invoice of Water Works"], x=180, top=98, size=18)
            pdf.write(canvas, [f"Dear {name}, please check the goods at once."] * 3, top=120)

        return draw

    document = pdf.parse(pdf.make(*map(letter, NAMES)))

    assert pdf.texts(document, "title") == ["Invoice of Water Works"] * 4
    assert pdf.drops(document) == {}


def test_a_large_line_at_the_edge_of_all_pages_stays_text_once(pdf):
    def page(number):
        def draw(canvas):
            pdf.write(canvas, ["Handbook of Water Works"], x=60, top=50, size=14)
            pdf.write(canvas, [BODY.format(NAMES[number])] * 3, top=200)

        return draw

    document = pdf.parse(pdf.make(*map(page, range(4))))

    assert pdf.drops(document) == {"header": ["Handbook of Water Works"] * 3}
    assert pdf.texts(document)[0] == "Handbook of Water Works"


def test_a_line_inside_of_a_paragraph_stays_in_it_though_pages_repeat_it(pdf):
    long = (
        "Pump {0} of the manual is described on this page for everybody who has to install pumps,"
    )
    rest = "and then to look after them."

    document = pdf.parse(
        pdf.make(
            *[
                lambda canvas, n=n: (
                    pdf.write(canvas, [long.format(n), rest], top=60),
                    pdf.write(canvas, [BODY.format(n)] * 3, top=200),
                )
                for n in range(3)
            ]
        )
    )

    assert pdf.drops(document) == {}
    assert f"{long.format(1)} {rest}" in pdf.texts(document)
