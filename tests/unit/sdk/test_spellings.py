"""The documented spellings and those of the 0.20 package both work."""

from __future__ import annotations

from typing import Any

import pytest

import ragflow_sdk
from ragflow_sdk import Chat, Chunk, DataSet, Document, RAGFlow, Session


def test_all_names_that_the_package_promises_are_there() -> None:
    assert {"RAGFlow", "DataSet", "Document", "Chunk", "Chat", "Session", "Agent"} <= set(
        ragflow_sdk.__all__
    )
    assert all(hasattr(ragflow_sdk, name) for name in ragflow_sdk.__all__)


@pytest.mark.parametrize("name", ["orderby", "order_by"])
def test_documents_are_ordered_by_either_name(server: Any, dataset: DataSet, name: str) -> None:
    server.answers({"docs": [], "total": 0})
    dataset.list_documents(**{name: "update_time"})
    assert server.request.query["orderby"] == "update_time"
    assert "order_by" not in server.request.query


@pytest.mark.parametrize("name", ["ids", "chunk_ids"])
def test_chunks_are_deleted_by_either_name(server: Any, document: Document, name: str) -> None:
    document.delete_chunks(**{name: ["c1", "c2"]})
    assert server.request.json == {"chunk_ids": ["c1", "c2"]}


def test_all_chunks_are_deleted_without_ids(server: Any, document: Document) -> None:
    document.delete_chunks()
    assert server.request.method == "DELETE"
    assert server.request.path == "/datasets/ds/documents/doc/chunks"
    assert server.request.json == {"chunk_ids": None}


@pytest.mark.parametrize("key", ["display_name", "name"])
def test_files_are_named_by_either_key(server: Any, dataset: DataSet, key: str) -> None:
    server.answers([{"id": "d", "name": "乘客.txt", "dataset_id": "ds"}])
    (document,) = dataset.upload_documents([{key: "乘客.txt", "blob": b"hello"}])
    assert document.name == "乘客.txt"
    assert 'name="file"; filename="乘客.txt"'.encode() in server.request.content
    assert b"hello" in server.request.content


@pytest.mark.parametrize("key", ["display_name", "name"])
def test_documents_are_renamed_by_either_key(server: Any, document: Document, key: str) -> None:
    server.answers({"id": "doc", "name": "b.txt"})
    assert document.update({key: "b.txt"}) is document
    assert server.request.json == {"name": "b.txt"}
    assert document.name == "b.txt"


def test_a_list_of_dicts_updates_like_one_dict(server: Any, document: Document) -> None:
    document.update([{"parser_config": {"chunk_token_num": 64}}, {"chunk_method": "naive"}])
    assert server.request.json == {
        "parser_config": {"chunk_token_num": 64},
        "chunk_method": "naive",
    }


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param((["ds"], ["doc"], "why?"), id="as the package"),
        pytest.param(("why?", ["ds"], ["doc"]), id="as the document"),
    ],
)
def test_retrieval_takes_both_orders_of_arguments(
    server: Any, rag: RAGFlow, arguments: tuple[Any, ...]
) -> None:
    server.answers({"chunks": [], "total": 0})
    rag.retrieve(*arguments)
    sent = server.request.json
    assert (sent["dataset_ids"], sent["document_ids"], sent["question"]) == (
        ["ds"],
        ["doc"],
        "why?",
    )


def test_retrieval_takes_the_documented_order_without_documents(server: Any, rag: RAGFlow) -> None:
    server.answers({"chunks": [], "total": 0})
    rag.retrieve("why?", ["ds"])
    assert server.request.json["dataset_ids"] == ["ds"]
    assert server.request.json["document_ids"] == []
    assert server.request.json["question"] == "why?"


def test_retrieval_sends_highlight_only_when_asked(server: Any, rag: RAGFlow) -> None:
    server.answers({"chunks": [], "total": 0})
    server.answers({"chunks": [], "total": 0})
    rag.retrieve(dataset_ids=["ds"], question="why?")
    rag.retrieve(dataset_ids=["ds"], question="why?", highlight=False)
    first, second = (request.json for request in server.requests)
    assert "highlight" not in first
    assert second["highlight"] is False


def test_a_chunk_answers_to_the_documented_names_of_its_place(chunk: Chunk) -> None:
    assert chunk.position == chunk.positions == [[2, 1, 9, 3, 4]]
    assert chunk.img_id == chunk.image_id == "ds-c"


@pytest.mark.parametrize("key", ["message", "messages"])
def test_a_session_has_its_messages_under_both_names(rag: RAGFlow, key: str) -> None:
    said = [{"role": "assistant", "content": "Hello"}]
    session = Session(rag, {"id": "s", key: said})
    assert session.messages == session.message == said


def test_a_penalty_with_a_space_becomes_an_attribute(rag: RAGFlow) -> None:
    assert Chat.LLM(rag, {"frequency penalty": 0.5}).frequency_penalty == 0.5


def test_an_assistant_is_made_with_the_documented_defaults(server: Any, rag: RAGFlow) -> None:
    server.answers({"id": "chat", "name": "Guide"})
    rag.create_chat("Guide", dataset_ids=["ds"])
    sent = server.request.json
    assert sent["llm"]["presence_penalty"] == 0.4
    assert sent["prompt"]["top_n"] == 8
    assert sent["prompt"]["keywords_similarity_weight"] == 0.7
    assert "{knowledge}" in sent["prompt"]["prompt"]


def test_an_object_of_the_client_can_be_sent_back(server: Any, chat: Chat) -> None:
    chat.prompt.top_n = 3
    chat.update({"prompt": chat.prompt})
    assert server.request.json["prompt"]["top_n"] == 3


def test_objects_read_by_attribute_and_by_key(rag: RAGFlow) -> None:
    dataset = DataSet(rag, {"id": "ds", "parser_config": {"raptor": {"use_raptor": True}}})
    assert dataset.parser_config.raptor.use_raptor is dataset["parser_config"]["raptor"].use_raptor
    assert dataset.to_json()["parser_config"] == {"raptor": {"use_raptor": True}}
    with pytest.raises(AttributeError, match="no attribute 'colour'"):
        dataset.colour  # noqa: B018
    with pytest.raises(KeyError):
        dataset["colour"]


def test_retrieval_takes_the_question_first_and_the_rest_by_name(server: Any, rag: RAGFlow) -> None:
    server.answers({"chunks": [], "total": 0})
    rag.retrieve("why?", dataset_ids=["ds"], top_k=5)
    sent = server.request.json
    assert (sent["question"], sent["dataset_ids"], sent["top_k"]) == ("why?", ["ds"], 5)


@pytest.mark.parametrize("arguments", [(2, 5, "rail"), ("rail", 2, 5)])
def test_chunks_are_listed_by_both_orders_of_arguments(
    server: Any, document: Document, arguments: tuple[Any, ...]
) -> None:
    server.answers({"chunks": [], "total": 0, "doc": {}})
    document.list_chunks(*arguments)
    sent = server.request.query
    assert (sent["page"], sent["page_size"], sent["keywords"]) == ("2", "5", "rail")
