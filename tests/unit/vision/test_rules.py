"""Straight lines in pictures of pages."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ragflow.vision.rules import straight_strokes


def drawn(*lines, text="", fill=None):
    picture = Image.new("RGB", (800, 600), "white")
    draw = ImageDraw.Draw(picture)
    for line in lines:
        draw.line(line, "black", 3)
    draw.text((100, 300), text, "black", ImageFont.load_default(60))
    if fill:
        draw.rectangle(fill, "black")
    return np.asarray(picture)


def test_lines_are_found_where_they_are_drawn():
    strokes = straight_strokes(drawn((100, 200, 700, 200), (400, 50, 400, 550)))
    (across,) = [stroke for stroke in strokes if stroke.y0 == stroke.y1]
    (down,) = [stroke for stroke in strokes if stroke.x0 == stroke.x1]
    assert tuple(across) == pytest.approx((100, 200, 700, 200), abs=3)
    assert tuple(down) == pytest.approx((400, 50, 400, 550), abs=3)


def test_letters_and_areas_are_no_lines():
    assert straight_strokes(drawn(text="THE HILL Title", fill=(500, 400, 700, 500))) == []


def test_a_worn_line_is_one():
    picture = drawn((100, 200, 700, 200)).copy()
    picture[:, 300:304] = 255
    assert len(straight_strokes(picture)) == 1


@pytest.mark.parametrize("shape", [(1, 1), (30, 900), (600, 600)])
def test_empty_pictures_have_none(shape):
    assert straight_strokes(np.full((*shape, 3), 255, np.uint8)) == []
