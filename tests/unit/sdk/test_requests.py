"""Requests leave as the contract says, and wrong arguments never leave at all."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from ragflow_sdk import Chat, Chunk, DataSet, Document, RAGFlow, Session


def test_the_key_goes_with_every_request(server: Any, rag: RAGFlow) -> None:
    server.answers([])
    rag.list_datasets()
    assert server.request.headers["authorization"] == "Bearer ragflow-key"


def test_an_address_may_end_in_a_slash(server: Any) -> None:
    server.answers([])
    with RAGFlow("k", server.url + "/") as rag:
        rag.list_datasets()
    assert server.request.path == "/datasets"


def test_parameters_that_are_none_are_left_out(server: Any, rag: RAGFlow) -> None:
    server.answers([])
    rag.list_datasets(name=None, id=None)
    assert set(server.request.query) == {"page", "page_size", "orderby", "desc"}


@pytest.mark.parametrize("desc", [True, False])
def test_booleans_go_as_words(server: Any, rag: RAGFlow, desc: bool) -> None:
    server.answers([])
    rag.list_chats(desc=desc)
    assert server.request.query["desc"] == str(desc)


def test_null_is_sent_in_bodies(server: Any, rag: RAGFlow) -> None:
    server.answers({"id": "ds"})
    rag.create_dataset("papers")
    assert server.request.json["embedding_model"] is None
    assert "parser_config" not in server.request.json


def test_a_parser_config_goes_as_an_object(server: Any, rag: RAGFlow) -> None:
    server.answers({"id": "ds"})
    rag.create_dataset("papers", parser_config=DataSet.ParserConfig(rag, {"chunk_token_num": 9}))
    assert server.request.json["parser_config"] == {"chunk_token_num": 9}


def test_files_may_be_open_streams(server: Any, dataset: DataSet) -> None:
    server.answers([{"id": "a"}, {"id": "b"}])
    files = [
        {"display_name": "a.txt", "blob": io.BytesIO(b"first")},
        {"display_name": "b.txt", "blob": b"second"},
    ]
    assert [document.id for document in dataset.upload_documents(files)] == ["a", "b"]
    content = server.request.content
    assert content.index(b"first") < content.index(b"second")


WRONG_CALLS: dict[str, Callable[..., Any]] = {
    "a page as text": lambda o: o["rag"].list_datasets(page="1"),
    "a switch as number": lambda o: o["rag"].list_chats(desc=1),
    "a number as switch": lambda o: o["rag"].list_chats(page=True),
    "an id for ids": lambda o: o["rag"].delete_datasets(ids="ds"),
    "numbers for ids": lambda o: o["dataset"].delete_documents(ids=[1]),
    "no documents": lambda o: o["dataset"].async_parse_documents(None),
    "a dict for a config": lambda o: o["rag"].create_dataset("x", parser_config={"a": 1}),
    "a name of bytes": lambda o: o["rag"].create_dataset(b"x"),
    "a list of texts as update": lambda o: o["document"].update(["name"]),
    "content of bytes": lambda o: o["document"].add_chunk(b"text"),
    "keywords as text": lambda o: o["document"].add_chunk("text", important_keywords="a"),
    "an update of a chunk as text": lambda o: o["chunk"].update("content"),
    "a prompt as dict": lambda o: o["rag"].create_chat("x", prompt={"top_n": 1}),
    "a switch as text": lambda o: o["session"].ask("why?", stream="yes"),
    "files as a dict": lambda o: o["dataset"].upload_documents({"display_name": "a"}),
    "a threshold as text": lambda o: o["rag"].retrieve(["ds"], similarity_threshold="0.2"),
}


@pytest.mark.parametrize("name", WRONG_CALLS)
def test_wrong_types_raise_before_a_request(
    server: Any,
    rag: RAGFlow,
    dataset: DataSet,
    document: Document,
    chunk: Chunk,
    session: Session,
    name: str,
) -> None:
    objects = {
        "rag": rag,
        "dataset": dataset,
        "document": document,
        "chunk": chunk,
        "session": session,
    }
    with pytest.raises(TypeError):
        WRONG_CALLS[name](objects)
    assert server.requests == []


def test_a_file_without_a_name_raises_before_a_request(server: Any, dataset: DataSet) -> None:
    with pytest.raises(KeyError):
        dataset.upload_documents([{"blob": b"x"}])
    assert server.requests == []


def test_meta_fields_that_are_no_dict_raise_before_a_request(
    server: Any, document: Document
) -> None:
    with pytest.raises(Exception, match="meta_fields must be a dictionary"):
        document.update({"meta_fields": ["author"]})
    assert server.requests == []


def test_a_whole_number_serves_as_a_threshold(server: Any, rag: RAGFlow) -> None:
    server.answers({"chunks": []})
    assert rag.retrieve(["ds"], question="q", similarity_threshold=0) == []


def test_only_what_changes_is_sent_for_an_agent(server: Any, rag: RAGFlow) -> None:
    rag.update_agent("a", description="new")
    assert server.request.method == "PUT"
    assert server.request.json == {"description": "new"}


def test_a_session_is_renamed_under_its_assistant(server: Any, session: Session) -> None:
    session.update({"name": "Brakes"})
    assert server.request.method == "PUT"
    assert server.request.path == "/chats/chat/sessions/s"


def test_a_new_session_knows_its_assistant(server: Any, chat: Chat) -> None:
    server.answers({"id": "s", "chat_id": "chat", "messages": []})
    assert chat.create_session().chat_id == "chat"
    assert server.request.json == {"name": "New session"}
