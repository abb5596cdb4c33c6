"""Model contracts: what every model must do, one suite per kind.

Inherit from a suite and override its fixture to run it on a model of your own.
"""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import Sequence

import numpy as np
import pytest

from ragflow.domain.answers import (
    ChatTurn,
    ModelDelta,
    Passage,
    SamplingOptions,
    ToolSpec,
)
from ragflow.domain.errors import ModelUnavailable
from ragflow.domain.ports import (
    ChatModel,
    EmbeddingModel,
    RerankModel,
    SpeechModel,
    VisionModel,
)

MOON = "The Moon orbits the Earth in about 27 days."
MARS = "Mars has two moons, Phobos and Deimos."
TEXTS = (MARS, MOON, "Bread is baked from flour, water, salt and yeast.")


class EmbeddingModelContract:
    """Prove an embedding model; override `model`."""

    @pytest.fixture
    def model(self) -> EmbeddingModel:
        """Return the model to prove."""
        raise NotImplementedError

    def test_vectors_have_the_stated_length_and_unit_norm(self, model: EmbeddingModel) -> None:
        vectors = model.embed(TEXTS, "passage")
        assert vectors.shape == (len(TEXTS), model.dimensions)
        assert vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)

    def test_no_texts_give_no_rows(self, model: EmbeddingModel) -> None:
        assert model.embed([], "query").shape == (0, model.dimensions)

    def test_rows_keep_the_order_of_texts_of_any_length(self, model: EmbeddingModel) -> None:
        texts = [MARS * 20, "Mars", MOON * 5, MARS, "Moon"]
        together = model.embed(texts, "passage")
        alone = np.concatenate([model.embed([text], "passage") for text in texts])
        assert np.min((together * alone).sum(axis=1)) > 0.98

    def test_a_question_is_nearest_to_the_text_that_answers_it(self, model: EmbeddingModel) -> None:
        question = model.embed(["Which moons has Mars?"], "query")[0]
        assert int(np.argmax(model.embed(TEXTS, "passage") @ question)) == 0

    def test_the_same_text_gives_the_same_vector(self, model: EmbeddingModel) -> None:
        first, second = model.embed([MARS], "passage"), model.embed([MARS], "passage")
        assert np.array_equal(first, second)

    def test_empty_very_long_and_odd_texts_are_embedded(self, model: EmbeddingModel) -> None:
        texts = ["", " ", "月球" * 3000, "\x00\x07\ufffd", "a" * 5000, "🌕🚀"]
        assert np.isfinite(model.embed(texts, "passage")).all()

    def test_the_model_has_a_name(self, model: EmbeddingModel) -> None:
        assert model.name


class ChatModelContract:
    """Prove a chat model; override `model`."""

    @pytest.fixture
    def model(self) -> ChatModel:
        """Return the model to prove."""
        raise NotImplementedError

    def test_an_answer_comes_in_pieces_that_are_not_empty(self, model: ChatModel) -> None:
        deltas = answer_deltas(model, "Which moons has Mars?")
        assert "".join(delta.content for delta in deltas).strip()
        assert all(delta.content or delta.reasoning for delta in deltas)

    def test_the_same_question_may_be_asked_twice(self, model: ChatModel) -> None:
        assert answer_deltas(model, "Which moons has Mars?")
        assert answer_deltas(model, "Which moons has Mars?")

    def test_the_window_has_room(self, model: ChatModel) -> None:
        assert model.context_tokens >= 1024

    def test_the_model_has_a_name(self, model: ChatModel) -> None:
        assert model.name


class RerankModelContract:
    """Prove a rerank model; override `model`."""

    @pytest.fixture
    def model(self) -> RerankModel:
        """Return the model to prove."""
        raise NotImplementedError

    def test_each_text_has_a_score_between_0_and_1(self, model: RerankModel) -> None:
        scores = model.scores("Which moons has Mars?", TEXTS)
        assert len(scores) == len(TEXTS)
        assert all(0 <= score <= 1 for score in scores)

    def test_scores_keep_the_order_of_the_texts(self, model: RerankModel) -> None:
        forward = model.scores("moons Mars has", TEXTS)
        backward = model.scores("moons Mars has", TEXTS[::-1])
        assert forward == pytest.approx(backward[::-1])
        assert max(forward) == forward[0] > forward[2]

    def test_no_texts_give_no_scores(self, model: RerankModel) -> None:
        assert model.scores("Which moons has Mars?", []) == []

    def test_the_model_has_a_name(self, model: RerankModel) -> None:
        assert model.name


class VisionModelContract:
    """Prove an image-to-text model; override `model`."""

    @pytest.fixture
    def model(self) -> VisionModel:
        """Return the model to prove."""
        raise NotImplementedError

    @pytest.mark.parametrize("form", ["JPEG", "PNG"])
    def test_a_picture_is_put_into_words(self, model: VisionModel, form: str) -> None:
        text = model.describe(sample_picture(form), "What does it show?")
        assert text.strip()
        assert text == text.strip()

    def test_what_is_no_picture_is_refused(self, model: VisionModel) -> None:
        with pytest.raises(ModelUnavailable):
            model.describe(b"no picture", "What does it show?")

    def test_the_model_has_a_name(self, model: VisionModel) -> None:
        assert model.name


class SpeechModelContract:
    """Prove a speech-to-text model; override `model`."""

    @pytest.fixture
    def model(self) -> SpeechModel:
        """Return the model to prove."""
        raise NotImplementedError

    def test_a_sound_is_written_down(self, model: SpeechModel) -> None:
        text = model.transcribe("speech.wav", sample_sound())
        assert text == text.strip()

    def test_what_is_no_sound_is_refused(self, model: SpeechModel) -> None:
        with pytest.raises(ModelUnavailable):
            model.transcribe("speech.wav", b"no sound")

    def test_the_model_has_a_name(self, model: SpeechModel) -> None:
        assert model.name


def sample_picture(form: str = "PNG") -> bytes:
    """Return a picture of 40 x 30 pixels."""
    from PIL import Image

    target = io.BytesIO()
    Image.new("RGB", (40, 30), "orange").save(target, form)
    return target.getvalue()


def sample_sound(seconds: float = 0.5) -> bytes:
    """Return a WAV file of silence."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * int(8000 * seconds)))
    return target.getvalue()


def answer_deltas(
    model: ChatModel,
    question: str,
    passages: Sequence[Passage] = (Passage(0, "planets.md", " ".join(TEXTS)),),
) -> list[ModelDelta]:
    """Ask a model one question and return the pieces of its answer."""

    turns = [
        ChatTurn("system", f"Answer from this source. ID: 0 {passages[0].content}"),
        ChatTurn("user", question),
    ]
    return deltas_of(model, turns, passages=passages)


def deltas_of(
    model: ChatModel,
    turns: Sequence[ChatTurn],
    tools: Sequence[ToolSpec] = (),
    passages: Sequence[Passage] = (),
    options: SamplingOptions | None = None,
) -> list[ModelDelta]:
    """Return the pieces with which a model continues a conversation."""

    async def collect() -> list[ModelDelta]:
        stream = model.stream(turns, options or SamplingOptions(), passages, tools)
        return [delta async for delta in stream]

    return asyncio.run(collect())
