"""Searches that are embedded in pages, as they go over the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ragflow.domain.answers import ModelDelta

QUESTION = "What does bread need?"
ANSWER = "Bread needs flour and water. [ID:0]"
END = {"code": 0, "message": "", "data": True}
SHIPS = "The lighthouse keeper counts ships."
RAW_KEYS = {
    "chunk_id",
    "content_ltks",
    "content_with_weight",
    "doc_id",
    "docnm_kwd",
    "kb_id",
    "important_kwd",
    "image_id",
    "similarity",
    "vector_similarity",
    "term_similarity",
    "positions",
    "doc_type_kwd",
}


def ask(caller: Any, **body: Any) -> Any:
    return caller.embed("POST", "/searchbots/ask", json=body)


def found(caller: Any, **body: Any) -> Any:
    return caller.embed("POST", "/searchbots/retrieval_test", json=body)


def contents(reply: Any) -> list[str]:
    assert (reply["code"], reply["message"]) == (0, "success"), reply
    return [chunk["content_with_weight"] for chunk in reply["data"]["chunks"]]


# ask


def test_a_page_gets_a_cited_answer_from_datasets(api: Any, parsed: Any) -> None:
    *states, last, end = api.embed.stream("/searchbots/ask", question=QUESTION, kb_ids=[parsed[0]])
    assert end == END
    assert all((frame["code"], frame["message"]) == (0, "") for frame in [*states, last])
    assert last["data"]["answer"] == ANSWER
    assert last["data"]["reference"]["chunks"][0]["dataset_id"] == parsed[0]


def test_the_frames_of_an_answer_byte_for_byte(api: Any, parsed: Any) -> None:
    body = {"question": QUESTION, "kb_ids": parsed[0]}
    response = api.embed.raw("POST", "/searchbots/ask", json=body)
    *texts, rest = response.text.split("\n\n")
    assert rest == ""
    assert all(
        text.startswith('data:{"code": 0, "message": "", "data": {"answer"') for text in texts[:-1]
    )
    assert texts[-1] == 'data:{"code": 0, "message": "", "data": true}'
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"


def test_the_model_is_asked_steadily(world: Any, api: Any, parsed: Any, model: Any) -> None:
    world.ports.catalog.default_chat = "scripted"
    model.answers = [[ModelDelta("Flour and water [ID:0]")]]
    *_, last, _ = api.embed.stream("/searchbots/ask", question=QUESTION, kb_ids=[parsed[0]])
    assert last["data"]["answer"] == "Flour and water [ID:0]"
    assert model.sampled[0].temperature == 0.1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"question": " ", "kb_ids": ["x"]}, "`question` is required."),
        ({"question": "x", "kb_ids": []}, "Please specify dataset firstly."),
        ({"question": "x", "kb_ids": ""}, "Please specify dataset firstly."),
        ({"question": "x", "kb_ids": [7]}, "`kb_ids` should be a list of ids"),
    ],
)
@pytest.mark.parametrize("path", ["ask", "mindmap"])
def test_refusals_of_ask_and_mindmap(api: Any, path: str, body: Any, message: str) -> None:
    reply = api.embed("POST", f"/searchbots/{path}", json=body)
    assert reply == {"code": 102, "message": message, "data": None}


def test_ask_refuses_a_dataset_without_chunks(api: Any, dataset_id: str) -> None:
    reply = ask(api, question="x", kb_ids=[dataset_id])
    assert reply == {"code": 102, "message": f"The dataset {dataset_id} doesn't own parsed file"}


# retrieval_test


def test_hits_come_under_their_stored_names(api: Any, parsed: Any) -> None:
    reply = found(api, question="ships", kb_id=parsed[0])
    assert contents(reply)[0] in (SHIPS, "pictured: a ship")
    assert len(contents(reply)) == 3  # the threshold is 0
    data = reply["data"]
    assert data.keys() == {"total", "chunks", "doc_aggs", "labels"}
    assert (data["total"], data["labels"]) == (3, None)
    assert data["doc_aggs"] == [{"doc_name": "notes.txt", "doc_id": parsed[1], "count": 3}]
    chunk = next(each for each in data["chunks"] if each["content_with_weight"] == SHIPS)
    assert chunk.keys() == RAW_KEYS
    assert (chunk["kb_id"], chunk["doc_id"]) == parsed
    assert (chunk["docnm_kwd"], chunk["positions"]) == ("notes.txt", [[1, 0, 0, 0, 0]])
    assert 0 < chunk["similarity"] <= 1


def test_pages_are_asked_for_by_size(api: Any, parsed: Any) -> None:
    pages = [
        contents(found(api, question="ships", kb_id=[parsed[0]], page=page, size="2"))
        for page in (0, 1, 2, 3)
    ]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert pages[0] == pages[1]
    assert not set(pages[1]) & set(pages[2])


def test_a_page_sets_how_hits_are_scored_and_shown(api: Any, parsed: Any) -> None:
    ask = {"question": "lighthouse ships", "kb_id": parsed[0]}
    assert contents(found(api, **ask, similarity_threshold=0.99, vector_similarity_weight=0)) == [
        SHIPS
    ]
    marked = found(api, **ask, highlight=True)["data"]["chunks"][0]
    assert "<em>lighthouse</em>" in marked["highlight"]
    shortest = found(api, **ask, rerank_id="backwards", vector_similarity_weight=1)
    assert contents(shortest)[0] == "pictured: a ship"
    assert len(contents(found(api, **ask, top_k=1))) < 3
    assert contents(found(api, question="", kb_id=parsed[0])) == []


def test_documents_narrow_a_search(api: Any, world: Any, parsed: Any) -> None:
    (other,) = api.upload(parsed[0], more__txt="Ships need water too.")
    api.data("POST", f"/datasets/{parsed[0]}/chunks", json={"document_ids": [other]})
    world.work()
    ask = {"question": "ships", "kb_id": parsed[0]}
    assert len(contents(found(api, **ask))) == 4
    assert contents(found(api, **ask, doc_ids=[other])) == ["Ships need water too."]


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        ({"kb_id": []}, 102, "Please specify dataset firstly."),
        ({"kb_id": ""}, 102, "Please specify dataset firstly."),
        ({"kb_id": {}}, 102, "Please specify dataset firstly."),
        ({"kb_id": 7}, 102, "`kb_id` should be a list of ids"),
        ({"doc_ids": ["x"]}, 102, "The datasets don't own the document x"),
        ({"top_k": 0}, 102, "`top_k` must be greater than 0"),
        ({"rerank_id": "x"}, 100, "LookupError('Model(x) not authorized')"),
        ({"size": "x"}, 100, "ValueError(\"could not convert string to float: 'x'\")"),
    ],
)
def test_refusals_of_retrieval_test(
    api: Any, parsed: Any, fields: Any, code: int, message: str
) -> None:
    reply = found(api, **{"question": "x", "kb_id": parsed[0], **fields})
    assert reply == {"code": code, "message": message, "data": None}


def test_nothing_indexed_is_said(api: Any, dataset_id: str) -> None:
    reply = found(api, question="x", kb_id=dataset_id)
    message = "No chunk found! Check the chunk status please!"
    assert reply == {"code": 102, "message": message, "data": None}


# related questions and mind maps


def test_related_questions_are_the_numbered_lines(world: Any, api: Any, model: Any) -> None:
    world.ports.catalog.default_chat = "scripted"
    model.answers = [[ModelDelta("So:\n1. What is dough?\n2. What is yeast?")]]
    reply = api.embed("POST", "/searchbots/related_questions", json={"question": "bread"})
    data = ["What is dough?", "What is yeast?"]
    assert reply == {"code": 0, "message": "success", "data": data}


def test_a_model_that_only_quotes_suggests_nothing(api: Any) -> None:
    reply = api.embed("POST", "/searchbots/related_questions", json={"question": "bread"})
    assert reply == {"code": 0, "message": "success", "data": []}


def test_a_generative_model_draws_the_mind_map(
    world: Any, api: Any, parsed: Any, model: Any
) -> None:
    world.ports.catalog.default_chat = "scripted"
    model.answers = [[ModelDelta("- Dough\n  - flour\n- Oven")]]
    body = {"question": QUESTION, "kb_ids": [parsed[0]]}
    reply = api.embed("POST", "/searchbots/mindmap", json=body)
    flour = {"id": "flour", "children": []}
    assert reply["data"] == {
        "id": QUESTION,
        "children": [{"id": "Dough", "children": [flour]}, {"id": "Oven", "children": []}],
        "made_by": "scripted",
    }


@pytest.mark.parametrize("default_chat", ["extractive", "scripted", "nobody"])
def test_without_a_model_that_draws_the_mind_map_is_an_outline(
    world: Any, api: Any, parsed: Any, model: Any, default_chat: str
) -> None:
    world.ports.catalog.default_chat = default_chat
    model.answers = [None]
    body = {"question": QUESTION, "kb_ids": [parsed[0]]}
    made = api.embed("POST", "/searchbots/mindmap", json=body)["data"]
    assert (made["id"], made["made_by"]) == (QUESTION, "outline")
    (document,) = made["children"]
    assert document["id"] == "notes.txt"
    assert document["children"][0]["id"] == "Bread needs flour and water."


def test_nothing_found_is_a_mind_map_without_branches(api: Any, dataset_id: str) -> None:
    body = {"question": QUESTION, "kb_ids": [dataset_id]}
    reply = api.embed("POST", "/searchbots/mindmap", json=body)
    assert reply["data"] == {"id": QUESTION, "children": [], "made_by": "outline"}


# what must be there


@pytest.mark.parametrize(
    ("path", "body", "missing"),
    [
        ("ask", None, "question,kb_ids"),
        ("ask", {"question": None, "kb_ids": []}, "question"),
        ("ask", {"question": "x"}, "kb_ids"),
        ("retrieval_test", {}, "kb_id,question"),
        ("retrieval_test", [], "kb_id,question"),
        ("retrieval_test", {"kb_id": "x"}, "question"),
        ("related_questions", {}, "question"),
        ("mindmap", {}, "question,kb_ids"),
    ],
)
def test_arguments_are_checked_before_the_token(
    api: Any, path: str, body: Any, missing: str
) -> None:
    message = f"required argument are missing: {missing}; "
    refusal = {"code": 101, "message": message, "data": None}
    anonymous = api.client.post(f"/api/v1/searchbots/{path}", content=json.dumps(body))
    assert anonymous.json() == refusal
    assert api.embed("POST", f"/searchbots/{path}", json=body) == refusal


PATHS = [
    ("POST", "ask", {"question": "x", "kb_ids": ["x"]}),
    ("POST", "retrieval_test", {"question": "x", "kb_id": "x"}),
    ("POST", "related_questions", {"question": "x"}),
    ("POST", "mindmap", {"question": "x", "kb_ids": ["x"]}),
    ("GET", "detail?search_id=x", None),
]


@pytest.mark.parametrize(("method", "path", "body"), PATHS)
def test_an_embed_token_is_needed(api: Any, method: str, path: str, body: Any) -> None:
    path = f"/searchbots/{path}"
    invalid = {"code": 102, "message": 'Authentication error: API key is invalid!"'}
    assert api(method, path, json=body) == invalid
    malformed = api.raw(method, path, json=body, headers={"Authorization": api.beta}).json()
    assert malformed == {"code": 102, "message": 'Authorization is not valid!"'}
    missing = api.client.request(method, f"/api/v1{path}", json=body).json()
    assert (missing["code"], missing["data"]) == (100, None)
