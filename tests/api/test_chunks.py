from __future__ import annotations

import re
from typing import Any

import pytest


@pytest.fixture
def path(parsed: tuple[str, str]) -> str:
    return "/datasets/{}/documents/{}/chunks".format(*parsed)


def listed(api: Any, path: str, **params: Any) -> list[dict[str, Any]]:
    return list(api.data("GET", path, params=params)["chunks"])


def retrieved(api: Any, parsed: tuple[str, str], question: str) -> list[str]:
    body = {"question": question, "dataset_ids": [parsed[0]], "vector_similarity_weight": 0.1}
    return [chunk["content"] for chunk in api.data("POST", "/retrieval", json=body)["chunks"]]


def test_an_added_chunk_answers_its_fields_and_is_found_at_once(
    api: Any, parsed: Any, path: str
) -> None:
    body = {
        "content": "A zebra crossed the road.",
        "important_keywords": ["animal"],
        "questions": [" who crossed? ", ""],
    }
    chunk = api.data("POST", path, json=body)["chunk"]
    assert re.fullmatch("[0-9a-f]{16}", chunk["id"])
    assert chunk["content"] == body["content"]
    assert chunk["document_id"] == parsed[1]
    assert chunk["dataset_id"] == parsed[0]
    assert chunk["important_keywords"] == ["animal"]
    assert chunk["questions"] == ["who crossed?"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", chunk["create_time"])
    assert isinstance(chunk["create_timestamp"], float)
    assert retrieved(api, parsed, "zebra")[0] == body["content"]
    assert api.document(*parsed)["chunk_count"] == 4


def test_a_chunk_can_be_added_to_a_document_that_was_never_parsed(
    api: Any, dataset_id: str
) -> None:
    (document_id,) = api.upload(dataset_id, a__txt="text")
    path = f"/datasets/{dataset_id}/documents/{document_id}/chunks"
    api.data("POST", path, json={"content": "alone"})
    (chunk,) = listed(api, path)
    assert chunk["positions"] == [[1, 0, 0, 0, 0]]
    assert api.data("GET", "/datasets")[0]["chunk_count"] == 1


def test_the_same_content_again_replaces_its_chunk(api: Any, parsed: Any, path: str) -> None:
    first = api.data("POST", path, json={"content": "twice"})["chunk"]
    second = api.data("POST", path, json={"content": "twice", "questions": ["q"]})["chunk"]
    assert first["id"] == second["id"]
    assert [c["questions"] for c in listed(api, path) if c["content"] == "twice"] == [["q"]]
    assert len(listed(api, path)) == 4


def test_each_addition_counts_until_a_deletion_sets_the_counter_right(
    api: Any, parsed: Any, path: str
) -> None:
    before = api.document(*parsed)["chunk_count"]
    for _ in range(2):
        chunk = api.data("POST", path, json={"content": "twice"})["chunk"]
    assert api.document(*parsed)["chunk_count"] == before + 2
    api.data("DELETE", path, json={"chunk_ids": [chunk["id"]]})
    assert api.document(*parsed)["chunk_count"] == len(listed(api, path)) == before


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({}, 102, "`content` is required"),
        ({"content": " \n"}, 102, "`content` is required"),
        ({"content": None}, 100, "unsupported operand type(s) for +: 'NoneType' and 'str'"),
        ({"content": 1}, 100, "unsupported operand type(s) for +: 'int' and 'str'"),
        (
            {"content": "a", "important_keywords": "b"},
            102,
            "`important_keywords` is required to be a list",
        ),
        ({"content": "a", "questions": "b"}, 102, "`questions` is required to be a list"),
        (
            {"content": "a", "questions": [1]},
            100,
            "TypeError('sequence item 0: expected str instance, int found')",
        ),
    ],
)
def test_the_fields_of_a_new_chunk_are_checked(
    api: Any, path: str, body: Any, code: int, message: str
) -> None:
    reply = api("POST", path, json=body)
    assert reply["code"] == code
    assert message in reply["message"]


def test_chunks_are_listed_in_reading_order_with_their_document(
    api: Any, parsed: Any, path: str
) -> None:
    data = api.data("GET", path)
    assert data["total"] == 3
    assert data["doc"] == api.document(*parsed)
    first, second, third = data["chunks"]
    assert first["content"].startswith("The lighthouse")
    assert first["docnm_kwd"] == first["document_name"] == "notes.txt"
    assert first["available"] is True
    assert (first["image_id"], first["doc_type"]) == ("", "")
    assert [each["positions"] for each in (first, second)] == [
        [[1, 0, 0, 0, 0]],
        [[2, 1, 1, 1, 1]],
    ]
    assert third["image_id"] == f"{parsed[0]}-{third['id']}"


