"""Assistants in the flat form that clients since 0.25 know, and aliases of their routes."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def at(api: Any) -> Any:
    """Call a path under the prefix of a level."""

    def call(prefix: str, method: str, path: str, **options: Any) -> Any:
        return api.under(prefix)(method, path, **options)

    return call


@pytest.fixture
def flat(at: Any, parsed: Any) -> Any:
    """Return an assistant that was made in the flat form."""
    body = {
        "name": "guide",
        "icon": "icon.png",
        "dataset_ids": [parsed[0]],
        "llm_id": "extractive",
        "llm_setting": {"temperature": 0.3},
        "prompt_config": {"prologue": "Ahoy!"},
        "top_n": 4,
        "similarity_threshold": 0.1,
        "vector_similarity_weight": 0.4,
    }
    return at("/v027", "POST", "/chats", json=body)["data"]


def test_a_flat_assistant_is_answered_flat(flat: Any, parsed: Any) -> None:
    assert flat["icon"] == "icon.png"
    assert (flat["dataset_ids"], flat["kb_names"]) == ([parsed[0]], ["ds"])
    assert flat["llm_id"] == "extractive"
    assert flat["llm_setting"]["temperature"] == 0.3
    assert flat["llm_setting"]["max_tokens"] == 512
    assert flat["prompt_config"]["prologue"] == "Ahoy!"
    assert "{knowledge}" in flat["prompt_config"]["system"]
    assert (flat["top_n"], flat["top_k"], flat["rerank_id"]) == (4, 1024, "")
    assert (flat["similarity_threshold"], flat["vector_similarity_weight"]) == (0.1, 0.4)
    assert not {"llm", "prompt", "avatar", "datasets"} & flat.keys()


def test_the_list_is_flat_and_counted(at: Any, flat: Any) -> None:
    at("/v027", "POST", "/chats", json={"name": "other"})
    data = at("/v027", "GET", "/chats", params={"page_size": 1, "desc": "False"})["data"]
    assert data == {"chats": [flat], "total": 2}
    found = at("/v027", "GET", "/chats", params={"keywords": "OTH"})["data"]
    assert [each["name"] for each in found["chats"]] == ["other"]


def test_older_clients_see_the_same_assistant_nested(at: Any, flat: Any) -> None:
    (seen,) = at("/v020", "GET", "/chats")["data"]
    assert seen["llm"]["model_name"] == "extractive"
    assert seen["prompt"]["opener"] == "Ahoy!"
    assert seen["prompt"]["keywords_similarity_weight"] == pytest.approx(0.6)
    assert seen["avatar"] == "icon.png"


@pytest.mark.parametrize(
    ("prefix", "fields", "is_flat"),
    [
        ("/v020", {}, False),
        ("/v020", {"top_n": 3}, True),
        ("/v027", {}, True),
        ("/v027", {"prompt": {"top_n": 3}}, False),
        ("/v027", {"avatar": "x", "top_n": 3}, False),
    ],
)
def test_the_keys_of_a_body_tell_its_form_else_the_level(
    at: Any, prefix: str, fields: Any, is_flat: bool
) -> None:
    made = at(prefix, "POST", "/chats", json={"name": "one", **fields})["data"]
    assert ("prompt_config" in made) is is_flat


def test_patch_changes_only_what_is_sent(at: Any, flat: Any) -> None:
    path = f"/chats/{flat['id']}"
    changes = {"llm_setting": {"top_p": 0.9}, "prompt_config": {"quote": False}, "top_n": 9}
    changed = at("/v027", "PATCH", path, json=changes)["data"]
    assert changed["llm_setting"] == {**flat["llm_setting"], "top_p": 0.9}
    assert changed["prompt_config"] == {**flat["prompt_config"], "quote": False}
    assert changed["top_n"] == 9
    for name in ("name", "icon", "dataset_ids", "llm_id", "vector_similarity_weight"):
        assert changed[name] == flat[name]
    assert at("/v027", "GET", path)["data"] == changed


def test_patch_can_take_all_datasets_away(at: Any, flat: Any) -> None:
    path = f"/chats/{flat['id']}"
    assert at("/v027", "PATCH", path, json={"dataset_ids": []})["data"]["dataset_ids"] == []


def test_a_weight_written_flat_ends_the_echo_of_a_nested_one(at: Any) -> None:
    prompt = {"keywords_similarity_weight": 0.7}
    made = at("/v020", "POST", "/chats", json={"name": "one", "prompt": prompt})["data"]
    path = f"/chats/{made['id']}"
    changed = at("/v027", "PATCH", path, json={"vector_similarity_weight": 0.9})["data"]
    assert changed["vector_similarity_weight"] == 0.9
    assert "keywords_similarity_weight" not in changed["prompt_config"]
    (seen,) = at("/v020", "GET", "/chats")["data"]
    assert seen["prompt"]["keywords_similarity_weight"] == pytest.approx(0.1)


def test_put_makes_an_assistant_anew_since_0_25(at: Any, flat: Any) -> None:
    put = at("/v027", "PUT", f"/chats/{flat['id']}", json={"top_k": 100})["data"]
    assert (put["id"], put["name"], put["create_time"]) == (
        flat["id"],
        "guide",
        flat["create_time"],
    )
    assert (put["top_k"], put["top_n"], put["dataset_ids"], put["icon"]) == (100, 6, [], "")
    assert put["prompt_config"]["prologue"].startswith("Hi!")


def test_put_still_merges_for_older_clients(at: Any, flat: Any) -> None:
    path = f"/chats/{flat['id']}"
    assert at("/v020", "PUT", path, json={"prompt": {"top_n": 2}}) == {"code": 0}
    changed = at("/v027", "GET", path)["data"]
    assert (changed["top_n"], changed["icon"]) == (2, "icon.png")


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_name_that_is_taken_or_empty_is_refused(at: Any, flat: Any, method: str) -> None:
    at("/v027", "POST", "/chats", json={"name": "other"})
    path = f"/chats/{flat['id']}"
    taken = at("/v027", method, path, json={"name": "OTHER"})
    assert taken["message"] == "Duplicated chat name in updating chat."
    assert at("/v027", method, path, json={"name": ""})["message"] == "`name` cannot be empty."


def test_since_0_25_deletions_of_assistants_are_counted(at: Any, flat: Any) -> None:
    assert at("/v027", "DELETE", "/chats", json={"ids": []}) == {"code": 0, "data": {}}
    deleted = at("/v027", "DELETE", "/chats", json={"ids": [flat["id"]], "delete_all": False})
    assert deleted == {"code": 0, "data": {"success_count": 1}}


def test_since_0_25_a_foreign_assistant_is_no_authorization(at: Any) -> None:
    refused = {"code": 109, "message": "no authorization"}
    calls: list[tuple[str, str, Any]] = [
        ("GET", "/chats/none", None),
        ("PATCH", "/chats/none", {"name": "x"}),
        ("PUT", "/chats/none", {"name": "x"}),
        ("POST", "/chats/none/sessions", {}),
        ("GET", "/chats/none/sessions", None),
        ("DELETE", "/chats/none/sessions", {}),
        ("POST", "/chats/none/completions", {"question": "x"}),
        ("POST", "/chat/completions", {"chat_id": "none", "question": "x"}),
    ]
    for method, path, body in calls:
        options = {} if body is None else {"json": body}
        assert at("/v025", method, path, **options) == refused, path
        assert at("/v024", method, path, **options)["code"] == 102, path


def test_one_session_comes_with_the_picture_of_its_assistant(api: Any, at: Any, flat: Any) -> None:
    session_id = api.session(flat["id"])
    path = f"/chats/{flat['id']}/sessions/{session_id}"
    assert at("/v027", "PATCH", path, json={"name": "renamed"}) == {"code": 0}
    seen = at("/v027", "GET", path)["data"]
    assert (seen["id"], seen["name"], seen["avatar"]) == (session_id, "renamed", "icon.png")
    assert [message["content"] for message in seen["messages"]] == ["Ahoy!"]
    other = at("/v027", "GET", f"/chats/{flat['id']}/sessions/none")
    assert other == {"code": 102, "message": "Session does not exist"}
