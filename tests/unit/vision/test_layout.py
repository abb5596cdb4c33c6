"""The layout model's outputs as regions, with a model made for the test."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from ragflow.vision.layout import HEIGHT, WIDTH, LayoutModel, RegionKind

GRIDS = ((100, 76), (50, 38), (25, 19), (13, 10))  # rows and columns
TABLE, TEXT = 4, 0


def model_that_says(path: Path, marks: list[tuple[int, int, int, int, float, int]]) -> Path:
    """Write a model that answers (grid, row, column, kind, score, cells to each side) alone."""
    scores = [np.full((1, rows * columns, 10), 0.01, np.float32) for rows, columns in GRIDS]
    sides = [np.zeros((1, rows * columns, 32), np.float32) for rows, columns in GRIDS]
    for grid, row, column, kind, score, reach in marks:
        cell = row * GRIDS[grid][1] + column
        scores[grid][0, cell, kind] = score
        sides[grid][0, cell, [reach, 8 + reach, 16 + reach, 24 + reach]] = 50.0
    arrays = [*scores, *sides]
    names = [f"out{index}" for index in range(len(arrays))]
    nodes = [
        helper.make_node("Constant", [], [name], value=numpy_helper.from_array(array))
        for name, array in zip(names, arrays, strict=True)
    ]
    graph = helper.make_graph(
        nodes,
        "layout",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, HEIGHT, WIDTH])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, list(array.shape))
            for name, array in zip(names, arrays, strict=True)
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, path)
    return path


def regions(path: Path):
    return LayoutModel(path).regions(np.full((HEIGHT, WIDTH, 3), 255, np.uint8))


def test_a_box_is_its_cells_middle_and_the_distances_to_its_sides(tmp_path):
    path = model_that_says(tmp_path / "m.onnx", [(1, 10, 4, TABLE, 0.9, 3)])

    (region,) = regions(path)

    assert region.kind is RegionKind.TABLE
    assert region.score == pytest.approx(0.9)
    assert region.x0 * WIDTH == pytest.approx((4.5 - 3) * 16, abs=0.1)
    assert region.x1 * WIDTH == pytest.approx((4.5 + 3) * 16, abs=0.1)
    assert region.top * HEIGHT == pytest.approx((10.5 - 3) * 16, abs=0.1)
    assert region.bottom * HEIGHT == pytest.approx((10.5 + 3) * 16, abs=0.1)


def test_boxes_are_cut_to_the_page(tmp_path):
    path = model_that_says(tmp_path / "m.onnx", [(3, 0, 0, TEXT, 0.9, 7)])

    (region,) = regions(path)

    assert (region.x0, region.top) == (0.0, 0.0)


def test_of_boxes_that_cover_each_other_the_surest_stays_whatever_its_kind(tmp_path):
    marks = [(1, 10, 4, TEXT, 0.6, 3), (1, 10, 5, TABLE, 0.9, 3), (1, 30, 20, TEXT, 0.7, 3)]
    path = model_that_says(tmp_path / "m.onnx", marks)

    assert [region.kind for region in regions(path)] == [RegionKind.TABLE, RegionKind.TEXT]


def test_unsure_boxes_are_left_out(tmp_path):
    assert regions(model_that_says(tmp_path / "m.onnx", [(0, 5, 5, TEXT, 0.3, 3)])) == []
