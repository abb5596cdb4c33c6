"""ONNX embedding: a local sentence encoder on the CPU.

Texts go in, unit vectors come out, in the same order. Texts longer than the model's limit are cut
to it. The model is loaded at the first call and unloaded when it has been idle.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ragflow.adapters import heap
from ragflow.adapters.models.encoder_files import EncoderUse, model_file, read_use
from ragflow.domain.errors import ModelUnavailable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH_TOKENS = 4096  # padded; more costs memory and is no faster


class OnnxEmbedding:
    """Embed with the ONNX encoder in the directory that `locate` returns at the first call.

    The directory holds `model.onnx` with `input_ids` and `attention_mask`, and `tokenizer.json`.
    `dimensions` None means that the model is asked, which loads it.
    """

    def __init__(
        self,
        name: str,
        dimensions: int | None,
        locate: Callable[[], Path],
        threads: int = 2,
        idle_seconds: float = 120.0,
    ) -> None:
        self._name = name
        self._dimensions = dimensions
        self._locate = locate
        self._threads = threads
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._encoder: _Encoder | None = None
        self._used = 0.0
        self._timer: threading.Timer | None = None

    @property
    def name(self) -> str:
        """Return the model's own name."""
        return self._name

    @property
    def dimensions(self) -> int:
        """Return the length of the vectors. Raises `ModelUnavailable`."""
        if self._dimensions is None:
            self._dimensions = self._rows(["dimensions"], "query").shape[1]
        return self._dimensions

    @property
    def loaded(self) -> bool:
        """Tell whether the model takes memory now."""
        return self._encoder is not None

    def embed(self, texts: Sequence[str], kind: Literal["query", "passage"]) -> NDArray[np.float32]:
        """Return a matrix (len(texts), dimensions) of unit rows. Raises `ModelUnavailable`."""
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        vectors = self._rows(texts, kind)
        if self._dimensions not in (None, vectors.shape[1]):
            raise ModelUnavailable(
                name=self._name,
                reason=f"its vectors have {vectors.shape[1]} numbers, not {self._dimensions}",
            )
        return vectors

    def unload(self) -> None:
        """Give the memory back; the next call loads the model again."""
        with self._lock:
            self._release()

    def _rows(self, texts: Sequence[str], kind: str) -> NDArray[np.float32]:
        with self._lock:
            if self._encoder is None:
                self._encoder = _Encoder(self._locate(), self._threads)
            try:
                return self._encoder.rows(texts, kind)
            finally:
                self._used = time.monotonic()
                self._watch(self._idle_seconds)

    def _watch(self, seconds: float) -> None:
        """Look again after `seconds`, unless a timer runs already."""
        if self._timer is None:
            self._timer = threading.Timer(seconds, self._unload_if_idle)
            self._timer.daemon = True
            self._timer.start()

    def _unload_if_idle(self) -> None:
        with self._lock:
            self._timer = None
            left = self._used + self._idle_seconds - time.monotonic()
            if left > 0:
                self._watch(left)
            else:
                self._release()

    def _release(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._encoder = None
        gc.collect()
        heap.trim()


class _Encoder:
    """Hold a session and a tokenizer."""

    def __init__(self, directory: Path, threads: int) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        path = model_file(directory)
        self._use: EncoderUse = read_use(directory)
        self._tokenizer: Any = Tokenizer.from_file(str(directory / "tokenizer.json"))
        self._tokenizer.enable_truncation(self._use.max_tokens)
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.enable_cpu_mem_arena = False  # an arena keeps the largest batch's memory for ever
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session: Any = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {item.name for item in self._session.get_inputs()}
        outputs = [item.name for item in self._session.get_outputs()]
        self._output = "sentence_embedding" if "sentence_embedding" in outputs else outputs[0]

    def rows(self, texts: Sequence[str], kind: str) -> NDArray[np.float32]:
        """Return the vector of each text, in order."""
        import numpy as np

        prefix = self._use.query_prefix if kind == "query" else self._use.passage_prefix
        encodings = self._tokenizer.encode_batch_fast([prefix + text for text in texts])
        tokens = [encoding.ids for encoding in encodings]
        batches = list(token_batches([len(ids) for ids in tokens], BATCH_TOKENS))
        vectors = np.concatenate([self._run([tokens[row] for row in rows]) for rows in batches])
        order = [row for rows in batches for row in rows]
        return vectors[np.argsort(order)]

    def _run(self, batch: list[list[int]]) -> NDArray[np.float32]:
        import numpy as np

        width = max(len(ids) for ids in batch)
        ids = np.full((len(batch), width), self._use.padding_id, np.int64)
        mask = np.zeros((len(batch), width), np.int64)
        for row, values in enumerate(batch):
            ids[row, : len(values)] = values
            mask[row, : len(values)] = 1
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = self._session.run(
            [self._output], {name: feeds[name] for name in self._inputs if name in feeds}
        )[0]
        return _unit(self._pool(states, mask))

    def _pool(self, states: NDArray[np.float32], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Make one vector of token states (batch, tokens, hidden); pooled ones pass through."""
        if states.ndim == 2:
            return states
        if self._use.pooling == "first":
            first: NDArray[np.float32] = states[:, 0]
            return first
        weights = mask[:, :, None].astype(states.dtype)
        total: NDArray[np.float32] = (states * weights).sum(axis=1)
        mean: NDArray[np.float32] = total / weights.sum(axis=1).clip(min=1)
        return mean


def token_batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Yield rows in batches of like length, each within `budget` tokens after padding.

    A text that breaks the budget alone is a batch of its own.
    """
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda row: (lengths[row], row)):
        if batch and (len(batch) + 1) * lengths[row] > budget:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True).clip(min=1e-12)
    unit: NDArray[np.float32] = (vectors / lengths).astype(np.float32)
    return unit
