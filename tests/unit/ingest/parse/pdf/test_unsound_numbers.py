"""Damaged files give numbers that are none; their text is kept, off the page."""

import ctypes
import math

import pytest

from ragflow.domain.documents import DropKind
from ragflow.ingest.parse.pdf import characters, looks

SOUND = "Words in their place"


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_text_without_a_place_is_kept_apart_from_the_rest(pdf, monkeypatch, number):
    real = looks.calls()

    def unsound(ask, count):
        def call(handle, index, place):
            if index >= len(SOUND):
                address = ctypes.cast(place, ctypes.c_void_p).value
                (ctypes.c_float * count).from_address(address)[:] = [number] * count
                return 1
            return ask(handle, index, place)

        return call

    damaged = real._replace(
        matrix=unsound(real.matrix, 6),
        loose_box=unsound(real.loose_box, 4),
        font_size=lambda handle, index: number if index >= len(SOUND) else 10.0,
    )
    monkeypatch.setattr(looks, "calls", lambda: damaged)
    monkeypatch.setattr(characters, "calls", lambda: damaged)

    document = pdf.parse(pdf.make(lambda canvas: pdf.write(canvas, [SOUND, "nowhere"])))

    assert [document.text[block.span.start : block.span.end] for block in document.blocks] == [
        SOUND
    ]
    (drop,) = document.drops
    assert drop.kind is DropKind.HIDDEN
    assert document.text[drop.span.start : drop.span.end] == "nowhere"
    edges = [edge for line in document.lines for edge in (line.box.x0, line.box.bottom)]
    assert all(map(math.isfinite, edges))
