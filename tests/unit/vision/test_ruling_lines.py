"""Ruling lines of a picture: their ends, and what is no line."""

import numpy as np
import pytest

from ragflow.vision.ruling_lines import ruling_lines


def page():
    return np.full((800, 600), 255, np.uint8)


def test_a_line_across_has_its_two_ends():
    picture = page()
    picture[100:103, 50:500] = 0
    across, down = ruling_lines(picture)

    assert down == []
    assert list(across[0]) == pytest.approx([50, 101, 500, 101], abs=2)


def test_a_line_down_has_its_two_ends():
    picture = page()
    picture[60:700, 300:302] = 40
    across, down = ruling_lines(picture)

    assert across == []
    assert list(down[0]) == pytest.approx([300, 60, 300, 700], abs=2)


def test_a_line_askew_keeps_its_slope():
    picture = page()
    for x in range(50, 550):
        y = round(200 + 0.012 * (x - 50))
        picture[y : y + 3, x] = 0
    (line,) = ruling_lines(picture)[0]

    assert line.y1 - line.y0 == pytest.approx(6, abs=1.5)


def test_dark_areas_and_short_strokes_are_no_lines():
    picture = page()
    picture[300:420, 100:400] = 0
    for y in range(20, 280, 14):
        for x in range(40, 560, 12):
            picture[y : y + 8, x : x + 2] = 0
            picture[y : y + 2, x : x + 7] = 0
    across, down = ruling_lines(picture)

    assert [line for line in across if line.y0 < 290] == []
    assert [line for line in down if line.y1 < 290] == []


def test_a_tiny_picture_has_no_lines():
    assert ruling_lines(np.zeros((3, 3), np.uint8)) == ([], [])
