"""Encoder graph: BERT weights in, an int8 ONNX sentence encoder out.

Takes `input_ids` and `attention_mask` (batch, tokens), returns `sentence_embedding` (batch,
hidden): the mean of the token states over the mask, at unit length. Weights are quantised here,
matrix by matrix, so that a full-precision copy of the model never stands in memory: each row of the
word embeddings and each output of a linear layer has one scale; activations are quantised as they
arrive.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_OPSET = 20
_IR_VERSION = 10
_FUSED = "com.microsoft"  # operators of ONNX Runtime itself
_LINEAR_LEVELS = 64  # 7 bits: 8-bit weights overflow the 16-bit sums of CPUs without VNNI
_ROW_LEVELS = 127
_ROWS_AT_ONCE = 16_384
_EXTERNAL_BYTES = 1 << 20
WEIGHTS_FILE = "model.onnx.data"


@dataclass(frozen=True, slots=True)
class EncoderShape:
    """State the size of a BERT encoder."""

    layers: int
    heads: int
    hidden: int
    vocabulary: int
    norm_epsilon: float


class EncoderWeights(Protocol):
    """Give the weights of a BERT encoder by their usual names, in full precision."""

    @property
    def shape(self) -> EncoderShape:
        """Return the size of the encoder."""
        ...

    def tensor(self, name: str) -> NDArray[np.float32]:
        """Return a weight; matrices are (out, in). Raises `KeyError`."""
        ...

    def word_rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return rows [start, stop) of the word embeddings."""
        ...


def write_encoder(weights: EncoderWeights, directory: Path) -> None:
    """Write `model.onnx` and its weights file into `directory`."""
    import onnx

    model = _GraphBuilder(weights).model()
    onnx.save_model(
        model,
        directory / "model.onnx",
        save_as_external_data=True,  # the large matrices are then mapped, not copied, when loaded
        location=WEIGHTS_FILE,
        size_threshold=_EXTERNAL_BYTES,
    )
    if (directory / WEIGHTS_FILE).exists():
        (directory / WEIGHTS_FILE).chmod(0o644)  # a store may be shared by several accounts


