"""Local embedding: batches, pooling, and the life of a loaded model."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from ragflow.adapters.models.encoder_files import read_use
from ragflow.adapters.models.hashing import HashingEmbedding
from ragflow.adapters.models.onnx_embedding import OnnxEmbedding, token_batches
from ragflow.domain.errors import ModelUnavailable

WORDS = np.eye(6, dtype=np.float32)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Make an encoder as a user would bring it: token states, one axis per word."""
    vocabulary = {"[PAD]": 0, "[UNK]": 1, "moon": 2, "mars": 3, "ask": 4, "tell": 5}
    model = {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]"}
    tokenizer = {"version": "1.0", "pre_tokenizer": {"type": "Whitespace"}, "model": model}
    (tmp_path / "tokenizer.json").write_text(json.dumps(tokenizer))
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask", "token_type_ids")
    ]
    output = helper.make_tensor_value_info(
        "last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", 6]
    )
    nodes = [helper.make_node("Gather", ["words", "input_ids"], ["last_hidden_state"])]
    graph = helper.make_graph(
        nodes, "encoder", inputs, [output], [numpy_helper.from_array(WORDS, "words")]
    )
    opset = [helper.make_opsetid("", 20)]
    onnx.save_model(
        helper.make_model(graph, opset_imports=opset, ir_version=10), tmp_path / "model.onnx"
    )
    return tmp_path


def encoder(directory: Path, idle_seconds: float = 60) -> OnnxEmbedding:
    return OnnxEmbedding("mine", None, lambda: directory, threads=1, idle_seconds=idle_seconds)


def test_token_states_are_averaged_over_the_tokens_and_not_the_padding(directory: Path) -> None:
    vectors = encoder(directory).embed(["moon", "moon mars moon mars"], "passage")
    assert vectors[0] == pytest.approx(WORDS[2])
    assert vectors[1] == pytest.approx((WORDS[2] + WORDS[3]) / np.sqrt(2))


def test_the_first_token_counts_where_the_encoder_says_so(directory: Path) -> None:
    (directory / "1_Pooling").mkdir()
    (directory / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    vectors = encoder(directory).embed(["mars moon moon"], "passage")
    assert vectors[0] == pytest.approx(WORDS[3])


def test_prefixes_of_a_published_encoder_are_used(directory: Path) -> None:
    prompts = {"prompts": {"query": "ask ", "passage": "tell "}}
    (directory / "config_sentence_transformers.json").write_text(json.dumps(prompts))
    model = encoder(directory)
    assert model.embed(["moon"], "query")[0][4] > 0.5
    assert model.embed(["moon"], "passage")[0][5] > 0.5


def test_long_texts_are_cut_at_the_limit(directory: Path) -> None:
    (directory / "sentence_bert_config.json").write_text('{"max_seq_length": 2}')
    vectors = encoder(directory).embed(["moon moon mars mars mars"], "passage")
    assert vectors[0] == pytest.approx(WORDS[2])


def test_the_dimensions_of_a_users_encoder_are_found(directory: Path) -> None:
    assert encoder(directory).dimensions == 6


def test_vectors_of_another_length_than_stated_are_refused(directory: Path) -> None:
    model = OnnxEmbedding("mine", 384, lambda: directory)
    with pytest.raises(ModelUnavailable, match="6 numbers, not 384"):
        model.embed(["moon"], "query")


def test_a_directory_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"model\.onnx"):
        encoder(tmp_path).embed(["moon"], "query")


def test_the_defaults_of_a_bare_directory_are_plain(tmp_path: Path) -> None:
    use = read_use(tmp_path)
    assert (use.max_tokens, use.query_prefix, use.pooling) == (512, "", "mean")


def test_a_model_is_loaded_at_first_use_and_unloaded_when_idle(directory: Path) -> None:
    model = encoder(directory, idle_seconds=0.2)
    assert not model.loaded
    model.embed(["moon"], "query")
    assert model.loaded
    deadline = time.monotonic() + 10
    while model.loaded and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not model.loaded
    assert model.embed(["moon"], "query").shape == (1, 6)
    model.unload()


def test_use_puts_off_the_unloading(directory: Path) -> None:
    model = encoder(directory, idle_seconds=1.0)
    for _ in range(8):
        model.embed(["moon"], "query")
        time.sleep(0.2)
        assert model.loaded
    model.unload()


def test_many_threads_share_one_model(directory: Path) -> None:
    located: list[Path] = []

    def locate() -> Path:
        located.append(directory)
        return directory

    model = OnnxEmbedding("mine", 6, locate, threads=1)
    found: list[bool] = []

    def embed(word: str, row: int) -> None:
        vectors = model.embed([word] * 20, "passage")
        found.append(bool((vectors == WORDS[row]).all()))

    threads = [
        threading.Thread(target=embed, args=(("moon", 2), ("mars", 3))[n % 2]) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    model.unload()
    assert found == [True] * 8
    assert len(located) == 1


@given(st.lists(st.integers(1, 600), max_size=60), st.integers(64, 4096))
def test_batches_hold_every_row_once_and_keep_the_budget(lengths: list[int], budget: int) -> None:
    batches = list(token_batches(lengths, budget))
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[row] for row in batch) <= budget


def test_hashed_vectors_are_the_same_in_every_process() -> None:
    vector = HashingEmbedding().embed(["Mars 火星"], "query")[0]
    assert {int(place): round(float(vector[place]), 3) for place in np.flatnonzero(vector)} == {
        int(place): round(float(vector[place]), 3)
        for place in np.flatnonzero(HashingEmbedding().embed(["火星  mars!"], "passage")[0])
    }
