"""Retrieval asks for what its canvas says and gives its model chunks to cite."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from ragflow.agents.environment import SearchWanted
from ragflow.agents.tools.base import ToolResult, spec_of
from ragflow.agents.tools.retrieval import Retrieval, RetrievalOptions
from ragflow.domain.chunks import Chunk
from ragflow.domain.documents import Box
from ragflow.domain.errors import ModelUnavailable, NotFound, ToolFailed
from ragflow.domain.queries import Candidate, Hit, ScoredCandidate
from ragflow.domain.queries import Retrieval as Found
from ragflow.testing.agents import FakeOutside

CHUNK = Chunk("c", "doc", "ds", "The lamp turns.", 0, 4, 1.0)
SCORE = ScoredCandidate(Candidate("ds", "doc", "c", "", "", "", "", 0.5), 0.7, 0.8, 0.6, 0.6)


def _run(params: dict[str, Any], outside: FakeOutside) -> ToolResult:
    options = RetrievalOptions.model_validate(params)
    return asyncio.run(Retrieval().run(options, outside.environment()))


def test_hits_become_sources_and_objects() -> None:
    outside = FakeOutside()
    outside.search.found = Found(1, (Hit(CHUNK, "lamp.txt", SCORE),), ())
    result = _run({"query": "lamp", "kb_ids": ["ds"]}, outside)
    [source] = result.sources
    assert (source.id, source.document_name, source.similarity) == ("c", "lamp.txt", 0.7)
    assert result.data[0]["content"] == "The lamp turns."
    assert "The lamp turns." in result.text


def test_a_source_names_its_place_and_picture_as_other_references_do() -> None:
    outside = FakeOutside()
    pictured = replace(CHUNK, boxes=(Box(2, 0.6, 10.4, 20.0, 30.0),), has_image=True)
    known = Hit(replace(CHUNK, id="g"), "graph", SCORE, graph_of=("ds",))
    hits = (Hit(pictured, "lamp.pdf", SCORE), Hit(CHUNK, "lamp.txt", SCORE), known)
    outside.search.found = Found(3, hits, ())
    picture, text, graph = _run({"query": "lamp", "kb_ids": ["ds"]}, outside).sources
    assert (picture.image_id, picture.doc_type) == ("ds-c", "image")
    assert picture.positions == [[2, 1, 10, 20, 30]]
    assert (text.image_id, text.doc_type, text.positions) == ("", "", [[1, 0, 0, 0, 0]])
    assert graph.positions == []


def test_every_parameter_reaches_the_search() -> None:
    outside = FakeOutside()
    params = {
        "query": " lamp ",
        "kb_ids": ["a", ["Name of b", "a"]],
        "kb_vars": [{"type": "line", "value": "c"}],
        "similarity_threshold": "0.3",
        "keywords_similarity_weight": 0.7,
        "top_n": 4,
        "top_k": 2,
        "rerank_id": "r",
        "use_kg": True,
        "cross_languages": ["German"],
    }
    _run(params, outside)
    assert outside.search.wanted == [
        SearchWanted(
            "lamp",
            ("a", "Name of b", "c"),
            similarity_threshold=0.3,
            keywords_similarity_weight=0.7,
            top_n=4,
            top_k=4,
            rerank_model="r",
            use_kg=True,
            cross_languages=("German",),
        )
    ]


def test_parameters_that_are_empty_have_the_defaults_of_the_contract() -> None:
    outside = FakeOutside()
    empty = dict.fromkeys(("similarity_threshold", "top_n", "top_k", "cross_languages"), "")
    _run({"query": "q", "kb_ids": "ds", "rerank_id": None, **empty}, outside)
    assert outside.search.wanted == [SearchWanted("q", ("ds",))]


def test_where_nothing_is_found_the_author_speaks() -> None:
    result = _run({"query": "q", "kb_ids": ["d"], "empty_response": "Nothing."}, FakeOutside())
    assert (result.text, result.data, tuple(result.sources)) == ("Nothing.", [], ())


@pytest.mark.parametrize("kb_ids", [[], None, "", [None, " "]])
def test_without_a_dataset_the_search_is_refused(kb_ids: Any) -> None:
    with pytest.raises(ToolFailed, match="no dataset"):
        _run({"query": "q", "kb_ids": kb_ids}, FakeOutside())


@pytest.mark.parametrize(
    "error", [NotFound(noun="dataset", id="d"), ModelUnavailable(name="m", reason="away")]
)
def test_what_the_search_refuses_is_told_to_the_model(error: Exception) -> None:
    async def refuse(_wanted: SearchWanted) -> Found:
        raise error

    outside = FakeOutside(search=refuse)  # type: ignore[arg-type]
    with pytest.raises(ToolFailed, match="Retrieval failed: "):
        _run({"query": "q", "kb_ids": ["d"]}, outside)


def test_a_model_fills_the_query_alone() -> None:
    spec = spec_of(Retrieval)
    assert spec.name == "search_my_dateset"
    assert list(spec.parameters["properties"]) == ["query"]
