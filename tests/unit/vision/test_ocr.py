"""Lines and words in pictures, drawn here with the face that Pillow brings along."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ragflow.vision.line_text import LineModel
from ragflow.vision.ocr import DOWNWARDS, UPRIGHT, UPSIDE_DOWN, UPWARDS, Reader, reader
from ragflow.vision.type_size import type_size

LINES = ["Quarterly report of the harbour", "Ferries carried 1,204 passengers", "in June and May"]
SIZE, LEFT, TOP, STEP = 28, 60, 50, 52


@pytest.fixture(scope="module")
def reading() -> Reader:
    return reader(1)


def page(lines: list[str] = LINES, size: int = SIZE, shape: tuple[int, int] = (640, 260)):
    picture = Image.new("RGB", shape, "white")
    draw = ImageDraw.Draw(picture)
    for row, line in enumerate(lines):
        place = (LEFT, TOP + row * STEP)
        draw.text(place, line, font=ImageFont.load_default(size), fill="black")
    return np.asarray(picture)[:, :, ::-1].copy()


def test_lines_are_read_with_their_words(reading):
    lines = sorted(reading.read(page()), key=lambda line: line.words[0].corners[0][1])
    assert [line.text for line in lines] == LINES
    assert [word.text for word in lines[0].words] == LINES[0].split()
    assert all(line.confidence > 0.9 and line.turn == UPRIGHT for line in lines)


def test_each_word_is_placed_on_its_ink(reading):
    font = ImageFont.load_default(SIZE)
    first = min(reading.read(page()), key=lambda line: line.words[0].corners[0][1])
    for word in first.words:
        before = LINES[0][: LINES[0].index(word.text)]
        left = LEFT + font.getlength(before)
        right = left + font.getlength(word.text)
        assert word.corners[0][0] == pytest.approx(left, abs=8)
        assert word.corners[1][0] == pytest.approx(right, abs=8)
        assert TOP - 8 < word.corners[0][1] < TOP + SIZE / 2 < word.corners[2][1] < TOP + STEP


@pytest.mark.parametrize(("quarters", "turn"), [(1, UPWARDS), (2, UPSIDE_DOWN), (3, DOWNWARDS)])
def test_turned_lines_are_read_as_they_run(reading, quarters, turn):
    lines = reading.read(np.rot90(page(), quarters).copy())
    assert sorted(line.text for line in lines) == sorted(LINES)
    assert {line.turn for line in lines} == {turn}
    assert all(abs(line.angle) < 0.05 for line in lines)


def test_the_slope_of_lines_is_told(reading):
    picture = Image.fromarray(page()).rotate(-3, Image.Resampling.BICUBIC, fillcolor="white")
    angles = [math.degrees(line.angle) for line in reading.read(np.asarray(picture))]
    assert sum(angles) / len(angles) == pytest.approx(3, abs=0.7)


def test_a_single_sign_is_read_as_the_lines_around_it_run(reading):
    picture = page()
    picture[60:84, 500:524] = 0
    picture[64:80, 504:520] = 255  # a box to tick, which makes some sense in each direction
    assert {line.turn for line in reading.read(picture)} == {UPRIGHT}


def test_no_line_is_read_twice_where_all_are_plain(reading, monkeypatch):
    strips = []
    read = LineModel.read
    monkeypatch.setattr(LineModel, "read", lambda self, line: strips.append(1) or read(self, line))
    assert len(reading.read(page())) == len(strips) == len(LINES)


def test_digits_that_stand_alone_are_read(reading):
    lines = reading.read(page(["7", "12", "305"], 36, (400, 260)))
    assert sorted(line.text for line in lines) == ["12", "305", "7"]


@pytest.mark.parametrize("shape", [(1, 1), (3, 400), (400, 2), (40, 40), (300, 200)])
def test_pictures_without_text_give_no_lines(reading, shape):
    assert reading.read(np.full((*shape, 3), 255, np.uint8)) == []


def test_a_huge_picture_is_read_in_its_own_pixels(reading):
    large = np.kron(page(), np.ones((8, 8, 1), np.uint8))
    lines = sorted(reading.read(large), key=lambda line: line.words[0].corners[0][1])
    assert [line.text for line in lines] == LINES
    assert lines[2].words[0].corners[0][0] == pytest.approx(8 * LEFT, abs=64)


def test_reading_says_nothing_and_fetches_nothing(capfd, monkeypatch):
    import socket

    monkeypatch.setattr(socket, "socket", None)  # whoever opens a connection fails
    assert Reader(1).read(page())
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("size", [20, 32])
def test_the_size_of_type_does_not_depend_on_its_letters(size):
    texts = ["some more running text", "a gray bog", "rose anew", "HEADINGS IN CAPITALS"]
    sizes = [type_size(strip(text, size), text).size for text in texts]
    assert max(sizes[:3]) / min(sizes[:3]) < 1.06
    assert all(measured == pytest.approx(size, rel=0.2) for measured in sizes)


@pytest.mark.parametrize("text", ["some running text", "a gray bog", "CAPITALS"])
def test_letters_stand_on_the_base_line(text):
    font = ImageFont.load_default(32)
    ascent, _ = font.getmetrics()
    assert type_size(strip(text, 32), text).base == pytest.approx(2 + ascent, abs=1.5)


def strip(text: str, size: int):
    picture = Image.new("RGB", (600, round(size * 1.4)), "white")
    font = ImageFont.load_default(size)
    ImageDraw.Draw(picture).text((4, 2), text, font=font, fill="black")
    return np.asarray(picture)


def test_an_empty_strip_has_the_size_of_its_box():
    assert type_size(np.full((20, 100, 3), 255, np.uint8), "x").size == pytest.approx(16)
