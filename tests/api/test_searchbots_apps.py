"""Embedded searches that name a search app: its settings count, and its owner's rights."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.domain.answers import ModelDelta

QUESTION = "What does bread need?"
BREAD = "Bread needs flour and water."
NO_PERMISSION = {"code": 103, "message": "Has no permission for this operation.", "data": False}
DELETED = {"code": 102, "message": "Can't find this Search App!", "data": None}
CALLS = [
    ("POST", "ask", {"question": "x", "kb_ids": []}),
    ("POST", "retrieval_test", {"question": "x", "kb_id": []}),
    ("POST", "related_questions", {"question": "x"}),
    ("POST", "mindmap", {"question": "x", "kb_ids": []}),
    ("GET", "detail", None),
]


def create(api: Any, **config: Any) -> str:
    body = {"name": "Finder", "search_config": config}
    return str(api.data("POST", "/searches", json=body)["id"])


def call(caller: Any, method: str, path: str, body: Any, search_id: str) -> Any:
    if body is None:
        return caller.embed(method, f"/searchbots/{path}", params={"search_id": search_id})
    return caller.embed(method, f"/searchbots/{path}", json={**body, "search_id": search_id})


def contents(api: Any, search_id: str, **body: Any) -> list[str]:
    body = {"question": "bread", "kb_id": [], "search_id": search_id, **body}
    reply = api.embed("POST", "/searchbots/retrieval_test", json=body)
    assert reply["code"] == 0, reply
    return [chunk["content_with_weight"] for chunk in reply["data"]["chunks"]]


def answer(api: Any, search_id: str, **body: Any) -> Any:
    body = {"question": QUESTION, "kb_ids": [], "search_id": search_id, **body}
    *_, last, _ = api.embed.stream("/searchbots/ask", **body)
    return last["data"]


@pytest.fixture
def two(world: Any, api: Any, parsed: Any) -> tuple[str, str]:
    """Return the ids of a second dataset and of its document, which speaks of bread too."""
    other = api.dataset("other")
    (document_id,) = api.upload(other, more__txt="Bread is baked in an oven.")
    api.data("POST", f"/datasets/{other}/chunks", json={"document_ids": [document_id]})
    world.work()
    return other, document_id


# detail


def test_a_page_sees_its_search_app(api: Any) -> None:
    search_id = create(api, top_k=7)
    reply = api.embed("GET", "/searchbots/detail", params={"search_id": search_id})
    assert reply == {
        "code": 0,
        "message": "success",
        "data": api.data("GET", f"/searches/{search_id}"),
    }
    assert reply["data"]["search_config"]["top_k"] == 7


def test_detail_needs_an_id_before_a_token(api: Any) -> None:
    message = "required argument are missing: search_id; "
    reply = api.client.get("/api/v1/searchbots/detail").json()
    assert reply == {"code": 101, "message": message, "data": None}


# whose search app


@pytest.mark.parametrize("caller", ["stranger", "teammate"])
@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_search_apps_of_others_and_unknown_ones_are_refused_alike(
    request: Any, api: Any, parsed: Any, caller: str, method: str, path: str, body: Any
) -> None:
    api.data("PUT", f"/datasets/{parsed[0]}", json={"permission": "team"})
    search_id = create(api, kb_ids=[parsed[0]])
    other = request.getfixturevalue(caller)
    for named in (search_id, "x"):
        assert call(other, method, path, body, named) == NO_PERMISSION
    api.data("DELETE", f"/searches/{search_id}")
    assert call(other, method, path, body, search_id) == NO_PERMISSION


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_deleted_search_app_cannot_be_found(
    api: Any, parsed: Any, method: str, path: str, body: Any
) -> None:
    search_id = create(api, kb_ids=[parsed[0]])
    api.data("DELETE", f"/searches/{search_id}")
    assert call(api, method, path, body, search_id) == DELETED


def test_datasets_of_others_are_refused_beside_a_search_app(
    api: Any, stranger: Any, parsed: Any, dataset_id: str
) -> None:
    own = stranger.dataset("own")
    search_id = create(stranger, kb_ids=[own])
    for path, key, code in (("ask", "kb_ids", 102), ("retrieval_test", "kb_id", 103)):
        body = {"question": "x", key: [parsed[0]], "search_id": search_id}
        assert stranger.embed("POST", f"/searchbots/{path}", json=body)["code"] == code
    body = {"question": "x", "kb_id": own, "doc_ids": [parsed[1]]}
    reply = stranger.embed("POST", "/searchbots/retrieval_test", json=body)
    assert reply["message"] == f"The datasets don't own the document {parsed[1]}"


# what a search app says


def test_its_datasets_take_the_place_of_those_that_a_page_names(
    api: Any, parsed: Any, two: Any
) -> None:
    search_id = create(api, kb_ids=[two[0]], similarity_threshold=0)
    assert contents(api, search_id) == ["Bread is baked in an oven."]
    assert contents(api, search_id, kb_id=parsed[0]) == ["Bread is baked in an oven."]
    reply = api.embed(
        "POST",
        "/searchbots/mindmap",
        json={"question": "bread", "kb_ids": [parsed[0]], "search_id": search_id},
    )
    assert [each["id"] for each in reply["data"]["children"]] == ["more.txt"]


def test_without_datasets_of_its_own_those_of_the_page_count(api: Any, parsed: Any) -> None:
    search_id = create(api, similarity_threshold=0)
    assert len(contents(api, search_id, kb_id=parsed[0])) == 3
    for path, key in (("ask", "kb_ids"), ("retrieval_test", "kb_id"), ("mindmap", "kb_ids")):
        body = {"question": "x", key: [], "search_id": search_id}
        reply = api.embed("POST", f"/searchbots/{path}", json=body)
        message = "Please specify dataset firstly."
        assert reply == {"code": 102, "message": message, "data": None}


def test_a_page_narrows_its_documents_but_does_not_widen_them(
    api: Any, parsed: Any, two: Any
) -> None:
    both = [parsed[0], two[0]]
    search_id = create(api, kb_ids=both, doc_ids=[two[1]], similarity_threshold=0)
    assert contents(api, search_id) == ["Bread is baked in an oven."]
    assert contents(api, search_id, doc_ids=[two[1]]) == ["Bread is baked in an oven."]
    body = {"question": "x", "kb_id": both, "doc_ids": [parsed[1]], "search_id": search_id}
    reply = api.embed("POST", "/searchbots/retrieval_test", json=body)
    assert reply["message"] == f"The datasets don't own the document {parsed[1]}"


def test_a_search_in_documents_that_are_gone_does_not_become_one_in_all(
    api: Any, two: Any, parsed: Any
) -> None:
    search_id = create(api, kb_ids=[parsed[0], two[0]], doc_ids=[two[1]])
    api.data("DELETE", f"/datasets/{two[0]}/documents", json={"ids": [two[1]]})
    body = {"question": "bread", "kb_id": [], "search_id": search_id}
    reply = api.embed("POST", "/searchbots/retrieval_test", json=body)
    assert reply["message"] == f"The datasets don't own the document {two[1]}"


def test_datasets_that_are_gone_are_passed_over(api: Any, parsed: Any, two: Any) -> None:
    search_id = create(api, kb_ids=[parsed[0], two[0]])
    api.data("DELETE", "/datasets", json={"ids": [two[0]]})
    assert contents(api, search_id)[0] == BREAD
    assert answer(api, search_id)["answer"] == f"{BREAD} [ID:0]"


def test_a_dataset_that_is_no_longer_the_teams_is_passed_over(
    api: Any, teammate: Any, parsed: Any
) -> None:
    api.data("PUT", f"/datasets/{parsed[0]}", json={"permission": "team"})
    search_id = create(teammate, kb_ids=[parsed[0]])
    assert contents(teammate, search_id)[0] == BREAD
    api.data("PUT", f"/datasets/{parsed[0]}", json={"permission": "me"})
    body = {"question": "bread", "kb_id": [], "search_id": search_id}
    reply = teammate.embed("POST", "/searchbots/retrieval_test", json=body)
    assert reply["message"] == "Please specify dataset firstly."


def test_one_dataset_with_chunks_is_enough_for_an_answer(api: Any, parsed: Any) -> None:
    empty = api.dataset("empty")
    search_id = create(api, kb_ids=[empty, parsed[0]])
    assert answer(api, search_id)["answer"] == f"{BREAD} [ID:0]"
    alone = api.data("POST", "/searches", json={"name": "e", "search_config": {"kb_ids": [empty]}})
    body = {"question": "x", "kb_ids": [], "search_id": alone["id"]}
    reply = api.embed("POST", "/searchbots/ask", json=body)
    assert reply["message"] == f"The dataset {empty} doesn't own parsed file"


def test_its_settings_steer_the_search_and_a_page_has_the_last_word(api: Any, parsed: Any) -> None:
    search_id = create(
        api, kb_ids=[parsed[0]], similarity_threshold=0.9, vector_similarity_weight=0
    )
    assert contents(api, search_id) == [BREAD]
    assert len(contents(api, search_id, similarity_threshold=0)) == 3
    assert answer(api, search_id)["reference"]["total"] == 1
    path = f"/searches/{search_id}"
    config = {"rerank_id": "backwards", "similarity_threshold": 0, "vector_similarity_weight": 1}
    api.data("PUT", path, json={"search_config": config})
    assert contents(api, search_id)[0] == "pictured: a ship"
    api.data("PUT", path, json={"search_config": {"rerank_id": "", "top_k": 1, "highlight": True}})
    body = {"question": "bread", "kb_id": [], "search_id": search_id}
    reply = api.embed("POST", "/searchbots/retrieval_test", json=body)
    assert len(reply["data"]["chunks"]) == 1
    assert "<em>Bread</em>" in reply["data"]["chunks"][0]["highlight"]


def test_its_chat_model_and_sampling_are_used(api: Any, parsed: Any, model: Any) -> None:
    llm = {"temperature": 0.7, "max_tokens": 99}
    search_id = create(api, kb_ids=[parsed[0]], chat_id="scripted", llm_setting=llm, keyword=False)
    model.answers = [[ModelDelta("Flour")], [ModelDelta("1. Why?")], [ModelDelta("- Flour")]]
    assert answer(api, search_id)["answer"].startswith("Flour")
    assert (model.sampled[0].temperature, model.sampled[0].max_tokens) == (0.7, 99)
    asked = {"question": "x", "search_id": search_id}
    reply = api.embed("POST", "/searchbots/related_questions", json=asked)
    assert reply["data"] == ["Why?"]
    body = {"question": "bread", "kb_ids": [], "search_id": search_id}
    assert api.embed("POST", "/searchbots/mindmap", json=body)["data"]["made_by"] == "scripted"


def test_its_keywords_widen_the_question(world: Any, api: Any, parsed: Any, model: Any) -> None:
    world.ports.catalog.default_chat = "scripted"
    search_id = create(api, kb_ids=[parsed[0]], keyword=True, vector_similarity_weight=0)
    model.answers = [[ModelDelta("lighthouse")]]
    assert contents(api, search_id, question="tower")[0] == "The lighthouse keeper counts ships."
