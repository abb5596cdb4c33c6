"""The table model's tokens as cells, with a model made for the test."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from ragflow.vision.table_structure import TableModel

NAMED = ["<thead>", "<tr>", "<td>", "</td>", "</tr>", "</thead>", "<tbody>", "</tbody>", "<td"]
NAMED += [' colspan="2"', ">", ' rowspan="2"']
TOKENS = ["sos", *(name for name in NAMED if name != "<td>"), "<td></td>", "eos"]
SIDE = 488


def model_that_writes(path: Path, written: list[str], boxes: dict[int, list[float]]) -> Path:
    """Write a model that answers these tokens, with boxes at some of them, and then ends."""
    steps = [*written, "eos", "<tr>"]
    scores = np.full((1, len(steps), len(TOKENS)), 0.01, np.float32)
    places = np.zeros((1, len(steps), 4), np.float32)
    for step, token in enumerate(steps):
        scores[0, step, TOKENS.index(token)] = 0.9
        places[0, step] = boxes.get(step, [0.0] * 4)
    outputs = {"boxes": places, "scores": scores}
    graph = helper.make_graph(
        [
            helper.make_node("Constant", [], [name], value=numpy_helper.from_array(array))
            for name, array in outputs.items()
        ],
        "table",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, list(array.shape))
            for name, array in outputs.items()
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(model, {"character": "\n".join(NAMED)})
    onnx.save(model, path)
    return path


def read(path: Path):
    return TableModel(path).read(np.full((60, 120, 3), 255, np.uint8))


def places(table):
    return [(cell.row, cell.column, cell.row_span, cell.column_span) for cell in table.cells]


def test_cells_stand_in_the_rows_that_the_tokens_open(tmp_path):
    written = ["<thead>", "<tr>", "<td></td>", "<td></td>", "</tr>", "</thead>"]
    written += ["<tbody>", "<tr>", "<td></td>", "<td></td>", "</tr>", "</tbody>"]
    table = read(model_that_writes(tmp_path / "m.onnx", written, {2: [0.1, 0.2, 0.3, 0.4]}))

    assert places(table) == [(0, 0, 1, 1), (0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 1, 1)]
    assert [cell.header for cell in table.cells] == [True, True, False, False]
    first = table.cells[0]
    assert (first.x0, first.top, first.x1, first.bottom) == pytest.approx((0.1, 0.2, 0.3, 0.4))
    assert table.score == pytest.approx(0.9)


def test_merged_cells_keep_the_places_below_them(tmp_path):
    written = ["<tr>", "<td", ' rowspan="2"', ">", "</td>", "<td", ' colspan="2"', ">", "</td>"]
    written += ["</tr>", "<tr>", "<td></td>", "<td></td>", "</tr>"]
    table = read(model_that_writes(tmp_path / "m.onnx", written, {1: [0.5] * 4}))

    assert places(table) == [(0, 0, 2, 1), (0, 1, 1, 2), (1, 1, 1, 1), (1, 2, 1, 1)]
    assert table.cells[0].x0 == pytest.approx(0.5)


def test_what_is_written_after_the_end_does_not_count(tmp_path):
    table = read(model_that_writes(tmp_path / "m.onnx", ["<tr>", "<td></td>"], {}))

    assert len(table.cells) == 1


def test_cells_outside_of_a_row_are_left_out(tmp_path):
    assert read(model_that_writes(tmp_path / "m.onnx", ["<td></td>"], {})).cells == ()
