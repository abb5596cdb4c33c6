"""E5 weights: reads the 4-bit weights file of multilingual-e5-small.

The file is little-endian: header, pieces of the XLM-R unigram vocabulary, a normalisation table
(NFKC, control characters and odd spaces), a table of tensors and their data. Matrices are in blocks
of 32 values, 18 bytes each: one float16 scale and 16 bytes of two 4-bit values. Anything that does
not begin with the magic number is refused.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ragflow.adapters.models.encoder_graph import EncoderShape
from ragflow.domain.errors import ModelUnavailable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MAGIC = b"E5S1"
_BLOCK_VALUES = 32
_BLOCK_BYTES = 18
_FLOATS = {
    "embeddings.position_embeddings.weight": "emb.pos",
    "embeddings.token_type_embeddings.weight": "emb.type",
    "embeddings.LayerNorm.weight": "emb.ln.w",
    "embeddings.LayerNorm.bias": "emb.ln.b",
}
_LAYER_PARTS = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "attention.output.LayerNorm": "aln",
    "output.LayerNorm": "oln",
}


@dataclass(frozen=True, slots=True)
class _Tensor:
    offset: int
    size: int


class E5Weights:
    """Read weights and vocabulary from the file at `path`, which is mapped, not loaded."""

    def __init__(self, path: Path) -> None:
        import numpy as np

        mapped: Any = np.memmap(path, dtype=np.uint8, mode="r")
        self._view = memoryview(mapped)
        self._offset = 0
        if bytes(self._view[: len(_MAGIC)]) != _MAGIC:
            raise ModelUnavailable(name=path.name, reason="the file is not a 4-bit E5 model")
        self._offset = len(_MAGIC)
        self._read("I")  # version
        hidden, layers, heads, self._inner, vocabulary, _positions, _types = self._read("7i")
        (epsilon,) = self._read("f")
        self._read("i")  # block size, always 32
        self._shape = EncoderShape(layers, heads, hidden, vocabulary, epsilon)
        self._read_vocabulary()
        self._skip_normalisation()
        self._tensors = self._read_tensor_table()

    @property
    def shape(self) -> EncoderShape:
        """Return the size of the encoder."""
        return self._shape

    def tensor(self, name: str) -> NDArray[np.float32]:
        """Return a weight by its BERT name. Raises `KeyError`."""
        if name in _FLOATS:
            values = self._floats(_FLOATS[name])
            return values if "LayerNorm" in name else values.reshape(-1, self._shape.hidden)
        layer, part, kind = _split(name)
        stored = f"l{layer}.{_LAYER_PARTS[part]}.{'w' if kind == 'weight' else 'b'}"
        if kind == "bias" or part.endswith("LayerNorm"):
            return self._floats(stored)
        columns = self._inner if part == "output.dense" else self._shape.hidden
        entry = self._tensors[stored]
        return self._unpack(entry.offset, entry.size).reshape(-1, columns)

    def word_rows(self, start: int, stop: int) -> NDArray[np.float32]:
        """Return rows [start, stop) of the word embeddings."""
        row = self._shape.hidden // _BLOCK_VALUES * _BLOCK_BYTES
        offset = self._tensors["emb.word"].offset + start * row
        return self._unpack(offset, (stop - start) * row).reshape(-1, self._shape.hidden)

    def tokenizer(self) -> Any:
        """Return the XLM-R tokenizer of the vocabulary, with normalisation and special tokens."""
        from tokenizers import (
            Regex,
            Tokenizer,
            models,
            normalizers,
            pre_tokenizers,
            processors,
        )

        tokenizer = Tokenizer(models.Unigram(self._pieces(), unk_id=self._unknown))
        # the file's own table is NFKC but for these characters
        tokenizer.normalizer = normalizers.Sequence(
            [
                normalizers.Replace(Regex(r"[\x01-\x08\x0B\x0E-\x1F\x7F\x8F\x9F]"), ""),
                normalizers.Replace(
                    Regex(r"[\t\n\x0C\r\u1680\u200B-\u200F\u2028\u2029\u2581\uFEFF\uFFFD]"),
                    " ",
                ),
                normalizers.NFKC(),
                normalizers.Replace(Regex(" {2,}"), " "),
            ]
        )
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
        begin, end = "<s>", "</s>"
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{begin} $A {end}",
            special_tokens=[(begin, self._begin), (end, self._end)],
        )
        return tokenizer

    def _read_vocabulary(self) -> None:
        import numpy as np

        count, self._begin, self._end, _padding, self._unknown = self._read("5i")
        (size,) = self._read("Q")
        self._starts = np.frombuffer(self._view, np.uint32, count + 1, self._offset)
        self._offset += self._starts.nbytes
        self._scores = np.frombuffer(self._view, np.float32, count, self._offset)
        self._offset += self._scores.nbytes
        self._text = self._view[self._offset : self._offset + size]
        self._offset += size

    def _pieces(self) -> list[tuple[str, float]]:
        """List the pieces of the vocabulary with their log probabilities."""
        starts = self._starts.tolist()
        return [
            (bytes(self._text[start:stop]).decode(errors="replace"), score)
            for start, stop, score in zip(starts, starts[1:], self._scores.tolist(), strict=False)
        ]

    def _skip_normalisation(self) -> None:
        _entries, size = self._read("iI")
        self._offset += size

    def _read_tensor_table(self) -> dict[str, _Tensor]:
        (count,) = self._read("i")
        tensors = {}
        for _ in range(count):
            (length,) = self._read("H")
            name = bytes(self._view[self._offset : self._offset + length]).decode()
            self._offset += length
            _kind, _values, offset, size = self._read("BIQQ")
            tensors[name] = _Tensor(offset, size)
        return tensors

    def _read(self, layout: str) -> tuple[Any, ...]:
        layout = "<" + layout
        values = struct.unpack_from(layout, self._view, self._offset)
        self._offset += struct.calcsize(layout)
        return values

    def _floats(self, stored: str) -> NDArray[np.float32]:
        import numpy as np

        entry = self._tensors[stored]
        return np.frombuffer(self._view, np.float32, entry.size // 4, entry.offset)

    def _unpack(self, offset: int, size: int) -> NDArray[np.float32]:
        import numpy as np

        blocks = np.frombuffer(self._view, np.uint8, size, offset).reshape(-1, _BLOCK_BYTES)
        scales = blocks[:, :2].copy().view(np.float16).astype(np.float32)
        pairs = blocks[:, 2:]
        values = np.concatenate([pairs & 15, pairs >> 4], axis=1).astype(np.float32) - 8
        return np.asarray(values * scales, dtype=np.float32)


def _split(name: str) -> tuple[int, str, str]:
    """Split `encoder.layer.3.output.dense.weight` into 3, `output.dense`, `weight`."""
    if not name.startswith("encoder.layer."):
        raise KeyError(name)
    layer, rest = name.removeprefix("encoder.layer.").split(".", 1)
    part, kind = rest.rsplit(".", 1)
    return int(layer), part, kind
