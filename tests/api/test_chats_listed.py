"""Chat assistants: list and delete."""

from __future__ import annotations

from typing import Any

import pytest


def listed(api: Any, chat_id: str) -> Any:
    (chat,) = api.data("GET", "/chats", params={"id": chat_id})
    return chat


@pytest.fixture
def chat_id(api: Any, parsed: Any) -> str:
    return str(api.chat(dataset_ids=[parsed[0]]))


@pytest.fixture
def three(api: Any) -> list[str]:
    return [api.chat(f"chat {number}") for number in range(3)]


# list


def test_a_listed_assistant_shows_its_datasets(api: Any, parsed: Any, chat_id: str) -> None:
    chat = listed(api, chat_id)
    assert chat.keys() >= {"id", "tenant_id", "name", "llm", "prompt", "datasets", "top_k"}
    assert chat["top_k"] == 1024
    (dataset,) = chat["datasets"]
    assert dataset["id"] == parsed[0]
    assert (dataset["name"], dataset["parser_id"]) == ("ds", "naive")
    assert (dataset["embd_id"], dataset["chunk_num"], dataset["doc_num"]) == (
        "hashing@Builtin",
        3,
        1,
    )


def test_a_deleted_dataset_is_skipped(api: Any, parsed: Any, chat_id: str) -> None:
    api.data("DELETE", "/datasets", json={"ids": [parsed[0]]})
    assert listed(api, chat_id)["datasets"] == []


def test_a_dataset_that_was_closed_to_the_caller_is_skipped(
    api: Any, teammate: Any, parsed: Any
) -> None:
    api.data("PUT", f"/datasets/{parsed[0]}", json={"permission": "team"})
    theirs = teammate.chat(dataset_ids=[parsed[0]])
    assert len(listed(teammate, theirs)["datasets"]) == 1
    api.data("PUT", f"/datasets/{parsed[0]}", json={"permission": "me"})
    assert listed(teammate, theirs)["datasets"] == []


def test_without_assistants_the_list_is_empty(api: Any) -> None:
    assert api("GET", "/chats") == {"code": 0, "data": []}


@pytest.mark.parametrize(
    ("params", "names"),
    [
        ({}, [2, 1, 0]),
        ({"desc": "true"}, [2, 1, 0]),
        ({"desc": "False"}, [0, 1, 2]),
        ({"desc": "false"}, [0, 1, 2]),
        ({"orderby": "name", "desc": "False"}, [0, 1, 2]),
        ({"orderby": "update_time"}, [2, 1, 0]),
        ({"page": 1, "page_size": 2}, [2, 1]),
        ({"page": 2, "page_size": 2}, [0]),
        ({"page": 3, "page_size": 2}, []),
        ({"page": 0, "page_size": 2}, [2, 1]),
        ({"page_size": 0}, []),
        ({"name": "CHAT 1"}, [1]),
        ({"id": "", "name": ""}, [2, 1, 0]),
        ({"unknown": "x"}, [2, 1, 0]),
    ],
)
def test_pages_orders_and_filters(
    api: Any, three: list[str], params: Any, names: list[int]
) -> None:
    chats = api.data("GET", "/chats", params=params)
    assert [chat["id"] for chat in chats] == [three[number] for number in names]


@pytest.mark.parametrize("params", [{"page": "x"}, {"page_size": "x"}, {"orderby": "x"}])
def test_unreadable_paging_is_an_exception(api: Any, three: list[str], params: Any) -> None:
    assert api("GET", "/chats", params=params)["code"] == 100


@pytest.mark.parametrize("params", [{"id": "nope"}, {"name": "nope"}])
def test_an_assistant_that_is_not_there_is_told(api: Any, three: list[str], params: Any) -> None:
    refusal = {"code": 102, "message": "The chat doesn't exist"}
    assert api("GET", "/chats", params=params) == refusal


def test_id_and_name_must_both_match(api: Any, three: list[str]) -> None:
    params = {"id": three[0], "name": "chat 1"}
    assert api("GET", "/chats", params=params)["message"] == "The chat doesn't exist"


# delete


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"json": None},
        {"json": {}},
        {"json": {"ids": None}},
        {"json": {"ids": []}},
        {"json": {"delete_all": True}},
    ],
)
def test_without_ids_all_own_assistants_are_deleted(
    api: Any, stranger: Any, three: list[str], options: Any
) -> None:
    kept = stranger.chat()
    assert api("DELETE", "/chats", **options) == {"code": 0}
    assert api.data("GET", "/chats") == []
    assert [chat["id"] for chat in stranger.data("GET", "/chats")] == [kept]


@pytest.mark.parametrize("ids", [None, []])
def test_without_delete_all_newer_clients_delete_nothing(
    api: Any, three: list[str], ids: Any
) -> None:
    assert api("DELETE", "/chats", json={"ids": ids, "delete_all": False}) == {"code": 0}
    assert len(api.data("GET", "/chats")) == 3


def test_named_assistants_are_deleted(api: Any, three: list[str]) -> None:
    assert api("DELETE", "/chats", json={"ids": three[:2]}) == {"code": 0}
    assert [chat["id"] for chat in api.data("GET", "/chats")] == three[2:]


def test_duplicate_ids_count_once_and_are_told(api: Any, three: list[str]) -> None:
    reply = api("DELETE", "/chats", json={"ids": [three[0], three[0]]})
    errors = [f"Duplicate assistant ids: {three[0]}"]
    assert reply == {"code": 0, "data": {"success_count": 1, "errors": errors}}


def test_known_assistants_are_deleted_beside_unknown_ones(api: Any, three: list[str]) -> None:
    reply = api("DELETE", "/chats", json={"ids": [three[0], "nope"]})
    errors = ["Assistant(nope) not found."]
    assert reply == {"code": 0, "data": {"success_count": 1, "errors": errors}}
    assert len(api.data("GET", "/chats")) == 2


def test_unknown_ids_alone_are_refused(api: Any, three: list[str]) -> None:
    reply = api("DELETE", "/chats", json={"ids": ["a", "b"]})
    assert reply == {"code": 102, "message": "Assistant(a) not found.; Assistant(b) not found."}


def test_a_deleted_assistant_is_nobodys(api: Any, chat_id: str) -> None:
    session_id = api.session(chat_id)
    api.data("DELETE", "/chats", json={"ids": [chat_id]})

    def message(method: str, path: str, body: Any = None) -> str:
        reply = api(method, path, json=body or {})
        assert reply["code"] == 102
        return str(reply["message"])

    assert message("PUT", f"/chats/{chat_id}") == "You do not own the chat"
    assert message("POST", f"/chats/{chat_id}/sessions") == "You do not own the assistant."
    path = f"/chats/{chat_id}/sessions"
    assert message("GET", path) == f"You don't own the assistant {chat_id}."
    assert message("PUT", f"{path}/{session_id}") == "You do not own the session"
    assert message("DELETE", path) == "You don't own the chat"
    asked = {"question": "x", "session_id": session_id}
    path = f"/chats/{chat_id}/completions"
    assert message("POST", path, asked) == f"You don't own the chat {chat_id}"
    asked = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
    path = f"/chats_openai/{chat_id}/chat/completions"
    assert message("POST", path, asked) == f"You don't own the chat {chat_id}"
    refusal = {"code": 102, "message": f"Assistant({chat_id}) not found."}
    assert api("DELETE", "/chats", json={"ids": [chat_id]}) == refusal


def test_a_deleted_assistant_frees_its_name(api: Any, chat_id: str) -> None:
    api.data("DELETE", "/chats", json={"ids": [chat_id]})
    assert api.chat("guide") != chat_id
