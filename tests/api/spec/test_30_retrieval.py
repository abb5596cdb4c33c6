"""30 §6 to §8: requests and rules of retrieval, where no other test proves them."""

from __future__ import annotations

from typing import Any

import pytest

META: dict[str, dict[str, Any]] = {
    "a": {"author": "Ada Lovelace", "year": 1843},
    "b": {"author": "Alan Turing", "year": "1936"},
    "c": {"year": 2001.5, "author": ""},
    "d": {},
}
NOTHING: dict[str, Any] = {"total": 0, "chunks": [], "doc_aggs": []}


@pytest.fixture
def library(world: Any, api: Any, dataset_id: str) -> str:
    """Return a dataset of four documents; a, b, c and d have one to four chunks about ships."""
    texts = {
        f"{name}__txt": "\n".join(f"Ship {name} number {n} sails." for n in range(count))
        for count, name in enumerate(META, start=1)
    }
    for name, document_id in zip(META, api.upload(dataset_id, **texts), strict=True):
        path = f"/datasets/{dataset_id}/documents/{document_id}"
        api.data("PUT", path, json={"meta_fields": META[name]})
        api.data("POST", f"/datasets/{dataset_id}/chunks", json={"document_ids": [document_id]})
    world.work()
    return dataset_id


def ask(api: Any, dataset_id: str, **body: Any) -> Any:
    sent = {"question": "ship", "dataset_ids": [dataset_id], **body}
    return api("POST", "/retrieval", json=sent)


def names(reply: Any) -> str:
    """Return the names of the documents that were found, without their extension."""
    assert reply["code"] == 0, reply
    return "".join(sorted(each["doc_name"][0] for each in reply["data"]["doc_aggs"]))


def condition(*conditions: tuple[str, str, Any], **more: Any) -> dict[str, Any]:
    keys = ("name", "comparison_operator", "value")
    return {"conditions": [dict(zip(keys, each, strict=True)) for each in conditions], **more}


def test_every_operator_of_a_metadata_condition(api: Any, library: str) -> None:
    """30 §8.9."""
    for name, operator, value, expected in (
        ("author", "is", "Alan Turing", "b"),
        ("author", "=", "Alan Turing", "b"),
        ("author", "not is", "Alan Turing", "acd"),
        ("author", "≠", "Alan Turing", "acd"),
        ("author", "contains", "LOVE", "a"),
        ("author", "not contains", "love", "bcd"),
        ("author", "start with", "a", "ab"),
        ("author", "end with", "ING", "b"),
        ("author", "empty", None, "cd"),
        ("author", "not empty", None, "ab"),
        ("year", "=", "1843.0", "a"),
        ("year", "≠", 1843, "bcd"),
        ("year", ">", "1900", "bc"),
        ("year", "<", "1936", "a"),
        ("year", "≥", 1936, "bc"),
        ("year", "≤", "1936", "ab"),
        ("author", ">", "Adam", "b"),
    ):
        wanted = condition((name, operator, value))
        assert names(ask(api, library, metadata_condition=wanted)) == expected, (name, operator)


def test_conditions_are_joined_by_and(api: Any, library: str) -> None:
    both = [("year", ">", 1900), ("author", "contains", "a")]
    for more in ({}, {"logical_operator": "and"}):
        found = ask(api, library, metadata_condition=condition(*both, **more))
        assert names(found) == "b"


def test_a_condition_that_no_document_meets_finds_nothing(api: Any, library: str) -> None:
    """Trap 55."""
    found = ask(api, library, metadata_condition=condition(("year", "=", 1)))
    assert found == {"code": 0, "data": NOTHING}


def test_without_a_condition_on_a_known_key_there_is_no_filter(api: Any, library: str) -> None:
    for wanted in (None, {}, {"conditions": []}, condition(("x", "is", 1))):
        assert names(ask(api, library, metadata_condition=wanted)) == "abcd"


def test_a_condition_is_ignored_beside_document_ids(api: Any, library: str) -> None:
    docs = api.data("GET", f"/datasets/{library}/documents")["docs"]
    wanted = [each["id"] for each in docs if each["name"] in ("a.txt", "d.txt")]
    found = ask(api, library, document_ids=wanted, metadata_condition=condition(("year", "=", 1)))
    assert names(found) == "ad"