def test_boxes_become_positions_of_five_integers(world: Any, api: Any, dataset_id: str) -> None:
    (document_id,) = api.upload(dataset_id, a__txt="boxed text")
    api.data("POST", f"/datasets/{dataset_id}/chunks", json={"document_ids": [document_id]})
    world.work()
    (chunk,) = listed(api, f"/datasets/{dataset_id}/documents/{document_id}/chunks")
    assert chunk["positions"] == [[1, 10, 21, 30, 40]]


@pytest.mark.parametrize(
    ("params", "numbers"),
    [
        ({"page": 1, "page_size": 2}, [0, 1]),
        ({"page": 2, "page_size": 2}, [2]),
        ({"page": 0, "page_size": 2}, [0, 1]),
        ({"page": 5, "page_size": 2}, []),
        ({"page_size": 0}, [0, 1, 2]),
    ],
)
def test_chunks_are_paged(api: Any, path: str, params: Any, numbers: list[int]) -> None:
    found = listed(api, path, **params)
    assert [chunk["positions"][0][1] for chunk in found] == numbers
    assert api("GET", path, params={"page": "a"})["code"] == 100


def test_a_keyword_lists_the_matching_chunks_as_marked_excerpts(api: Any, path: str) -> None:
    (chunk,) = listed(api, path, keywords="flour")
    assert chunk["content"] == "Bread needs <em>flour</em> and water."
    assert api.data("GET", path, params={"keywords": "nothinglikeit"})["total"] == 0


def test_a_keyword_finds_chunks_that_are_switched_off_too(api: Any, path: str) -> None:
    (chunk,) = listed(api, path, keywords="flour")
    api.data("PUT", f"{path}/{chunk['id']}", json={"available": False})
    (again,) = listed(api, path, keywords="flour")
    assert (again["id"], again["available"]) == (chunk["id"], False)


def test_one_chunk_is_listed_by_its_id(api: Any, parsed: Any, path: str) -> None:
    wanted = listed(api, path)[1]
    data = api.data("GET", path, params={"id": wanted["id"]})
    assert (data["total"], data["chunks"]) == (1, [wanted])
    reply = api("GET", path, params={"id": "nothing"})
    assert reply == {"code": 404, "message": f"Chunk not found: {parsed[0]}/nothing"}


def test_a_changed_chunk_keeps_its_id_and_is_found_by_its_new_text(
    api: Any, parsed: Any, path: str
) -> None:
    chunk = listed(api, path)[0]
    body = {"content": "Now about a giraffe.", "important_keywords": ["neck"]}
    assert api("PUT", f"{path}/{chunk['id']}", json=body) == {"code": 0}
    changed = listed(api, path)[0]
    assert changed == {**chunk, **body}
    assert retrieved(api, parsed, "giraffe")[0] == body["content"]
    assert "lighthouse" not in " ".join(retrieved(api, parsed, "lighthouse keeper"))


def test_a_changed_text_no_longer_says_which_words_stand_in_which_box(
    world: Any, api: Any, dataset_id: str
) -> None:
    (document_id,) = api.upload(dataset_id, a__txt="boxed text")
    api.data("POST", f"/datasets/{dataset_id}/chunks", json={"document_ids": [document_id]})
    world.work()
    path = f"/datasets/{dataset_id}/documents/{document_id}/chunks"
    (chunk,) = listed(api, path)

    def box_spans(**changes: Any) -> int:
        assert api("PUT", f"{path}/{chunk['id']}", json=changes) == {"code": 0}
        with world.ports.database.reading() as unit:
            return len(unit.chunks.get(document_id, chunk["id"]).box_spans)

    assert box_spans(important_keywords=["box"]) == 1
    assert box_spans(content="another text") == 0


def test_nothing_to_change_is_allowed_and_unknown_keys_are_ignored(api: Any, path: str) -> None:
    before = listed(api, path)
    for body in ({}, {"unknown": 1}):
        assert api("PUT", f"{path}/{before[0]['id']}", json=body) == {"code": 0}
    assert listed(api, path) == before


def test_newer_clients_may_patch_chunks_and_documents(api: Any, path: str) -> None:
    assert (
        api("PATCH", f"{path}/{listed(api, path)[0]['id']}", json={"content": "new"})["code"] == 0
    )
    assert listed(api, path)[0]["content"] == "new"
    document = api.data("PATCH", path.removesuffix("/chunks"), json={"name": "b.txt"})
    assert document["name"] == "b.txt"


