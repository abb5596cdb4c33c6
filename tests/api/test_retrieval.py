from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def ask(api: Any, parsed: tuple[str, str]) -> Any:
    """Retrieve from the parsed dataset; keyword arguments join the body."""

    def retrieve(question: str = "lighthouse ships", **body: Any) -> Any:
        sent = {"question": question, "dataset_ids": [parsed[0]], **body}
        return api("POST", "/retrieval", json=sent)

    return retrieve


def test_a_hit_carries_every_field_of_the_contract(ask: Any, parsed: Any) -> None:
    data = ask()["data"]
    hit = data["chunks"][0]
    assert hit["content"] == "The lighthouse keeper counts ships."
    assert hit["document_id"] == parsed[1]
    assert hit["dataset_id"] == hit["kb_id"] == parsed[0]
    assert hit["document_keyword"] == hit["document_name"] == "notes.txt"
    assert hit["doc_type_kwd"] == hit["doc_type"] == ""
    assert hit["positions"] == [[1, 0, 0, 0, 0]]
    assert hit["image_id"] == ""
    assert "<em>lighthouse</em>" in hit["highlight"]
    assert hit["content_ltks"].split()
    assert hit["similarity"] == pytest.approx(
        0.3 * hit["vector_similarity"] + 0.7 * hit["term_similarity"]
    )
    assert data["doc_aggs"][0] == {
        "doc_name": "notes.txt",
        "doc_id": parsed[1],
        "count": data["total"],
    }


def test_hits_come_best_first_and_none_below_the_threshold(ask: Any) -> None:
    every = ask("lighthouse water", similarity_threshold=0.0)["data"]
    similarities = [hit["similarity"] for hit in every["chunks"]]
    assert similarities == sorted(similarities, reverse=True)
    border = similarities[1]
    above = ask("lighthouse water", similarity_threshold=border)["data"]
    assert above["total"] == len([each for each in similarities if each >= border])


def test_pages_go_over_all_hits(ask: Any) -> None:
    every = ask(similarity_threshold=0.0)["data"]["chunks"]
    pages = [ask(similarity_threshold=0.0, page=page, page_size=1)["data"] for page in (0, 1, 2, 9)]
    assert [[hit["id"] for hit in page["chunks"]] for page in pages] == [
        [every[0]["id"]],
        [every[0]["id"]],
        [every[1]["id"]],
        [],
    ]
    assert {page["total"] for page in pages} == {len(every)}


@pytest.mark.parametrize("question", ["", "  "])
def test_an_empty_question_finds_nothing(ask: Any, question: str) -> None:
    data = ask(question)["data"]
    assert (data["total"], data["chunks"]) == (0, [])


def test_an_empty_question_has_an_object_of_aggregates(ask: Any) -> None:
    assert ask("")["data"]["doc_aggs"] == {}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"dataset_ids": None}, "`dataset_ids` is required."),
        ({"dataset_ids": []}, "`dataset_ids` is required."),
        ({"dataset_ids": "x"}, "`dataset_ids` should be a list"),
        ({"dataset_ids": ["x"]}, "You don't own the dataset x."),
        ({"document_ids": "x"}, "`documents` should be a list"),
        ({"document_ids": ["x"]}, "The datasets don't own the document x"),
        ({"top_k": 0}, "`top_k` must be greater than 0"),
    ],
)
def test_requests_are_checked(ask: Any, body: Any, message: str) -> None:
    assert ask(**body) == {"code": 102, "message": message}


def test_a_question_is_required(api: Any, parsed: Any) -> None:
    reply = api("POST", "/retrieval", json={"dataset_ids": [parsed[0]]})
    assert reply == {"code": 102, "message": "`question` is required."}


@pytest.mark.parametrize(
    "body", [{"page": "a"}, {"similarity_threshold": "a"}, {"top_k": "a"}, {"page_size": [1]}]
)
def test_numbers_may_be_texts_but_not_any_text(ask: Any, body: Any) -> None:
    assert ask(**body)["code"] == 100
    assert ask(page="1", similarity_threshold="0.1", top_k="9")["code"] == 0


def test_datasets_must_share_an_embedding_model(api: Any, parsed: Any, ask: Any) -> None:
    other = api.dataset("other", embedding_model="other@Builtin")
    assert ask(dataset_ids=[parsed[0], other]) == {
        "code": 102,
        "message": 'Datasets use different embedding models."',
    }


def test_datasets_without_chunks_say_so(api: Any, ask: Any) -> None:
    reply = ask(dataset_ids=[api.dataset("empty")])
    assert reply == {"code": 102, "message": "No chunk found! Check the chunk status please!"}


def test_an_unknown_rerank_model_answers_a_lookup_error(ask: Any) -> None:
    reply = ask(rerank_id="nobody")
    assert reply["code"] == 100
    assert reply["message"] == "LookupError('Model(nobody) not authorized')"


