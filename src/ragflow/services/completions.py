"""Completions: a question to an assistant becomes a cited answer, kept in its conversation.

In: a question, and the conversation that it belongs to. Out: the growing states of the answer; when
it is whole, question and answer are stored together. Rights are checked before the first state, so
that refusals go out as plain replies. No database connection is held while a model speaks.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from ragflow.domain.answers import AnswerFrame, ChatTurn
from ragflow.domain.chats import Chat, SessionOrigin
from ragflow.domain.identity import Actor
from ragflow.domain.ports import ChatModel, Clock, Ids, ModelCatalog
from ragflow.domain.queries import Retrieval
from ragflow.domain.repositories import Database, UnitOfWork
from ragflow.generate.answer import AnswerMaker, AnswerRequest
from ragflow.generate.assistant import AnswerSettings, sampling_of, settings_of
from ragflow.generate.context import MetaFields
from ragflow.generate.marks import strip_marks, without_unfinished_mark
from ragflow.generate.prompts import prompt_text
from ragflow.generate.questions import related_questions
from ragflow.services.access import may_use, require_dataset, require_datasets
from ragflow.services.chats import require_chat
from ragflow.services.errors import NoParsedFile, NothingIndexed
from ragflow.services.records import RecordService
from ragflow.services.references import reference_record
from ragflow.services.retrieval import NOTHING, RetrievalRequest, RetrievalService
from ragflow.services.sessions import SessionService, require_session

ASK_PAGE_SIZE = 12
ASK_THRESHOLD = 0.1
ASK_TEMPERATURE = 0.1
_TAGGED = "tag"


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """Ask a question; `values` fill the variables of the assistant's prompt.

    `document_ids` restrict retrieval; `dataset_ids` widen it for this question.
    """

    question: str
    quote: bool = True
    document_ids: tuple[str, ...] = ()
    dataset_ids: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """Hold a question that may be answered: rights are checked, the conversation is read.

    `session_id` is None where nothing is to be stored; `message_id` is shared by question and
    answer. With `ask_records`, rows of tables are asked before anything is searched.
    """

    actor: Actor
    model: ChatModel
    settings: AnswerSettings
    turns: tuple[ChatTurn, ...]
    search: RetrievalRequest | None
    message_id: str
    asked_at: float
    session_id: str | None = None
    quote: bool = True
    values: Mapping[str, str] = field(default_factory=dict)
    ask_records: bool = False


class CompletionService:
    """Answer questions."""

    def __init__(
        self,
        database: Database,
        retrieval: RetrievalService,
        sessions: SessionService,
        catalog: ModelCatalog,
        records: RecordService,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._database = database
        self._retrieval = retrieval
        self._records = records
        self._sessions = sessions
        self._catalog = catalog
        self._clock = clock
        self._ids = ids

    def begin(
        self,
        actor: Actor,
        chat_id: str,
        session_id: str,
        request: CompletionRequest,
        origin: SessionOrigin = SessionOrigin.API,
    ) -> Turn:
        """Prepare the next question of a conversation.

        Raises `ChatNotFound`, `SessionNotFound`, `DatasetNotFound` or a `ModelError`.
        """
        with self._database.reading() as unit:
            chat = require_chat(unit, actor, chat_id)
            require_session(unit, chat_id, session_id, origin)
            stored = unit.sessions.messages([session_id]).get(session_id, [])
            search = self._search(unit, actor, chat, request)
        turns = [ChatTurn(message.role, message.content) for message in stored]
        turn = self._turn(actor, chat, [*turns, ChatTurn("user", request.question)], search)
        return replace(turn, session_id=session_id, quote=request.quote, values=request.values)

    def begin_detached(
        self, actor: Actor, chat_id: str, turns: Sequence[ChatTurn], quote: bool
    ) -> Turn:
        """Prepare the last question of a conversation that the caller keeps; raises as `begin`."""
        with self._database.reading() as unit:
            chat = require_chat(unit, actor, chat_id)
            search = self._search(unit, actor, chat, CompletionRequest(turns[-1].content))
        return replace(self._turn(actor, chat, turns, search), quote=quote)

    def begin_asking(self, actor: Actor, question: str, dataset_ids: Sequence[str]) -> Turn:
        """Prepare a question to datasets, without an assistant.

        Raises `DatasetNotFound`, `NoParsedFile` or a `ModelError`.
        """
        with self._database.reading() as unit:
            for dataset_id in dataset_ids:
                if require_dataset(unit, actor, dataset_id).chunk_count == 0:
                    raise NoParsedFile(id=dataset_id)
        search = RetrievalRequest(
            question=question,
            dataset_ids=tuple(dataset_ids),
            page_size=ASK_PAGE_SIZE,
            similarity_threshold=ASK_THRESHOLD,
            highlight=False,
        )
        return self.begin_search(actor, search)

    def begin_search(
        self,
        actor: Actor,
        search: RetrievalRequest,
        chat_model: str = "",
        llm_setting: Mapping[str, Any] | None = None,
    ) -> Turn:
        """Prepare a question to be answered from what a search finds. Raises a `ModelError`."""
        sampling = sampling_of({"temperature": ASK_TEMPERATURE, **(llm_setting or {})})
        return Turn(
            actor=actor,
            model=self._catalog.chat(actor.tenant_id, chat_model),
            settings=AnswerSettings(system=prompt_text("ask"), sampling=sampling),
            turns=(ChatTurn("user", search.question),),
            search=search,
            message_id=self._ids.message_id(),
            asked_at=self._clock.seconds(),
        )

    async def frames(self, turn: Turn) -> AsyncGenerator[AnswerFrame, None]:
        """Yield the states of the answer; store it when it is whole. Raises `ModelError`."""
        maker = AnswerMaker(
            turn.model,
            turn.settings,
            embedding=await asyncio.to_thread(self._embedding_for, turn),
            meta_fields=self._meta_fields,
            records=(
                self._records.source(turn.actor, turn.search)
                if turn.search and turn.ask_records
                else None
            ),
        )
        request = AnswerRequest(turn.turns, turn.values, turn.quote)
        async with aclosing(maker.answer(request, self._retriever(turn))) as answer:
            async for frame in answer:
                if frame.final:
                    await asyncio.to_thread(self._store, turn, frame)
                    yield frame
                elif turn.quote and turn.settings.quote:
                    yield frame
                else:
                    yield replace(frame, text=without_unfinished_mark(strip_marks(frame.text)))

    async def related_questions(
        self, actor: Actor, question: str, industry: str = "", chat_model: str = ""
    ) -> list[str]:
        """Return questions that someone may ask next. Raises `ModelError`."""
        model = await asyncio.to_thread(self._catalog.chat, actor.tenant_id, chat_model)
        return await related_questions(model, question, industry)

    def _turn(
        self, actor: Actor, chat: Chat, turns: Sequence[ChatTurn], search: RetrievalRequest | None
    ) -> Turn:
        return Turn(
            actor=actor,
            model=self._catalog.chat(actor.tenant_id, chat.chat_model),
            settings=settings_of(chat.prompt_config, chat.llm_setting),
            turns=tuple(turns),
            search=search,
            message_id=self._ids.message_id(),
            asked_at=self._clock.seconds(),
            ask_records=True,
        )

    def _search(
        self, unit: UnitOfWork, actor: Actor, chat: Chat, request: CompletionRequest
    ) -> RetrievalRequest | None:
        """Return how to search for a question; None for an assistant without datasets.

        An assistant's datasets may be gone or closed to the caller by now: those are passed over,
        and those of tagged texts, which tell how to tag and answer nothing.
        """
        extra = require_datasets(unit, actor, request.dataset_ids)
        own = unit.datasets.get_many(chat.dataset_ids)
        usable = [
            dataset.id
            for dataset in own
            if may_use(actor, dataset) and dataset.chunk_method != _TAGGED
        ]
        dataset_ids = tuple(dict.fromkeys([*usable, *(dataset.id for dataset in extra)]))
        if not dataset_ids:
            return None
        return RetrievalRequest(
            question=request.question,
            dataset_ids=dataset_ids,
            document_ids=request.document_ids,
            page_size=chat.top_n,
            similarity_threshold=chat.similarity_threshold,
            vector_similarity_weight=chat.vector_similarity_weight,
            top_k=chat.top_k,
            rerank_model=chat.rerank_model,
            highlight=False,
            metadata_condition=_metadata_condition(chat.meta_data_filter),
            use_kg=chat.prompt_config.get("use_kg") is True,
        )

    def _retriever(self, turn: Turn) -> Callable[[str], Retrieval] | None:
        search = turn.search
        if search is None:
            return None

        def retrieve(question: str) -> Retrieval:
            try:
                return self._retrieval.retrieve(turn.actor, replace(search, question=question))
            except NothingIndexed:
                return NOTHING

        return retrieve

    def _embedding_for(self, turn: Turn) -> Any:
        """Return the model that helps to place citations; one that quotes places its own."""
        if turn.search is None or not turn.model.generative:
            return None
        with self._database.reading() as unit:
            dataset = unit.datasets.get(turn.search.dataset_ids[0])
        if dataset is None:
            return None
        return self._catalog.embedding(dataset.tenant_id, dataset.embedding_model)

    def _meta_fields(self, retrieval: Retrieval) -> MetaFields:
        wanted = [aggregate.document_id for aggregate in retrieval.aggregates]
        with self._database.reading() as unit:
            documents = unit.documents.get_many(wanted)
        return {document.id: document.meta_fields for document in documents if document.meta_fields}

    def _store(self, turn: Turn, frame: AnswerFrame) -> None:
        if turn.session_id is None:
            return
        self._sessions.append_turn(
            session_id=turn.session_id,
            message_id=turn.message_id,
            question=turn.turns[-1].content,
            answer=frame.text,
            reference=reference_record(frame.reference),
            asked_at=turn.asked_at,
        )


def _metadata_condition(stored: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the condition of an assistant's manual filter on meta fields."""
    manual = stored.get("manual")
    if stored.get("method") != "manual" or not isinstance(manual, list) or not manual:
        return None
    conditions = [
        {
            "name": each.get("key"),
            "comparison_operator": each.get("op"),
            "value": each.get("value"),
        }
        for each in manual
        if isinstance(each, Mapping)
    ]
    return {"logical_operator": "and", "conditions": conditions}
