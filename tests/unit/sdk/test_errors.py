"""Whatever the server refuses becomes an exception with its message."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow_sdk import Chunk, ChunkUpdateError, DataSet, Document, RAGFlow, RAGFlowError


def test_an_error_envelope_raises_its_message(server: Any, rag: RAGFlow) -> None:
    server.answers(code=102, message="Duplicated dataset name.")
    with pytest.raises(Exception, match=r"^Duplicated dataset name\.$") as caught:
        rag.create_dataset("papers")
    assert isinstance(caught.value, RAGFlowError)
    assert caught.value.code == 102


def test_a_missing_key_raises_though_its_code_is_0(server: Any, rag: RAGFlow) -> None:
    server.answers(False, message="`Authorization` can't be empty")
    with pytest.raises(RAGFlowError, match="`Authorization` can't be empty"):
        rag.list_datasets()


def test_a_reply_without_json_names_its_status(server: Any, rag: RAGFlow) -> None:
    server.sends("text/html", b"<h1>Bad gateway</h1>")
    with pytest.raises(RAGFlowError, match=r"HTTP 200 without JSON.*Bad gateway"):
        rag.list_datasets()


def test_a_reply_without_an_envelope_raises(server: Any, rag: RAGFlow) -> None:
    server.sends("application/json", b'["hello"]')
    with pytest.raises(RAGFlowError, match="without an envelope"):
        rag.list_datasets()


def test_a_dataset_that_is_not_there_is_named(server: Any, rag: RAGFlow) -> None:
    server.answers([])
    with pytest.raises(RAGFlowError, match="Dataset papers not found"):
        rag.get_dataset("papers")


def test_the_first_dataset_of_a_name_is_returned(server: Any, rag: RAGFlow) -> None:
    server.answers([{"id": "ds", "name": "papers"}])
    assert rag.get_dataset("papers").id == "ds"


def test_a_download_returns_the_bytes(server: Any, document: Document) -> None:
    server.sends("application/octet-stream", b"\x00\x01 bytes")
    assert document.download() == b"\x00\x01 bytes"
    assert server.request.path == "/datasets/ds/documents/doc"


def test_a_json_file_downloads_as_its_bytes(server: Any, document: Document) -> None:
    server.sends("application/octet-stream", b'{"code": 102, "message": "not an error"}')
    assert document.download() == b'{"code": 102, "message": "not an error"}'


def test_a_refused_download_raises_its_message(server: Any, document: Document) -> None:
    server.answers(code=102, message="The dataset not own the document doc.")
    with pytest.raises(RAGFlowError, match=r"The dataset not own the document doc\."):
        document.download()


def test_a_chunk_that_was_not_updated_says_why(server: Any, chunk: Chunk) -> None:
    server.answers(code=102, message="Can't find this chunk c", details="gone")
    with pytest.raises(ChunkUpdateError, match="Can't find this chunk c") as caught:
        chunk.update({"content": "new"})
    assert (caught.value.code, caught.value.message, caught.value.details) == (
        102,
        "Can't find this chunk c",
        "gone",
    )


def test_a_document_survives_an_update_that_answers_true(server: Any, document: Document) -> None:
    server.answers(True)
    assert document.update({"enabled": 0}) is document


def test_an_update_refreshes_the_dataset(server: Any, dataset: DataSet) -> None:
    server.answers({"name": "letters", "parser_config": {"chunk_token_num": 7}})
    assert dataset.update({"name": "letters"}) is dataset
    assert dataset.name == "letters"
    assert isinstance(dataset.parser_config, DataSet.ParserConfig)
