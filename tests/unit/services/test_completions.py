from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from ragflow.domain.answers import AnswerFrame, ModelDelta
from ragflow.domain.chats import Chat
from ragflow.domain.documents import Dataset
from ragflow.domain.identity import Actor
from ragflow.domain.queries import Retrieval
from ragflow.services.completions import CompletionRequest, CompletionService, Turn
from ragflow.services.errors import NothingIndexed
from ragflow.services.records import RecordService
from ragflow.services.sessions import SessionService
from ragflow.testing.chat import ScriptedChatModel, make_hit, make_retrieval

ACTOR = Actor("t", "t")
FACT = "The pump weighs 42 kilograms."


class Retriever:
    """Find one hit, or tell that nothing is indexed; keep what was asked."""

    def __init__(self) -> None:
        self.found: Retrieval | None = make_retrieval(make_hit(FACT))
        self.requests: list[Any] = []

    def retrieve(self, _actor: Actor, request: Any) -> Retrieval:
        self.requests.append(request)
        if self.found is None:
            raise NothingIndexed
        return self.found


class Catalog:
    """Serve one chat model and no embedding model."""

    def __init__(self, model: ScriptedChatModel) -> None:
        self.model = model

    def chat(self, _tenant_id: str, _name: str) -> ScriptedChatModel:
        return self.model

    def embedding(self, _tenant_id: str, _name: str) -> None:
        return None


class Setup:
    """Hold an assistant with one conversation, and the service under test."""

    def __init__(self, database: Any, clock: Any, ids: Any, dataset_ids: tuple[str, ...]) -> None:
        self.database = database
        self.model = ScriptedChatModel([[ModelDelta(f"{FACT} [ID:0]")]])
        self.retriever = Retriever()
        self.sessions = SessionService(database, clock, ids)
        self.chat = Chat(
            "chat",
            "t",
            "guide",
            1,
            1,
            dataset_ids=dataset_ids,
            prompt_config={"system": "{knowledge}", "prologue": "Hi!", "empty_response": "Sorry."},
        )
        with database.transaction() as unit:
            unit.chats.add(self.chat)
        self.session_id = self.sessions.create(ACTOR, "chat").session.id
        self.service = CompletionService(
            database,
            self.retriever,  # type: ignore[arg-type]
            self.sessions,
            Catalog(self.model),  # type: ignore[arg-type]
            RecordService(database, 100, 2.0),
            clock,
            ids,
        )

    def change(self, **fields: Any) -> None:
        """Change the assistant."""
        self.chat = replace(self.chat, **fields)
        with self.database.transaction() as unit:
            unit.chats.update(self.chat)

    def begin(self) -> Turn:
        """Ask about the pump."""
        request = CompletionRequest("How heavy is the pump?")
        return self.service.begin(ACTOR, "chat", self.session_id, request)

    def answer(self) -> AnswerFrame:
        """Return the last frame of the answer."""

        async def last(turn: Turn) -> AnswerFrame:
            return [frame async for frame in self.service.frames(turn)][-1]

        return asyncio.run(last(self.begin()))

    def stored(self) -> list[str]:
        """Return the texts of the conversation."""
        with self.database.reading() as unit:
            messages = unit.sessions.messages([self.session_id])[self.session_id]
        return [message.content for message in messages]


@pytest.fixture
def setup(database: Any, document: Any, clock: Any, ids: Any) -> Setup:
    return Setup(database, clock, ids, (document.dataset_id,))


def test_an_answer_is_stored_with_its_question(setup: Setup) -> None:
    assert setup.answer().text == f"{FACT} [ID:0]"
    assert setup.stored() == ["Hi!", "How heavy is the pump?", f"{FACT} [ID:0]"]


def test_an_answer_that_the_caller_left_is_not_stored(setup: Setup) -> None:
    setup.model.answers = [f"{FACT} " * 9]

    async def first(turn: Turn) -> AnswerFrame:
        async with aclosing(setup.service.frames(turn)) as frames:
            return await anext(frames)

    assert not asyncio.run(first(setup.begin())).final
    assert setup.stored() == ["Hi!"]


def test_a_conversation_that_is_deleted_meanwhile_gets_its_answer_but_no_message(
    setup: Setup,
) -> None:
    async def last(turn: Turn) -> AnswerFrame:
        setup.sessions.delete(ACTOR, "chat", None)
        return [frame async for frame in setup.service.frames(turn)][-1]

    assert asyncio.run(last(setup.begin())).final
    assert setup.stored() == []


def test_the_settings_of_the_assistant_steer_retrieval(setup: Setup, document: Any) -> None:
    setup.change(
        top_n=3,
        top_k=99,
        similarity_threshold=0.4,
        vector_similarity_weight=0.6,
        rerank_model="best",
    )
    setup.answer()
    (request,) = setup.retriever.requests
    assert request.dataset_ids == (document.dataset_id,)
    assert (request.page_size, request.top_k, request.rerank_model) == (3, 99, "best")
    assert (request.similarity_threshold, request.vector_similarity_weight) == (0.4, 0.6)


def test_a_manual_filter_restricts_retrieval_by_meta_fields(setup: Setup) -> None:
    manual = [{"key": "year", "op": "=", "value": "2024"}]
    setup.change(meta_data_filter={"method": "manual", "manual": manual})
    setup.answer()
    condition = {"name": "year", "comparison_operator": "=", "value": "2024"}
    expected = {"logical_operator": "and", "conditions": [condition]}
    assert setup.retriever.requests[0].metadata_condition == expected


@pytest.mark.parametrize("stored", [{}, {"method": "auto"}, {"method": "manual", "manual": []}])
def test_other_filters_restrict_nothing(setup: Setup, stored: Any) -> None:
    setup.change(meta_data_filter=stored)
    setup.answer()
    assert setup.retriever.requests[0].metadata_condition is None


def test_datasets_without_an_index_are_like_nothing_found(setup: Setup) -> None:
    setup.retriever.found = None
    assert setup.answer().text == "Sorry."


def test_datasets_that_are_gone_or_closed_are_passed_over(
    setup: Setup, database: Any, document: Any
) -> None:
    with database.transaction() as unit:
        unit.datasets.add(Dataset("closed", "other", "other", "ds", "m", 1, 1))
    setup.change(dataset_ids=("gone", "closed", document.dataset_id))
    setup.answer()
    assert setup.retriever.requests[0].dataset_ids == (document.dataset_id,)


def test_an_assistant_without_datasets_does_not_search(setup: Setup) -> None:
    setup.change(dataset_ids=())
    assert setup.answer().reference is None
    assert setup.retriever.requests == []
