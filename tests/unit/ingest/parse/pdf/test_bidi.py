"""Lines of right-to-left text are read in order, with numbers and Latin words in them."""

import pytest

from ragflow.ingest.parse.pdf.bidi import in_reading_order, reads_from_right
from ragflow.ingest.parse.pdf.characters import Word
from ragflow.ingest.parse.pdf.lines import flagged_text, lines_of
from ragflow.ingest.parse.pdf.looks import Style
from ragflow.ingest.parse.pdf.sheet import PageFrame, Rect, Sheet

SHEET = Sheet(PageFrame(1, 0, 0, 595, 842, 0))
WATER, RIVER = "\u05de\u05d9\u05dd", "\u05e0\u05d4\u05e8"


def shown(*pieces):
    """Return words as they stand on the page from left to right; a space stands for a gap."""
    words, x = [], 100.0
    for piece in pieces:
        if piece == " ":
            x += 3
            continue
        width = 5.0 * len(piece)
        words.append(Word(piece, Rect(x, x + width, 100, 110), 10.0, Style(), False))
        x += width
    return words


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ((RIVER, " ", WATER), f"{WATER} {RIVER}"),
        ((RIVER, " ", "12.5%", " ", WATER), f"{WATER} 12.5% {RIVER}"),
        ((RIVER, " ", ".", "TDS", "-", "3", " ", WATER), f"{WATER} TDS-3. {RIVER}"),
        ((RIVER, " ", "1250", "-", WATER), f"{WATER}-1250 {RIVER}"),
        ((WATER, " ", ".", "1"), f"1. {WATER}"),
        ((RIVER, " ", "World", " ", "Health", " ", WATER), f"{WATER} World Health {RIVER}"),
    ],
)
def test_what_stands_on_the_page_is_read_in_order_whatever_the_file_says(pieces, text):
    words = shown(*pieces)

    assert reads_from_right(words)
    for filed in (words, words[::-1], words[1:] + words[:1]):
        assert flagged_text(in_reading_order(filed)) == text


def test_a_line_of_latin_words_with_one_right_to_left_is_none():
    assert not reads_from_right(shown("The", " ", "word", " ", WATER, " ", "means", " ", "water"))


def test_runs_that_the_file_tears_apart_are_one_line():
    tail, latin, head = shown(RIVER, " ", "TDS", " ", WATER)

    (line,) = lines_of([head, tail, latin], SHEET)

    assert (line.text, line.rtl) == (f"{WATER} TDS {RIVER}", True)


@pytest.mark.parametrize(
    ("left", "right", "gap", "spaced", "text"),
    [
        (WATER, RIVER, 1.0, True, f"{RIVER} {WATER}"),
        (WATER, RIVER, 1.0, False, f"{RIVER}{WATER}"),
        (WATER, RIVER, -0.5, True, f"{RIVER} {WATER}"),  # the boxes of letters may overlap
        (".", RIVER, 1.0, True, f"{RIVER} ."),
        (".", RIVER, 0.1, True, f"{RIVER}."),  # a space of the file that no one sees
    ],
)
def test_a_narrow_gap_is_a_space_where_the_file_has_one(left, right, gap, spaced, text):
    first = Word(right, Rect(200, 220, 100, 110), 10.0, Style(), False)
    second = Word(left, Rect(180 - gap, 200 - gap, 100, 110), 10.0, Style(), spaced)

    assert flagged_text(in_reading_order([first, second])) == text


def test_a_space_of_the_file_says_nothing_of_words_that_follow_each_other_on_the_page_alone():
    first = Word(RIVER, Rect(200, 220, 100, 110), 10.0, Style(), True)
    second = Word(WATER, Rect(179, 199, 100, 110), 10.0, Style(), True)

    assert flagged_text(in_reading_order([second, first])) == f"{RIVER}{WATER}"
