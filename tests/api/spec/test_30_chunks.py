"""30 §1 to §5: the forms of chunks and the order of checks, where no other test proves them."""

from __future__ import annotations

from typing import Any

import pytest

NAMES = ("document_name", "document_keyword", "docnm_kwd")
EVERYWHERE = {"id", "content", "document_id", "dataset_id", "available", "doc_type", *NAMES}


@pytest.fixture
def path(parsed: tuple[str, str]) -> str:
    return "/datasets/{}/documents/{}/chunks".format(*parsed)


def forms(api: Any, parsed: tuple[str, str], path: str) -> dict[str, dict[str, Any]]:
    """Return one chunk, which carries a picture, in each of its forms."""
    content = "pictured: a ship"
    listed = next(c for c in api.data("GET", path)["chunks"] if c["content"] == content)
    body = {"question": content, "dataset_ids": [parsed[0]], "similarity_threshold": 0}
    found = next(
        c for c in api.data("POST", "/retrieval", json=body)["chunks"] if c["content"] == content
    )
    chat_id = api.chat(dataset_ids=[parsed[0]])
    session_id = api.session(chat_id)
    body = {"question": content, "session_id": session_id, "stream": False}
    answer = api.data("POST", f"/chats/{chat_id}/completions", json=body)
    cited = next(c for c in answer["reference"]["chunks"] if c["content"] == content)
    (session,) = api.data("GET", f"/chats/{chat_id}/sessions")
    kept = next(c for c in session["messages"][-1]["reference"] if c["content"] == content)
    added = api.data("POST", path, json={"content": "new"})["chunk"]
    return {"added": added, "listed": listed, "found": found, "cited": cited, "kept": kept}


def test_every_form_of_a_chunk_has_all_names(api: Any, parsed: tuple[str, str], path: str) -> None:
    """Trap 13 and 15: what only one form was documented with, each form sends."""
    found = forms(api, parsed, path)
    for form, chunk in found.items():
        assert chunk.keys() >= EVERYWHERE, form
        assert {chunk[name] for name in NAMES} == {"notes.txt"}
        assert chunk["doc_type"] == chunk["doc_type_kwd"] == ("" if form == "added" else "image")
        assert chunk["available"] is True
    pictured = [found[form] for form in ("listed", "found", "cited", "kept")]
    assert {each["image_id"] for each in pictured} == {f"{parsed[0]}-{pictured[0]['id']}"}
    assert [each["positions"] for each in pictured] == [[[3, 2, 2, 2, 2]]] * 4
    assert {"important_keywords", "questions"} <= found["listed"].keys() & found["found"].keys()
    assert {"create_time", "create_timestamp"} <= found["added"].keys()
    scores = {"similarity", "vector_similarity", "term_similarity"}
    assert all(scores <= found[form].keys() for form in ("found", "cited"))
    assert scores.isdisjoint(found["listed"])


def test_a_new_chunk_is_checked_in_the_order_of_the_contract(
    api: Any, parsed: tuple[str, str], path: str
) -> None:
    for place, body, message in (
        ("/datasets/x/documents/y/chunks", {}, "You don't own the dataset x."),
        (f"/datasets/{parsed[0]}/documents/y/chunks", {}, "You don't own the document y."),
        (path, {"content": " ", "questions": "x"}, "`content` is required"),
        (
            path,
            {"content": "a", "important_keywords": None, "questions": None},
            "`important_keywords` is required to be a list",
        ),
        (path, {"content": "a", "questions": None}, "`questions` is required to be a list"),
    ):
        assert api("POST", place, json=body) == {"code": 102, "message": message}


def test_a_changed_chunk_is_looked_for_before_its_dataset_and_document(
    api: Any, stranger: Any, parsed: tuple[str, str], path: str
) -> None:
    chunk_id = api.data("GET", path)["chunks"][0]["id"]

    def refusal(caller: Any, dataset_id: str, document_id: str, chunk: str) -> str:
        place = f"/datasets/{dataset_id}/documents/{document_id}/chunks/{chunk}"
        reply = caller("PUT", place, json={"content": None})
        assert reply["code"] == 102
        return str(reply["message"])

    assert refusal(api, "x", "y", "z") == "Can't find this chunk z"
    assert refusal(api, "x", "y", chunk_id) == "You don't own the dataset x."
    assert refusal(api, parsed[0], "y", "z") == "Can't find this chunk z"
    assert refusal(api, parsed[0], "y", chunk_id) == "You don't own the document y."
    # what others have is as if it were not there
    assert refusal(stranger, *parsed, chunk_id) == f"Can't find this chunk {chunk_id}"


