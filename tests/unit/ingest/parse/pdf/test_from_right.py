"""Right-to-left text is read by the places of its glyphs, in whatever order a file draws them."""

from itertools import pairwise

import numpy as np
import pytest

from ragflow.ingest.parse.pdf.from_right import read_from_right

PUMP, WITH, NO = "\u0645\u0636\u062e\u0629", "\u0639\u0646\u062f", "\u0644\u0627"
WATER = "\u05de\u05d9\u05dd"
WIDTH = 6.0


def shown(text):
    """Return characters that stand side by side, from left to right: text, sides and pens."""
    pens = np.arange(len(text)) * WIDTH
    row = np.ones(len(text))
    return text, np.stack([pens, pens + WIDTH, 100 * row, 110 * row]), pens


def filed(order, text, sides, pens):
    """Return the same characters as a file may tell them."""
    return "".join(text[at] for at in order), sides[:, order], pens[order]


def pieces(text, sides, pens):
    reading = read_from_right(text, sides, pens, [(0, len(text))])
    edges = [*sorted(reading.cuts), len(text)]
    return [reading.text[a:b] for a, b in pairwise(edges)]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_letters_are_read_from_the_right_whatever_the_file_says(order):
    assert pieces(*filed(list(order), *shown(PUMP[::-1]))) == [PUMP]


@pytest.mark.parametrize(
    ("page", "read"),
    [
        ("P-40", ["P-40"]),
        ("(" + PUMP[::-1], [PUMP, "("]),
        (":" + PUMP[::-1], [PUMP + ":"]),
        ("20-10" + WITH[::-1], [WITH, "10", "-", "20"]),
        ("10-20" + WATER[::-1], [WATER, "10-20"]),
        ("%12.5" + WITH[::-1], [WITH, "12.5", "%"]),
        ("12.5%" + WATER[::-1], [WATER, "12.5%"]),
        ("\u06f1\u06f4/\u06f2" + WITH[::-1], [WITH, "\u06f1\u06f4/\u06f2"]),
        ("(m\u00b3/h" + WITH[::-1], [WITH, "m\u00b3/h", "("]),
        ('".12', ['"', ".", "12"]),
    ],
)
def test_numbers_and_latin_words_are_read_from_the_left_and_cut_from_the_rest(page, read):
    for order in (range(len(page)), range(len(page) - 1, -1, -1)):
        assert pieces(*filed(list(order), *shown(page))) == read


def test_a_sign_that_stands_apart_is_no_part_of_the_word():
    text, sides, pens = shown(":" + PUMP[::-1])
    sides[:2, 0] -= 3
    pens[0] -= 3

    assert pieces(text, sides, pens) == [PUMP, ":"]


@pytest.mark.parametrize("written", [NO, NO[::-1]])
def test_the_letters_of_a_ligature_in_one_place_are_in_order(written):
    text, sides, pens = shown(written)
    sides[:, 1], pens[1] = sides[:, 0], pens[0]

    assert pieces(text, sides, pens) == [NO]


def test_letters_drawn_as_one_are_read_as_their_shares_of_the_place_stand():
    text, sides, pens = shown(PUMP[::-1])
    pens[:] = 0.0

    assert pieces(*filed([1, 3, 0, 2], text, sides, pens)) == [PUMP]


def test_a_mark_stands_with_the_letter_that_it_is_drawn_over():
    text, sides, pens = shown(WATER[::-1] + "\u05b8")
    sides[:2, 3] = WIDTH + 1, WIDTH + 3  # over the middle letter
    pens[3] = WIDTH + 1

    assert pieces(text, sides, pens) == [WATER[:2] + "\u05b8" + WATER[2:]]


def test_glyphs_begin_where_they_are_drawn_and_words_are_as_high_as_their_highest():
    text, sides, pens = shown(WATER[::-1])
    sides[0] += 2
    sides[2, 1] = 105

    reading = read_from_right(text, sides, pens, [(0, 3)])

    assert reading.sides[0].tolist() == [2 * WIDTH, WIDTH, 0]
    assert reading.sides[2].tolist() == [100, 100, 100]


def test_words_after_a_space_that_is_not_drawn_are_joined():
    text, sides, pens = shown(f"{WATER[::-1]} {WATER[::-1]} {WATER[::-1]}")
    sides[1, 3] = sides[0, 3]

    reading = read_from_right(text, sides, pens, [(0, 3), (4, 7), (8, 11)])

    assert reading.joined == {4}