def test_a_condition_that_means_nothing_is_refused(api: Any, library: str) -> None:
    unknown = condition(("year", "resembles", 1))
    for wanted in (unknown, {"conditions": "x"}, {"conditions": 5}, {"conditions": ["x"]}):
        assert ask(api, library, metadata_condition=wanted)["code"] == 102, wanted


def test_documents_are_counted_most_first_over_all_pages(api: Any, library: str) -> None:
    whole = ask(api, library)["data"]
    counts = [(each["doc_name"], each["count"]) for each in whole["doc_aggs"]]
    assert counts == [("d.txt", 4), ("c.txt", 3), ("b.txt", 2), ("a.txt", 1)]
    assert all(each.keys() == {"doc_name", "doc_id", "count"} for each in whole["doc_aggs"])
    assert whole["total"] == 10
    page = ask(api, library, page=2, page_size=3)["data"]
    assert (page["total"], page["doc_aggs"]) == (10, whole["doc_aggs"])


def test_requests_are_checked_in_the_order_of_the_contract(api: Any, parsed: Any) -> None:
    other = api.dataset("other", embedding_model="other@Builtin")
    empty = api.dataset("empty")
    for body, message in (
        ({"question": None}, "`dataset_ids` is required."),
        ({"dataset_ids": "x"}, "`dataset_ids` should be a list"),
        ({"dataset_ids": {"x": 1}}, "`dataset_ids` should be a list"),
        ({"dataset_ids": ["x"]}, "`question` is required."),
        (
            {"dataset_ids": ["x"], "question": "", "document_ids": "y"},
            "`documents` should be a list",
        ),
        (
            {"dataset_ids": [parsed[0], "x"], "question": "", "document_ids": ["y"]},
            "You don't own the dataset x.",
        ),
        (
            {"dataset_ids": [parsed[0], other], "question": "a", "document_ids": ["y"]},
            'Datasets use different embedding models."',
        ),
        (
            {"dataset_ids": [empty], "question": "a", "document_ids": [parsed[1]]},
            f"The datasets don't own the document {parsed[1]}",
        ),
        (
            {"dataset_ids": [empty], "question": "a", "rerank_id": "x"},
            "No chunk found! Check the chunk status please!",
        ),
        (
            {"dataset_ids": [parsed[0]], "question": "a", "cross_languages": "French"},
            "`cross_languages` should be a list",
        ),
    ):
        assert api("POST", "/retrieval", json=body) == {"code": 102, "message": message}


def test_an_empty_question_answers_before_anything_is_searched(api: Any, dataset_id: str) -> None:
    empty = {"code": 0, "data": {"total": 0, "chunks": [], "doc_aggs": {}}}
    assert ask(api, dataset_id, question="") == empty


def test_a_chunk_is_scored_as_in_the_example(api: Any, parsed: tuple[str, str]) -> None:
    """README, scoring example: a keyword makes up for a word that the text lacks."""
    path = "/datasets/{}/documents/{}/chunks".format(*parsed)
    plain = api.data("POST", path, json={"content": "zebra quagga"})["chunk"]
    body = {"content": "zebra  quagga", "important_keywords": ["okapi"]}
    keyed = api.data("POST", path, json=body)["chunk"]

    def scored() -> dict[str, Any]:
        found = ask(api, parsed[0], question="zebra okapi quagga", similarity_threshold=0)
        return {each["id"]: each for each in found["data"]["chunks"]}

    scores = scored()
    assert scores[keyed["id"]]["term_similarity"] == pytest.approx(1.0)
    assert 0 < scores[plain["id"]]["term_similarity"] < 1
    for each in scores.values():
        mixed = 0.3 * each["vector_similarity"] + 0.7 * each["term_similarity"]
        assert each["similarity"] == pytest.approx(mixed)
    api.data("PUT", f"/datasets/{parsed[0]}", json={"pagerank": 1})
    for chunk_id, each in scored().items():
        assert each["similarity"] == pytest.approx(scores[chunk_id]["similarity"] + 1)


