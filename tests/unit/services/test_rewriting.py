from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from ragflow.domain.answers import ModelDelta
from ragflow.domain.errors import ModelNotConfigured
from ragflow.domain.identity import Actor
from ragflow.services.retrieval import RetrievalRequest
from ragflow.services.rewriting import Rewriter

ACTOR = Actor("t", "t")


class Speaker:
    """Answer every question with the same words."""

    name = "speaker"
    context_tokens = 1000

    def __init__(self, generative: bool) -> None:
        self.generative = generative

    async def stream(self, *_: Any) -> AsyncIterator[ModelDelta]:
        yield ModelDelta("un bateau")


class Catalog:
    """Serve one chat model, or none."""

    def __init__(self, model: Speaker | None) -> None:
        self.model = model

    def chat(self, _tenant_id: str, name: str) -> Speaker:
        if self.model is None:
            raise ModelNotConfigured(name=name)
        return self.model


def asked(model: Speaker | None, **options: Any) -> str:
    request = RetrievalRequest("a ship", ("d",), **options)
    return Rewriter(Catalog(model))(ACTOR, request)  # type: ignore[arg-type]


def test_keywords_and_translations_widen_a_question() -> None:
    model = Speaker(generative=True)
    assert asked(model, keyword=True) == "a ship un bateau"
    assert asked(model, cross_languages=("French",)) == "un bateau"


def test_without_a_generative_model_the_question_stays() -> None:
    for model in (None, Speaker(generative=False)):
        assert asked(model, keyword=True, cross_languages=("French",)) == "a ship"


def test_a_question_that_asks_for_neither_stays() -> None:
    assert asked(Speaker(generative=True)) == "a ship"
