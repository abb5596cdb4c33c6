from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ragflow.adapters.blobs.store import ObstoreBlobStore
from ragflow.domain.answers import ChatTurn, ModelDelta, Passage, SamplingOptions
from ragflow.domain.errors import ModelNotConfigured, ModelUnavailable, UnknownModel
from ragflow.domain.ports import BlobStore
from ragflow.ingest.help import AskedHelp, NoHelp, TenantHelp


class Models:
    """Offer one model of each kind and count what it is asked."""

    name = "fake"
    context_tokens = 4096

    def __init__(self, *, generative: bool = True, configured: bool = True) -> None:
        self.generative = generative
        self.configured = configured
        self.asked: list[str] = []

    def vision(self, tenant_id: str, name: str) -> Models:
        return self._known(name)

    def speech(self, tenant_id: str, name: str) -> Models:
        return self._known(name)

    def chat(self, tenant_id: str, name: str) -> Models:
        return self

    def _known(self, name: str) -> Models:
        if name == "strange":
            raise UnknownModel(name=name)
        if not self.configured:
            raise ModelNotConfigured(name=name)
        return self

    def describe(self, picture: bytes, prompt: str) -> str:
        self.asked.append(prompt)
        if picture == b"broken":
            raise ModelUnavailable(name="fake", reason="it is away")
        return f"A picture of {len(picture)} bytes."

    def transcribe(self, name: str, sound: bytes) -> str:
        return f"{name} says {sound.decode()}"

    async def stream(
        self,
        turns: Sequence[ChatTurn],
        options: SamplingOptions,
        passages: Sequence[Passage] = (),
    ) -> AsyncIterator[ModelDelta]:
        yield ModelDelta("", "thinking")
        yield ModelDelta("<think>Shall I?</think>")
        yield ModelDelta(f"{turns[0].content}: ")
        yield ModelDelta(turns[1].content)


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return ObstoreBlobStore(f"file://{tmp_path / 'blobs'}")


def helped(models: Any, blobs: BlobStore, directory: Path) -> AskedHelp:
    help_ = TenantHelp(models, blobs, "tenant", "work/d/1/")
    return AskedHelp(lambda question: help_.reply(question, directory), directory)


def test_each_kind_of_question_is_answered(blobs: BlobStore, tmp_path: Path) -> None:
    asked = helped(Models(), blobs, tmp_path)
    assert asked.describe(b"1234", "What is it?") == "A picture of 4 bytes."
    assert asked.transcribe("a.wav", b"hello") == "a.wav says hello"
    assert asked.complete("Repeat", "bees fly") == "Repeat: bees fly"
    assert list(tmp_path.glob("asked-*")) == []


def test_the_same_question_is_asked_once(blobs: BlobStore, tmp_path: Path) -> None:
    models = Models()
    first = helped(models, blobs, tmp_path).describe(b"1234", "What is it?")
    assert helped(models, blobs, tmp_path).describe(b"1234", "What is it?") == first
    helped(models, blobs, tmp_path).describe(b"12345", "What is it?")
    assert models.asked == ["What is it?"] * 2


def test_nothing_is_made_up_where_no_model_is(blobs: BlobStore, tmp_path: Path) -> None:
    asked = helped(Models(generative=False, configured=False), blobs, tmp_path)
    assert asked.describe(b"1", "What?") is None
    assert asked.transcribe("a.wav", b"hello") is None
    assert asked.complete("Repeat", "bees") is None


def test_a_model_that_was_named_must_be_there(blobs: BlobStore, tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match="strange"):
        helped(Models(), blobs, tmp_path).describe(b"1", "What?", "strange")
    with pytest.raises(ModelNotConfigured):
        NoHelp().describe(b"1", "What?", "any")


def test_a_model_that_is_away_is_asked_again_the_next_time(
    blobs: BlobStore, tmp_path: Path
) -> None:
    models = Models()
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="it is away"):
            helped(models, blobs, tmp_path).describe(b"broken", "What?")
    assert len(models.asked) == 2