def test_any_weight_of_the_vectors_is_taken(api: Any, parsed: tuple[str, str]) -> None:
    for weight in (0, 1, "0.5", -1, 2):
        fields = {"vector_similarity_weight": weight, "similarity_threshold": -9}
        for each in ask(api, parsed[0], **fields)["data"]["chunks"]:
            share = float(weight)
            mixed = share * each["vector_similarity"] + (1 - share) * each["term_similarity"]
            assert each["similarity"] == pytest.approx(mixed)


def test_a_highlight_without_a_match_is_the_whole_text(api: Any, parsed: tuple[str, str]) -> None:
    """30 §8.13."""
    found = ask(api, parsed[0], question="flour", similarity_threshold=0)["data"]["chunks"]
    marked = {each["content"]: each["highlight"] for each in found}
    assert marked.pop("Bread needs flour and water.") == "Bread needs <em>flour</em> and water."
    assert marked
    assert all(content == text for content, text in marked.items())


def test_keywords_of_the_model_join_the_question(
    world: Any, api: Any, parsed: Any, model: Any
) -> None:
    """30 §8.10; trap 84: texts are parsed."""
    world.ports.catalog.default_chat = "scripted"
    for keyword, asked in (
        (True, True),
        ("true", True),
        (1, True),
        (False, False),
        ("False", False),
        ("false", False),
        (None, False),
    ):
        model.answers, model.calls = ["flour, water"], []
        found = ask(api, parsed[0], question="lighthouse", keyword=keyword)["data"]["chunks"]
        assert len(model.calls) == asked, keyword
        assert ("flour" in " ".join(each["content"] for each in found)) is asked, keyword


def test_translations_take_the_place_of_the_question(
    world: Any, api: Any, parsed: Any, model: Any
) -> None:
    """30 §8.10; a model that fails leaves the question as it is."""
    world.ports.catalog.default_chat = "scripted"
    model.answers = ["flour\nwater", None]
    fields = {"question": "Mehl", "cross_languages": ["English", "French"]}
    found = ask(api, parsed[0], **fields)["data"]["chunks"]
    assert found[0]["content"] == "Bread needs flour and water."
    assert found[0]["term_similarity"] == pytest.approx(1.0)
    assert "English, French" in model.calls[0][0].content
    assert ask(api, parsed[0], **fields) == ask(api, parsed[0], question="Mehl")


def test_the_external_api_filters_only_when_asked_to(api: Any, library: str) -> None:
    """30 §7; trap 56."""

    def titles(**fields: Any) -> str:
        body = {"knowledge_id": library, "query": "ship", **fields}
        reply = api("POST", "/dify/retrieval", json=body)
        assert reply.keys() == {"records"}
        return "".join(sorted({record["title"][0] for record in reply["records"]}))

    assert titles() == titles(metadata_condition=None) == titles(use_kg=False) == "abcd"
    assert titles(metadata_condition=condition(("year", "=", 1936))) == "b"
    assert titles(metadata_condition=condition(("year", "=", 1))) == ""
    assert titles(retrieval_setting={"score_threshold": 2}) == ""
    assert len(titles(retrieval_setting={"top_k": 1})) == 1


def test_the_external_api_answers_its_errors_with_http_statuses(api: Any, dataset_id: str) -> None:
    body = {"knowledge_id": dataset_id, "query": "ship"}
    empty = api.raw("POST", "/dify/retrieval", json=body)
    assert (empty.status_code, empty.json()) == (
        404,
        {"code": 404, "message": "No chunk found! Check the chunk status please!"},
    )
    broken = api.raw("POST", "/dify/retrieval", json={**body, "retrieval_setting": {"top_k": "x"}})
    assert (broken.status_code, broken.json()["code"]) == (500, 500)


def test_a_filter_that_is_no_object_filters_nothing_away_silently(api: Any, parsed: Any) -> None:
    body = {"question": "ships", "dataset_ids": [parsed[0]], "metadata_condition": "x"}
    assert api("POST", "/retrieval", json=body)["code"] == 102