class _GraphBuilder:
    """Collect nodes and constants of one encoder."""

    def __init__(self, weights: EncoderWeights) -> None:
        self._weights = weights
        self._shape = weights.shape
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def model(self) -> Any:
        from onnx import TensorProto, helper

        states = self._embeddings()
        mask = self._op("Cast", "attention_mask", to=TensorProto.INT32)
        for layer in range(self._shape.layers):
            states = self._layer(states, mask, f"encoder.layer.{layer}.")
        self._pool(states)
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
            for name in ("input_ids", "attention_mask")
        ]
        output = helper.make_tensor_value_info(
            "sentence_embedding", TensorProto.FLOAT, ["batch", self._shape.hidden]
        )
        graph = helper.make_graph(self._nodes, "encoder", inputs, [output], self._constants)
        return helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)],
            ir_version=_IR_VERSION,
        )

    def _embeddings(self) -> str:
        import numpy as np

        rows, scales = self._quantised_words()
        words = self._op(
            "Mul",
            self._to_float(self._op("Gather", rows, "input_ids")),
            self._op("Gather", scales, "input_ids"),
        )
        weights = self._weights
        # every token is of type 0, so its type embedding can be added to the positions beforehand
        places = (
            weights.tensor("embeddings.position_embeddings.weight")
            + weights.tensor("embeddings.token_type_embeddings.weight")[0]
        )
        zero = self._constant(np.array([0]))
        length = self._op("Shape", "input_ids", start=1, end=2)
        positions = self._op("Slice", self._constant(places), zero, length, zero)
        return self._norm(self._op("Add", words, positions), "embeddings.LayerNorm")

    def _quantised_words(self) -> tuple[str, str]:
        """Return the names of the int8 rows and of their scales (vocabulary, 1)."""
        import numpy as np

        count, hidden = self._shape.vocabulary, self._shape.hidden
        rows = np.empty((count, hidden), np.int8)
        scales = np.empty((count, 1), np.float32)
        for start in range(0, count, _ROWS_AT_ONCE):
            stop = min(start + _ROWS_AT_ONCE, count)
            block = self._weights.word_rows(start, stop)
            rows[start:stop], scales[start:stop] = _quantise(block, _ROW_LEVELS)
        return self._constant(rows), self._constant(scales)

    def _layer(self, states: str, mask: str, prefix: str) -> str:
        attended = self._linear(
            self._attention(states, mask, prefix + "attention.self."),
            [prefix + "attention.output.dense"],
        )
        states = self._norm(
            self._op("Add", attended, states), prefix + "attention.output.LayerNorm"
        )
        inner = self._op("Gelu", self._linear(states, [prefix + "intermediate.dense"]))
        outer = self._linear(inner, [prefix + "output.dense"])
        return self._norm(self._op("Add", outer, states), prefix + "output.LayerNorm")

    def _attention(self, states: str, mask: str, prefix: str) -> str:
        joined = self._linear(states, [prefix + part for part in ("query", "key", "value")])
        parts = self._ops("Split", 3, joined, axis=-1, num_outputs=3)
        return self._op(
            "MultiHeadAttention",  # one fused step: a third less time and memory than its parts
            *parts,
            "",
            mask,
            domain=_FUSED,
            num_heads=self._shape.heads,
        )

    def _linear(self, states: str, names: list[str]) -> str:
        """Apply linear layers side by side: quantise the input, multiply in int8, rescale."""
        import numpy as np

        matrix = np.concatenate([self._weights.tensor(f"{name}.weight") for name in names])
        bias = np.concatenate([self._weights.tensor(f"{name}.bias") for name in names])
        levels, scales = _quantise(matrix, _LINEAR_LEVELS)
        quantised, scale, zero = self._ops("DynamicQuantizeLinear", 3, states)
        product = self._op(
            "MatMulInteger",
            quantised,
            self._constant(np.ascontiguousarray(levels.T)),
            zero,
            self._constant(np.int8(0)),
        )
        rescale = self._op("Mul", scale, self._constant(scales[:, 0]))
        return self._op(
            "Add", self._op("Mul", self._to_float(product), rescale), self._constant(bias)
        )

    def _pool(self, states: str) -> None:
        import numpy as np

        mask = self._op(
            "Unsqueeze", self._to_float("attention_mask"), self._constant(np.array([2]))
        )
        tokens = self._constant(np.array([1]))
        total = self._op("ReduceSum", self._op("Mul", states, mask), tokens, keepdims=0)
        count = self._op(
            "Max",
            self._op("ReduceSum", mask, tokens, keepdims=0),
            self._constant(np.float32(1e-9)),
        )
        mean = self._op("Div", total, count)
        length = self._op(
            "Max", self._op("ReduceL2", mean, tokens), self._constant(np.float32(1e-12))
        )
        self._ops("Div", 1, mean, length, names=["sentence_embedding"])

    def _norm(self, states: str, name: str) -> str:
        return self._op(
            "LayerNormalization",
            states,
            self._constant(self._weights.tensor(f"{name}.weight")),
            self._constant(self._weights.tensor(f"{name}.bias")),
            axis=-1,
            epsilon=self._shape.norm_epsilon,
        )

    def _to_float(self, value: str) -> str:
        from onnx import TensorProto

        return self._op("Cast", value, to=TensorProto.FLOAT)

    def _op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        return self._ops(kind, 1, *inputs, **attributes)[0]

    def _ops(
        self, kind: str, count: int, *inputs: str, names: list[str] | None = None, **attributes: Any
    ) -> list[str]:
        from onnx import helper

        outputs = names or [f"{kind}_{len(self._nodes)}_{place}" for place in range(count)]
        self._nodes.append(helper.make_node(kind, list(inputs), outputs, **attributes))
        return outputs

    def _constant(self, value: Any) -> str:
        import numpy as np
        from onnx import numpy_helper

        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name


def _quantise(
    matrix: NDArray[np.float32], levels: int
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return integers in [-levels, levels] and the scale of each row, (rows, 1)."""
    import numpy as np

    scales = np.maximum(np.abs(matrix).max(axis=1, keepdims=True), np.float32(1e-12))
    scales = (scales / levels).astype(np.float32)
    return np.rint(matrix / scales).astype(np.int8), scales
