"""A document of a whole product is enriched as its configuration asks, by a model of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ragflow.testing.model_server import ModelServer
from ragflow.testing.server import RunningServer
from ragflow_sdk import DataSet, Document, RAGFlow

LINES = ["Honey, wax", "Hives, combs", "Queens, drones", "Swarms, May"]
CONFIG = {
    "chunk_token_num": 1,
    "auto_keywords": 2,
    "auto_questions": 1,
    "raptor": {"use_raptor": True, "max_token": 64},
}


@pytest.fixture
def enriched(
    serve: Callable[..., RunningServer],
    remote_models: ModelServer,
    small_model: dict[str, str],
    ingest: Callable[..., dict[str, Document]],
) -> Iterator[Document]:
    server = serve(
        RAGFLOW_MODELS__BASE_URL=remote_models.base_url,
        RAGFLOW_MODELS__API_KEY="key",
        RAGFLOW_MODELS__CHAT="echo@OpenAI-API-Compatible",
        **small_model,
    )
    with RAGFlow(server.api_key, server.url) as rag:
        config: Any = DataSet.ParserConfig(rag, CONFIG)
        dataset = rag.create_dataset("bees", parser_config=config)
        yield ingest(dataset, {"bees.txt": "\n".join(LINES).encode()})["bees.txt"]


def test_a_document_is_enriched_as_its_configuration_asks(enriched: Document) -> None:
    assert enriched.run == "DONE", enriched.progress_msg
    *passages, summary = enriched.list_chunks()
    assert [chunk.content for chunk in passages] == LINES
    assert passages[0].important_keywords == ["You asked: Honey", "wax"]
    assert passages[0].questions == ["You asked: Honey, wax"]
    assert summary.content.startswith("You asked: Please summarize")
    assert enriched.chunk_count == len(LINES) + 1
    for line in ("Keywords generation 4 chunks", "Questions generation 4 chunks", "RAPTOR: 1 summ"):
        assert line in enriched.progress_msg
