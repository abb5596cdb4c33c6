"""Numbers that count with the pages well above the foot of the sheet, as in plain articles."""

BODY = "The pump of this station runs without any trouble at"


def article(pdf, *numbers, xs=(), lines=3):
    """Make pages of one running text, each with its number at a sixth of the page's height."""

    def page(number, x):
        def draw(canvas):
            pdf.write(canvas, [BODY] * lines, top=140)
            pdf.write(canvas, [number], x=x, top=704)

        return draw

    places = xs or [303] * len(numbers)
    return pdf.parse(pdf.make(*map(page, numbers, places)))


def test_a_lone_number_below_the_text_that_counts_with_the_pages_is_their_number(pdf):
    document = article(pdf, "7", "8", "9")

    assert pdf.drops(document)["page_number"] == ["7", "8", "9"]
    assert not any(text in ("7", "8", "9") for text in pdf.texts(document))


def test_small_roman_numbers_count_too(pdf):
    assert pdf.drops(article(pdf, "iii", "iv"))["page_number"] == ["iii", "iv"]


def test_a_sentence_goes_on_over_the_number_of_its_page(pdf):
    line = "and the pump of this station runs without any trouble"

    def page(number):
        def draw(canvas):
            pdf.write(canvas, [line] * 44, top=140)
            pdf.write(canvas, [str(number)], x=303, top=704)

        return draw

    document = pdf.parse(pdf.make(page(1), page(2)))

    assert pdf.texts(document) == [" ".join([line] * 88)]


def test_a_lone_number_on_one_page_alone_stays_text(pdf):
    assert "page_number" not in pdf.drops(article(pdf, "7"))


def test_numbers_that_do_not_count_with_the_pages_stay_text(pdf):
    document = article(pdf, "12", "95", "31")

    assert "page_number" not in pdf.drops(document)
    assert [text for text in pdf.texts(document) if text.isdigit()] == ["12", "95", "31"]


def test_numbers_that_count_in_different_places_stay_text(pdf):
    assert "page_number" not in pdf.drops(article(pdf, "1", "2", xs=(100, 303)))


def test_numbers_that_count_right_below_the_text_stay_with_it(pdf):
    def page(number):
        def draw(canvas):
            pdf.write(canvas, [*[BODY] * 3, str(number)], top=668)

        return draw

    assert pdf.drops(pdf.parse(pdf.make(page(1), page(2)))) == {}
