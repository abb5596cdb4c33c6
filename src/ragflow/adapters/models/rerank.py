"""Rerank: the stand-ins for models that are not part of this server."""

from __future__ import annotations

from collections.abc import Sequence

from ragflow.domain.errors import ModelNotConfigured


class UnconfiguredRerank:
    """Stand for a rerank model that is accepted by name and served by nobody yet."""

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def name(self) -> str:
        """Return the model's own name."""
        return self._name

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:  # noqa: ARG002
        """Raise `ModelNotConfigured`."""
        raise ModelNotConfigured(
            f"The rerank model {self._name} is served by no endpoint. Set models.rerank_url, or "
            "choose no rerank model.",
            name=self._name,
        )


class OverlapRerank:
    """Score a text by the share of the question's words in it: a deterministic fake."""

    @property
    def name(self) -> str:
        """Return `overlap`."""
        return "overlap"

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return a score in [0, 1] for each text, in order."""
        from ragflow.text.tokenise import tokenise

        wanted = set(tokenise(question))
        if not wanted:
            return [0.0] * len(texts)
        return [len(wanted & set(tokenise(text))) / len(wanted) for text in texts]