@pytest.mark.parametrize("value", [False, 0])
def test_a_chunk_that_is_switched_off_is_not_found(
    api: Any, parsed: Any, path: str, value: Any
) -> None:
    chunk = listed(api, path)[0]
    api.data("PUT", f"{path}/{chunk['id']}", json={"available": value})
    assert chunk["content"] not in retrieved(api, parsed, "lighthouse keeper")
    assert listed(api, path)[0]["available"] is False


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"content": None}, 100, "unsupported operand"),
        ({"important_keywords": "a"}, 102, "`important_keywords` should be a list"),
        ({"questions": 1}, 102, "`questions` should be a list"),
        ({"questions": [1]}, 100, "expected str instance, int found"),
    ],
)
def test_changes_of_a_chunk_are_checked(
    api: Any, path: str, body: Any, code: int, message: str
) -> None:
    reply = api("PUT", f"{path}/{listed(api, path)[0]['id']}", json=body)
    assert reply["code"] == code
    assert message in reply["message"]


def test_a_change_of_an_unknown_chunk_or_through_another_document_is_refused(
    api: Any, parsed: Any, path: str
) -> None:
    assert api("PUT", f"{path}/nothing", json={}) == {
        "code": 102,
        "message": "Can't find this chunk nothing",
    }
    chunk_id = listed(api, path)[0]["id"]
    other = f"/datasets/{parsed[0]}/documents/nothing/chunks/{chunk_id}"
    assert api("PUT", other, json={})["message"] == "You don't own the document nothing."


def test_a_question_and_answer_chunk_needs_both(api: Any, parsed: Any, path: str) -> None:
    api.data("PUT", path.removesuffix("/chunks"), json={"chunk_method": "qa"})
    chunk = api.data("POST", path, json={"content": "anything"})["chunk"]
    refused = api("PUT", f"{path}/{chunk['id']}", json={"content": "only one part"})
    assert refused == {"code": 102, "message": "Q&A must be separated by TAB/ENTER key."}
    assert api("PUT", f"{path}/{chunk['id']}", json={"content": "Why?\tBecause."})["code"] == 0
    (stored,) = listed(api, path)
    assert stored["content"] == "Question: Why?\tAnswer: Because."


@pytest.mark.parametrize("body", [None, {}, {"chunk_ids": None}, {"chunk_ids": []}])
def test_a_deletion_that_names_no_chunk_deletes_all(
    world: Any, api: Any, parsed: Any, path: str, body: Any
) -> None:
    assert api("DELETE", path, json=body) == {"code": 0}
    assert listed(api, path) == []
    assert world.ports.engine.count((parsed[0],)) == 0
    document = api.document(*parsed)
    assert (document["chunk_count"], document["token_count"]) == (0, 0)


def test_known_chunks_are_deleted_before_unknown_ones_are_reported(
    api: Any, parsed: Any, path: str
) -> None:
    first, second, _ = (chunk["id"] for chunk in listed(api, path))
    assert api("DELETE", path, json={"chunk_ids": [first, "x"]}) == {
        "code": 102,
        "message": "rm_chunk deleted chunks 1, expect 2",
    }
    assert api("DELETE", path, json={"chunk_ids": [second, second]}) == {
        "code": 0,
        "data": {"success_count": 1, "errors": [f"Duplicate chunk ids: {second}"]},
    }
    assert len(listed(api, path)) == api.document(*parsed)["chunk_count"] == 1


@pytest.mark.parametrize("prefix", ["/v1/document/image", "/api/v1/images"])
def test_the_picture_of_a_chunk_can_be_fetched_with_a_key(
    world: Any, api: Any, stranger: Any, path: str, prefix: str
) -> None:
    image_id = listed(api, path)[2]["image_id"]
    headers = {"Authorization": f"Bearer {api.key}"}
    response = world.client.get(f"{prefix}/{image_id}", headers=headers)
    assert response.headers["content-type"] == "image/png"
    assert response.content.startswith(b"\x89PNG")
    foreign = {"Authorization": f"Bearer {stranger.key}"}
    refused = world.client.get(f"{prefix}/{image_id}", headers=foreign).json()
    assert refused == {"code": 102, "message": "Image not found."}
    assert world.client.get(f"{prefix}/{image_id}").json()["data"] is False


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_unknown_datasets_and_documents_are_not_owned(api: Any, parsed: Any, method: str) -> None:
    body = {"json": {"content": "a"}} if method == "POST" else {}
    reply = api(method, f"/datasets/x/documents/{parsed[1]}/chunks", **body)
    assert reply == {"code": 102, "message": "You don't own the dataset x."}
    reply = api(method, f"/datasets/{parsed[0]}/documents/y/chunks", **body)
    assert reply == {"code": 102, "message": "You don't own the document y."}


def test_a_deletion_in_an_unknown_document_is_a_lookup_error(api: Any, parsed: Any) -> None:
    reply = api("DELETE", f"/datasets/{parsed[0]}/documents/y/chunks", json={})
    assert reply["code"] == 100
    assert reply["message"] == 'LookupError("Can\'t find the document with ID y!")'
