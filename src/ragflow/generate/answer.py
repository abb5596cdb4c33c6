"""Answers: a conversation and what retrieval finds become a cited answer, state by state.

    conversation → question made complete → retrieved → knowledge in the prompt → model → cited

Where the datasets hold rows of tables, these are asked by SQL first, see `tables`.

In: the settings of a chat, the turns of a conversation, a way to retrieve. Out: frames with the
growing text, the last of them checked. Refused with `InvalidInput`: a conversation that does not
end with a question, and a missing value for a required variable of the prompt.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ragflow.domain.answers import AnswerFrame, ChatTurn, Reference
from ragflow.domain.errors import InvalidInput
from ragflow.domain.ports import ChatModel, EmbeddingModel
from ragflow.domain.queries import Retrieval
from ragflow.generate.assistant import AnswerSettings
from ragflow.generate.cite import CheckedAnswer, cite
from ragflow.generate.context import (
    Knowledge,
    MetaFields,
    fitting_turns,
    knowledge_of,
    share_window,
)
from ragflow.generate.marks import normalise_marks, spoken_text, strip_marks
from ragflow.generate.prompts import prompt_text
from ragflow.generate.questions import in_languages, standalone_question, with_keywords
from ragflow.generate.tables.answering import RecordSource, answer_from_records
from ragflow.text.slots import fill
from ragflow.text.tokens import count_tokens

FRAME_TOKENS = 16
"""A frame is sent for each so many new tokens."""

KNOWLEDGE = "knowledge"

Retrieve = Callable[[str], Retrieval]
"""Search the datasets of a chat; called in a thread of its own."""


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """Hold one question: the conversation that ends with it, and values for the prompt."""

    turns: Sequence[ChatTurn]
    values: Mapping[str, str] = field(default_factory=dict)
    quote: bool = True


class AnswerMaker:
    """Answer questions with one model.

    `embedding` helps to place citations where the model gave none. `meta_fields` are told to the
    model beside each hit. `records` are asked before anything is searched. `seconds` and `today`
    tell the time.
    """

    def __init__(
        self,
        model: ChatModel,
        settings: AnswerSettings,
        *,
        embedding: EmbeddingModel | None = None,
        meta_fields: Callable[[Retrieval], MetaFields] | None = None,
        records: RecordSource | None = None,
        seconds: Callable[[], float] = time.perf_counter,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._model = model
        self._settings = settings
        self._embedding = embedding
        self._meta_fields = meta_fields
        self._records = records
        self._seconds = seconds
        self._today = today

    async def answer(
        self, request: AnswerRequest, retrieve: Retrieve | None
    ) -> AsyncGenerator[AnswerFrame, None]:
        """Yield the states of the answer; the last frame is final.

        `retrieve` None means a chat without datasets. Raises `InvalidInput` or a `ModelError`.
        """
        turns = conversation(request.turns)
        counted = await self._from_records(turns, self._settings.quote and request.quote)
        if counted is not None:
            yield counted
            return
        values = prompt_values(self._settings.variables, request.values)
        started = self._seconds()
        if retrieve is None:
            system = fill(self._settings.system, {KNOWLEDGE: " ", **values})
            async for frame in self._stream(system, turns, Knowledge("", ())):
                yield replace(frame, text=strip_marks(frame.text)) if frame.final else frame
            return
        question = await self._complete_question(turns)
        retrieval = await asyncio.to_thread(retrieve, question)
        retrieved = self._seconds()
        if not retrieval.hits and self._settings.empty_response:
            yield _nothing_found(self._settings.empty_response, question)
            return
        quote = self._settings.quote and request.quote
        template = self._template(quote, retrieval)
        knowledge = self._knowledge(fill(template, values), turns, retrieval)
        system = fill(template, {**values, KNOWLEDGE: knowledge.text})
        async for frame in self._stream(system, turns, knowledge):
            if not frame.final:
                yield frame
                continue
            answered = self._seconds()
            last = await asyncio.to_thread(self._checked, frame, retrieval, knowledge, quote)
            timing = _timing(question, started, retrieved, answered, self._seconds())
            yield replace(last, prompt=f"{last.prompt}\n\n{timing}")

    async def _from_records(self, turns: Sequence[ChatTurn], quote: bool) -> AnswerFrame | None:
        if self._records is None:
            return None
        today = self._today().isoformat()
        return await answer_from_records(self._model, turns, self._records, today, quote)

    async def _complete_question(self, turns: Sequence[ChatTurn]) -> str:
        """Return what to search for."""
        settings = self._settings
        question = turns[-1].content
        if settings.refine_multiturn:
            today = self._today().isoformat()
            question = await standalone_question(self._model, turns, today)
        if settings.cross_languages:
            question = await in_languages(self._model, question, settings.cross_languages)
        if settings.keyword:
            question = await with_keywords(self._model, question)
        return question

    def _template(self, quote: bool, retrieval: Retrieval) -> str:
        if quote and retrieval.hits and self._model.generative:
            return f"{self._settings.system}\n\n{prompt_text('citation')}"
        return self._settings.system

    def _knowledge(
        self, instructions: str, turns: Sequence[ChatTurn], retrieval: Retrieval
    ) -> Knowledge:
        budget = share_window(
            self._model.context_tokens, instructions, turns, self._settings.sampling.max_tokens
        )
        meta_fields = self._meta_fields(retrieval) if self._meta_fields else None
        return knowledge_of(retrieval.hits, budget.knowledge, meta_fields)

    async def _stream(
        self, system: str, turns: Sequence[ChatTurn], knowledge: Knowledge
    ) -> AsyncIterator[AnswerFrame]:
        """Yield a frame for each 16 tokens that the model says, and a last one with all of it."""
        budget = share_window(
            self._model.context_tokens, system, turns, self._settings.sampling.max_tokens
        )
        sent = [ChatTurn("system", system), *fitting_turns(turns, budget.history)]
        said = _Said()
        unsent = ""
        async for delta in self._model.stream(sent, self._settings.sampling, knowledge.passages):
            said.content += delta.content
            said.reasoning += delta.reasoning
            unsent += delta.content + delta.reasoning
            if count_tokens(unsent) >= FRAME_TOKENS:
                yield AnswerFrame(said.text, reasoning=said.reasoning)
                unsent = ""
        yield AnswerFrame(said.text, prompt=system, final=True, reasoning=said.reasoning)

    def _checked(
        self, frame: AnswerFrame, retrieval: Retrieval, knowledge: Knowledge, quote: bool
    ) -> AnswerFrame:
        """Check the marks of a whole answer against the hits that the model was shown."""
        if not quote or not retrieval.hits:
            return replace(frame, text=strip_marks(frame.text))
        shown = retrieval.hits[: len(knowledge.passages)]
        checked = cite(frame.text, shown, embedding=self._embedding)
        return replace(
            frame,
            text=checked.text,
            reference=_reference(retrieval, checked),
            removed_citations=checked.removed,
        )


def conversation(turns: Sequence[ChatTurn]) -> list[ChatTurn]:
    """Return the turns from the first question on, without system turns; raises `InvalidInput`.

    Earlier answers lose their marks, which counted other hits, and their reasoning.
    """
    spoken = [turn for turn in turns if turn.role != "system"]
    while spoken and spoken[0].role == "assistant":
        spoken.pop(0)
    if not spoken or spoken[-1].role != "user":
        raise InvalidInput("The last content of this conversation is not from user.")
    return [
        turn if turn.role == "user" else ChatTurn(turn.role, _unmarked(turn.content))
        for turn in spoken
    ]


def prompt_values(variables: Mapping[str, bool], values: Mapping[str, str]) -> dict[str, str]:
    """Return the value of each variable of a prompt but the knowledge; raises `InvalidInput`."""
    filled: dict[str, str] = {}
    for key, optional in variables.items():
        if key == KNOWLEDGE:
            continue
        if key in values:
            filled[key] = values[key]
        elif optional:
            filled[key] = " "
        else:
            raise InvalidInput(f"KeyError('Miss parameter: {key}')", key=key)
    return filled


def _unmarked(answer: str) -> str:
    return strip_marks(normalise_marks(spoken_text(answer)))


class _Said:
    """Collect what a model says; its reasoning stands before the answer, in think tags."""

    def __init__(self) -> None:
        self.content = ""
        self.reasoning = ""

    @property
    def text(self) -> str:
        if not self.reasoning:
            return self.content
        return f"<think>{self.reasoning}</think>{self.content}"


def _nothing_found(empty_response: str, question: str) -> AnswerFrame:
    return AnswerFrame(
        empty_response,
        reference=Reference(),
        prompt=f"### Query:\n{question}",
        final=True,
    )


def _reference(retrieval: Retrieval, checked: CheckedAnswer) -> Reference:
    """Return all hits, and the counts of the cited documents; of all where none is cited."""
    cited = {retrieval.hits[citation.hit_index].chunk.document_id for citation in checked.citations}
    aggregates = tuple(
        aggregate
        for aggregate in retrieval.aggregates
        if not cited or aggregate.document_id in cited
    )
    return Reference(retrieval.hits, aggregates, retrieval.total, checked.citations)


def _timing(
    question: str, started: float, retrieved: float, answered: float, checked: float
) -> str:
    lines = [
        "### Query:",
        question,
        "## Time elapsed:",
        f"  - Total: {1000 * (checked - started):.1f}ms",
        f"  - Retrieval: {1000 * (retrieved - started):.1f}ms",
        f"  - Generate answer: {1000 * (answered - retrieved):.1f}ms",
        f"  - Check citations: {1000 * (checked - answered):.1f}ms",
    ]
    return "\n".join(lines)