def test_a_rerank_models_score_takes_the_place_of_the_vectors(ask: Any) -> None:
    hits = ask("ships flour", rerank_id="backwards", similarity_threshold=0.0)["data"]["chunks"]
    for hit in hits:
        assert hit["vector_similarity"] == pytest.approx(1 / (1 + len(hit["content"])))


@pytest.mark.parametrize(("value", "marked"), [(None, True), (True, True), (False, False)])
@pytest.mark.parametrize("as_text", [False, True])
def test_highlights_are_on_unless_they_are_switched_off(
    ask: Any, value: Any, marked: bool, as_text: bool
) -> None:
    body = {} if value is None else {"highlight": str(value) if as_text else value}
    assert ("<em>" in ask(**body)["data"]["chunks"][0]["highlight"]) is marked


def test_a_document_filter_keeps_to_the_documents(
    world: Any, api: Any, parsed: Any, ask: Any
) -> None:
    (other,) = api.upload(parsed[0], other__txt="Another lighthouse stands here.")
    api.data("POST", f"/datasets/{parsed[0]}/chunks", json={"document_ids": [other]})
    world.work()
    hits = ask("lighthouse", document_ids=[other])["data"]["chunks"]
    assert {hit["document_id"] for hit in hits} == {other}
    assert {hit["document_id"] for hit in ask("lighthouse")["data"]["chunks"]} == {other, parsed[1]}


def test_a_metadata_condition_keeps_to_the_documents_that_meet_it(
    api: Any, parsed: Any, ask: Any
) -> None:
    path = "/datasets/{}/documents/{}".format(*parsed)
    api.data("PUT", path, json={"meta_fields": {"year": "2024"}})

    def total(operator: str, value: str) -> int:
        condition = {"name": "year", "comparison_operator": operator, "value": value}
        found = ask(metadata_condition={"logical_operator": "and", "conditions": [condition]})
        return int(found["data"]["total"])

    assert total("=", "2024.0") > 0
    assert total("<", "1999") == 0
    assert ask(metadata_condition={})["data"]["total"] > 0


def test_page_rank_lifts_a_dataset_over_one(api: Any, parsed: Any, ask: Any) -> None:
    api.data("PUT", f"/datasets/{parsed[0]}", json={"pagerank": 50})
    assert ask()["data"]["chunks"][0]["similarity"] > 50


def test_keywords_and_languages_are_passed_over_without_a_generative_model(ask: Any) -> None:
    plain = ask()["data"]
    assert ask(keyword=True, cross_languages=["French"])["data"] == plain


def test_a_removed_chunk_that_the_index_still_has_is_not_returned(
    world: Any, ask: Any, parsed: Any
) -> None:
    with world.ports.database.transaction() as unit:
        unit.chunks.delete(parsed[1], None)
    assert ask()["data"]["chunks"] == []


def test_reindexing_brings_an_empty_index_back(world: Any, ask: Any, parsed: Any) -> None:
    before = ask()["data"]
    world.ports.engine.clear()
    assert ask()["data"]["total"] == 0
    seen: list[tuple[int, int, int]] = []
    assert world.services.reindex.run(lambda *state: seen.append(state)) == 3
    assert seen[-1] == (1, 1, 3)
    assert ask()["data"] == before


@pytest.fixture
def dify(world: Any, api: Any) -> Any:
    def retrieve(body: Any, key: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {key or api.key}"}
        return world.client.post("/api/v1/dify/retrieval", json=body, headers=headers)

    return retrieve


def test_the_external_api_answers_plain_records(api: Any, parsed: Any, dify: Any) -> None:
    path = "/datasets/{}/documents/{}".format(*parsed)
    api.data("PUT", path, json={"meta_fields": {"year": 2024}})
    body = {"knowledge_id": parsed[0], "query": "lighthouse", "retrieval_setting": {"top_k": 1}}
    (record,) = dify(body).json()["records"]
    assert record["content"] == "The lighthouse keeper counts ships."
    assert record["title"] == "notes.txt"
    assert record["metadata"] == {"year": 2024, "doc_id": parsed[1]}
    assert 0 < record["score"] <= 1


def test_the_external_api_refuses_with_http_statuses(
    api: Any, world: Any, parsed: Any, dify: Any
) -> None:
    body = {"knowledge_id": parsed[0], "query": "x"}
    wrong = dify(body, key="wrong")
    assert wrong.status_code == 403
    assert wrong.json() == {"code": 403, "message": "API-KEY is invalid!"}
    unknown = dify({**body, "knowledge_id": "x"})
    assert unknown.status_code == 404
    assert unknown.json() == {"code": 404, "message": "Knowledgebase not found!"}
    missing = dify({})
    assert missing.status_code == 200
    assert missing.json()["message"] == "required argument are missing: knowledge_id,query; "
    without = world.client.post("/api/v1/dify/retrieval", json=body)
    assert without.json()["code"] == 100
