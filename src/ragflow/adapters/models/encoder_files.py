"""Encoder files: how a directory with an ONNX sentence encoder wants to be used.

Reads `encoder.json` of the model store or, for a user's own directory, the files that sentence
encoders are usually published with. A directory without `model.onnx` or `tokenizer.json` is
refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from ragflow.domain.errors import ModelUnavailable

ENCODER_FILE = "encoder.json"


@dataclass(frozen=True, slots=True)
class EncoderUse:
    """State how texts are prepared for an encoder and how its output becomes one vector."""

    max_tokens: int = 512
    padding_id: int = 0
    query_prefix: str = ""
    passage_prefix: str = ""
    pooling: Literal["mean", "first"] = "mean"


def model_file(directory: Path) -> Path:
    """Return the ONNX file of a directory. Raises `ModelUnavailable`."""
    for name in ("model.onnx", "onnx/model.onnx"):
        if (directory / name).is_file() and (directory / "tokenizer.json").is_file():
            return directory / name
    raise ModelUnavailable(
        name=directory.name, reason=f"{directory} has no model.onnx beside a tokenizer.json"
    )


def read_use(directory: Path) -> EncoderUse:
    """Read how the encoder in `directory` wants to be used."""
    own = _read(directory / ENCODER_FILE)
    if own:
        known = {field.name for field in fields(EncoderUse)}
        return EncoderUse(**{key: value for key, value in own.items() if key in known})
    config = _read(directory / "config.json")
    prompts = _read(directory / "config_sentence_transformers.json").get("prompts") or {}
    pooling = _read(directory / "1_Pooling" / "config.json")
    limit = _read(directory / "sentence_bert_config.json").get("max_seq_length")
    return EncoderUse(
        max_tokens=int(limit or config.get("max_position_embeddings") or EncoderUse().max_tokens),
        padding_id=int(config.get("pad_token_id") or 0),
        query_prefix=prompts.get("query", ""),
        passage_prefix=prompts.get("passage") or prompts.get("document") or "",
        pooling="first" if pooling.get("pooling_mode_cls_token") else "mean",
    )


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
