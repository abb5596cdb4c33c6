"""Boxes of recognised text lie on their page, wherever and however the text stands."""

from __future__ import annotations

import io

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from ragflow.ingest.parse.base import SourceFile
from ragflow.testing.parsers import check_coverage, parsed

VOCABULARY = ["harbour", "boats", "1894", "of", "Quay", "(north)", "ferry;", "12%"]
WORDS = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=12)


@given(
    lines=st.lists(WORDS, min_size=1, max_size=3),
    size=st.integers(14, 60),
    x=st.integers(-40, 400),
    y=st.integers(-20, 300),
    angle=st.sampled_from([0, 3, -7, 45, 90, 180, 270]),
)
@settings(max_examples=12, deadline=None)
def test_boxes_lie_on_the_page(lines, size, x, y, angle):
    picture = Image.new("RGB", (640, 420), "white")
    text = "\n".join(" ".join(words) for words in lines)
    ImageDraw.Draw(picture).text((x, y), text, "black", ImageFont.load_default(size))
    data = io.BytesIO()
    picture.rotate(angle, expand=True, fillcolor="white").save(data, "PNG")
    document = parsed(SourceFile("a.png", data.getvalue()))
    check_coverage(document)
    (page,) = document.pages
    for line in document.lines:
        box = line.box
        assert 0 <= box.x0 < box.x1 <= page.width + 0.01
        assert 0 <= box.top < box.bottom <= page.height + 0.01
