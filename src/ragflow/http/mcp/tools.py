"""The tools that /mcp offers: what they take and what they answer.

In: checked arguments and the caller. Out: JSON objects, short enough for a model to read. What a
caller may see is decided in the services, as for every route.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ragflow.domain.identity import Actor
from ragflow.domain.queries import Hit
from ragflow.domain.repositories import Paging
from ragflow.http.answering import whole_answer
from ragflow.services.completions import CompletionRequest
from ragflow.services.container import Services
from ragflow.services.references import hit_place
from ragflow.services.retrieval import RetrievalRequest

_NAME_CHARS = 80


class Arguments(BaseModel):
    """Be the base of arguments; null means that one is not given, as models write it.

    What a tool does not know is refused, so that no filter is thought to hold that does not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            return values
        return {name: value for name, value in values.items() if value is not None}


class RetrievalArguments(Arguments):
    """Take what `ragflow_retrieval` takes."""

    question: str = Field(min_length=1, description="What to search for, in words of the user.")
    dataset_ids: list[str] = Field([], description="Datasets to search; none: all.")
    document_ids: list[str] = Field([], description="Documents to search; none: all.")
    page: int = Field(1, ge=1, le=1000, description="Page of results.")
    page_size: int = Field(10, ge=1, le=100, description="Results on a page.")
    similarity_threshold: float = Field(0.2, ge=0, le=1, description="Least score of a result.")
    vector_similarity_weight: float = Field(
        0.3, ge=0, le=1, description="Share of meaning in the score; the rest is that of words."
    )
    keyword: bool = Field(False, description="Let a model add keywords to the question.")
    top_k: int = Field(1024, ge=1, le=10_000, description="Candidates that are scored.")
    rerank_id: str = Field("", description="Model that orders the results anew; empty: none.")


class ListArguments(Arguments):
    """Take what the lists take."""

    page: int = Field(1, ge=1, le=100_000, description="Page of the list.")
    page_size: int = Field(30, ge=1, le=100, description="Entries on a page.")

    def paging(self) -> Paging:
        """Return the page."""
        return Paging((self.page - 1) * self.page_size, self.page_size)


class AskArguments(Arguments):
    """Take what `ragflow_ask` takes."""

    chat_id: str = Field(min_length=1, description="Id of the assistant.")
    question: str = Field(min_length=1, description="The question.")
    session_id: str = Field("", description="Conversation to go on with; empty: begin one.")


async def retrieve(
    services: Services, actor: Actor, arguments: RetrievalArguments
) -> dict[str, Any]:
    """Search datasets."""
    request = RetrievalRequest(
        question=arguments.question,
        dataset_ids=tuple(arguments.dataset_ids),
        document_ids=tuple(arguments.document_ids),
        page=arguments.page,
        page_size=arguments.page_size,
        similarity_threshold=arguments.similarity_threshold,
        vector_similarity_weight=arguments.vector_similarity_weight,
        top_k=arguments.top_k,
        rerank_model=arguments.rerank_id,
        keyword=arguments.keyword,
        highlight=False,
    )
    found = await run_in_threadpool(services.wide_retrieval.retrieve, actor, request)
    return {
        "chunks": [_found(hit) for hit in found.hits],
        "total": found.total,
        "page": arguments.page,
        "page_size": arguments.page_size,
    }


async def list_datasets(
    services: Services, actor: Actor, arguments: ListArguments
) -> dict[str, Any]:
    """List datasets."""
    datasets, total = await run_in_threadpool(services.datasets.page, actor, arguments.paging())
    listed = [
        {
            "id": each.id,
            "name": each.name,
            "description": each.description or "",
            "document_count": each.document_count,
            "chunk_count": each.chunk_count,
        }
        for each in datasets
    ]
    return {"datasets": listed, "total": total}


async def list_chats(services: Services, actor: Actor, arguments: ListArguments) -> dict[str, Any]:
    """List assistants."""
    chats, total = await run_in_threadpool(services.chats.page, actor, arguments.paging())
    listed = [
        {
            "id": each.chat.id,
            "name": each.chat.name,
            "description": each.chat.description,
            "datasets": [dataset.name for dataset in each.datasets],
        }
        for each in chats
    ]
    return {"chats": listed, "total": total}


async def ask(services: Services, actor: Actor, arguments: AskArguments) -> dict[str, Any]:
    """Ask an assistant."""
    session_id = arguments.session_id
    if not session_id:
        name = arguments.question.strip()[:_NAME_CHARS] or "New session"
        begun = await run_in_threadpool(services.sessions.create, actor, arguments.chat_id, name)
        session_id = begun.session.id
    turn = await run_in_threadpool(
        services.completions.begin,
        actor,
        arguments.chat_id,
        session_id,
        CompletionRequest(arguments.question),
    )
    data = await whole_answer(services, turn)
    reference: Mapping[str, Any] = data["reference"]
    names = ("id", "content", "document_id", "document_name", "dataset_id", "similarity")
    return {
        "answer": data["answer"],
        "session_id": session_id,
        "citations": reference.get("citations", []),
        "chunks": [{name: chunk[name] for name in names} for chunk in reference.get("chunks", [])],
    }


@dataclass(frozen=True, slots=True)
class Tool:
    """Say what a tool takes, how a model is told of it, and what it does."""

    description: str
    arguments: type[Arguments]
    run: Callable[[Services, Actor, Any], Awaitable[dict[str, Any]]]
    only_reads: bool = True


TOOLS: Mapping[str, Tool] = {
    "ragflow_retrieval": Tool(
        "Search documents of the knowledge base for passages that answer a question. Returns the "
        "passages, best first, with the documents that they are from.",
        RetrievalArguments,
        retrieve,
    ),
    "ragflow_list_datasets": Tool(
        "List the datasets that can be searched, with their ids.", ListArguments, list_datasets
    ),
    "ragflow_list_chats": Tool(
        "List the assistants that can be asked, with their ids.", ListArguments, list_chats
    ),
    "ragflow_ask": Tool(
        "Ask an assistant. Returns its answer, whose marks such as [ID:0] name the passage of that "
        "number in chunks, and a session_id to go on with.",
        AskArguments,
        ask,
        only_reads=False,  # the conversation is kept
    ),
}
"""The tools by name."""


def _found(hit: Hit) -> dict[str, Any]:
    return {
        "id": hit.chunk.id,
        "content": hit.chunk.content,
        "document_id": hit.chunk.document_id,
        "document_name": hit.document_name,
        **hit_place(hit),
        "similarity": hit.score.similarity,
        "vector_similarity": hit.score.vector_similarity,
        "term_similarity": hit.score.term_similarity,
    }
