"""How pictures are turned; the model comes from the store that the server uses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ragflow.adapters.models.builtin import ORIENTATION
from ragflow.adapters.models.store import MODEL_FILE, ModelStore
from ragflow.settings import Settings, default_model_directory
from ragflow.vision.orientation import Compass


@pytest.fixture(scope="module")
def compass() -> Compass:
    store = ModelStore(Settings().models.directory or default_model_directory())
    return Compass(store.ensure(ORIENTATION.name) / MODEL_FILE, threads=1)


def page(lines: int = 30):
    picture = Image.new("RGB", (900, 1200), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(22)
    for row in range(lines):
        draw.text(
            (80, 80 + row * 34), "The ferry leaves the harbour at half past nine,", "black", font
        )
    return np.asarray(picture)


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("lines", [30, 4])
def test_the_turn_of_a_page_is_found(compass, quarters, lines):
    assert compass.turn(np.rot90(page(lines), quarters)) == quarters


@pytest.mark.parametrize("shape", [(1, 1), (5, 900), (300, 300)])
def test_an_empty_picture_counts_as_some_way_up(compass, shape):
    assert compass.turn(np.full((*shape, 3), 255, np.uint8)) in range(4)


def test_the_file_of_the_model_is_where_the_store_says(tmp_path: Path):
    with pytest.raises(Exception, match="nowhere"):
        Compass(tmp_path / "nowhere.onnx", threads=1)