def test_a_switch_is_a_whole_number_or_a_boolean(api: Any, path: str) -> None:
    chunk_id = api.data("GET", path)["chunks"][0]["id"]
    for value, available in ((False, False), (True, True), (0, False), (1, True), ("0", False)):
        assert api("PUT", f"{path}/{chunk_id}", json={"available": value}) == {"code": 0}
        chunk = api.data("GET", path, params={"id": chunk_id})["chunks"][0]
        assert chunk["available"] is available
    for value in ("true", None, [1]):
        assert api("PUT", f"{path}/{chunk_id}", json={"available": value})["code"] == 100


def test_a_chunk_is_listed_only_under_its_document(api: Any, parsed: tuple[str, str]) -> None:
    """Trap 60."""
    (other,) = api.upload(parsed[0], other__txt="x")
    path = f"/datasets/{parsed[0]}/documents"
    chunk_id = api.data("GET", f"{path}/{parsed[1]}/chunks")["chunks"][0]["id"]
    reply = api("GET", f"{path}/{other}/chunks", params={"id": chunk_id})
    assert reply == {"code": 404, "message": f"Chunk not found: {parsed[0]}/{chunk_id}"}


def test_a_document_without_chunks_lists_none(api: Any, dataset_id: str) -> None:
    (document_id,) = api.upload(dataset_id, a__txt="x")
    path = f"/datasets/{dataset_id}/documents/{document_id}/chunks"
    for params in ({}, {"keywords": "x"}, {"page": 3}):
        data = api.data("GET", path, params=params)
        assert (data["total"], data["chunks"]) == (0, [])
        assert data["doc"]["run"] == "UNSTART"


def test_keywords_cut_a_text_to_the_sentences_that_match(api: Any, path: str) -> None:
    text = "Flour is white. Nobody came. Nothing moved. They ate flour."
    api.data("POST", path, json={"content": text})
    listed = api.data("GET", path, params={"keywords": "flour"})
    assert listed["total"] == 2
    excerpts = {chunk["content"] for chunk in listed["chunks"]}
    assert excerpts == {
        "Bread needs <em>flour</em> and water.",
        "<em>Flour</em> is white....They ate <em>flour</em>.",
    }
    pages = [
        api.data("GET", path, params={"keywords": "flour", "page": page, "page_size": 1})
        for page in (0, 1, 2, 3)
    ]
    assert [page["total"] for page in pages] == [2, 2, 2, 2]
    assert [[c["id"] for c in page["chunks"]] for page in pages] == [
        [listed["chunks"][0]["id"]],
        [listed["chunks"][0]["id"]],
        [listed["chunks"][1]["id"]],
        [],
    ]


@pytest.mark.parametrize(
    ("content", "stored"),
    [
        ("Why?\tBecause.", "Question: Why?\tAnswer: Because."),
        ("Why?\nBecause.", "Question: Why?\tAnswer: Because."),
        ("Question: Why?\tAnswer: Because.", "Question: Why?\tAnswer: Because."),
        ("Why?\n\t\nBecause.\n", "Question: Why?\tAnswer: Because."),
        ("Why?", None),
        ("Why?\tB", None),
        ("Why?\tBecause.\tAnd so.", None),
    ],
)
def test_a_pair_of_question_and_answer(
    api: Any, path: str, content: str, stored: str | None
) -> None:
    api.data("PUT", path.removesuffix("/chunks"), json={"chunk_method": "qa"})
    chunk_id = api.data("POST", path, json={"content": "first"})["chunk"]["id"]
    reply = api("PUT", f"{path}/{chunk_id}", json={"content": content})
    if stored is None:
        refusal = {"code": 102, "message": "Q&A must be separated by TAB/ENTER key."}
        assert reply == refusal
    (chunk,) = api.data("GET", path)["chunks"]
    assert (chunk["id"], chunk["content"]) == (chunk_id, stored or "first")


def test_counters_follow_chunks(api: Any, parsed: tuple[str, str], path: str) -> None:
    def counters() -> tuple[int, int, int, int]:
        document = api.document(*parsed)
        (dataset,) = api.data("GET", "/datasets")
        return (
            document["chunk_count"],
            document["token_count"],
            dataset["chunk_count"],
            dataset["token_num"],
        )

    chunks, tokens, *of_dataset = counters()
    assert of_dataset == [chunks, tokens]
    chunk_id = api.data("POST", path, json={"content": "one more chunk"})["chunk"]["id"]
    assert counters()[0] == counters()[2] == chunks + 1
    assert counters()[1] == counters()[3] > tokens
    api.data("DELETE", path, json={"chunk_ids": [chunk_id]})
    assert counters() == (chunks, tokens, chunks, tokens)
    api.data("DELETE", path, json={"chunk_ids": None})
    assert counters() == (0, 0, 0, 0)
