"""Extractive chat: answers with the sentences of the passages, each followed by its mark `[ID:n]`.

The question is the last user turn; where it leans on the one before ("and in 2020?"), that one's
words help. A sentence counts as support by the weight of the question's words in and around it
and, where there is an embedding model, by its nearness in meaning. Where nothing supports an
answer, it says so.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from ragflow.adapters.models.evidence import Choice, choose_evidence
from ragflow.domain.answers import ChatTurn, ModelDelta, Passage, SamplingOptions, ToolSpec
from ragflow.domain.errors import ModelUnavailable
from ragflow.domain.ports import EmbeddingModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NOT_FOUND = "The answer you are looking for is not found in the knowledge base!"
NOT_FOUND_CHINESE = "知识库中未找到您要的答案！"
_CONTEXT_TOKENS = 32_768
_EMBEDDED_SENTENCES = 32  # the most promising ones by their words; half a second of work
_ELLIPTIC_TERMS = 2
_ELLIPTIC_OPENINGS = ("and ", "what about ", "how about ", "那", "那么", "还有")


class ExtractiveChat:
    """Answer in the sentences of the passages.

    `embedding` adds nearness in meaning; it is a model of the E5 family, whose cosines are known.
    """

    def __init__(self, embedding: EmbeddingModel | None = None) -> None:
        self._embedding = embedding

    @property
    def name(self) -> str:
        """Return `extractive`."""
        return "extractive"

    @property
    def generative(self) -> bool:
        """Return False: it only quotes, so it can rewrite no question."""
        return False

    @property
    def context_tokens(self) -> int:
        """Return how many tokens of passages are worth passing."""
        return _CONTEXT_TOKENS

    async def stream(
        self,
        turns: Sequence[ChatTurn],
        options: SamplingOptions,  # noqa: ARG002 - nothing here is sampled
        passages: Sequence[Passage] = (),
        tools: Sequence[ToolSpec] = (),  # noqa: ARG002 - it calls none
    ) -> AsyncIterator[ModelDelta]:
        """Yield the chosen sentences one by one, or the words that nothing was found."""
        import asyncio

        question = _question(turns)
        choices = await asyncio.to_thread(self.choose, question, passages)
        if not choices:
            yield ModelDelta(NOT_FOUND_CHINESE if _is_chinese(question) else NOT_FOUND)
        for number, choice in enumerate(choices):
            gap = "" if number == 0 else "\n" if choice.is_row else _gap(choices[number - 1])
            yield ModelDelta(f"{gap}{choice.text} [ID:{choice.index}]")

    def choose(self, question: str, passages: Sequence[Passage]) -> list[Choice]:
        """Return the sentences that answer, in the order of the passages."""
        chosen = choose_evidence(question, passages, self._similarities)
        return sorted(chosen, key=lambda choice: (choice.place, choice.start))

    def _similarities(self, question: str, sentences: Sequence[str]) -> NDArray[np.float32] | None:
        """Return the cosines of the first sentences to the question; None without a model."""
        if self._embedding is None or not sentences:
            return None
        try:
            asked = self._embedding.embed([question], "query")[0]
            said = self._embedding.embed(sentences[:_EMBEDDED_SENTENCES], "passage")
        except ModelUnavailable:
            return None  # words alone still make an answer
        cosines: NDArray[np.float32] = said @ asked
        return cosines


def _question(turns: Sequence[ChatTurn]) -> str:
    """Return the last question, with the one before it where it cannot stand alone."""
    from ragflow.text.weights import question_words

    asked = [turn.content for turn in turns if turn.role == "user"]
    if not asked:
        return ""
    last = asked[-1].strip()
    leans = last.lower().startswith(_ELLIPTIC_OPENINGS) or (
        len(question_words(last)) < _ELLIPTIC_TERMS
    )
    return f"{asked[-2].strip()} {last}" if leans and len(asked) > 1 else last


def _is_chinese(text: str) -> bool:
    return any("一" <= character <= "鿿" for character in text)


def _gap(before: Choice) -> str:
    return "\n" if before.is_row else " "
