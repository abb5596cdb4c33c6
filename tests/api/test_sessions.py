"""Conversations with assistants: create, list, rename, delete."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def chat_id(api: Any, parsed: Any) -> str:
    return str(api.chat(dataset_ids=[parsed[0]]))


@pytest.fixture
def sessions(chat_id: str) -> str:
    return f"/chats/{chat_id}/sessions"


@pytest.fixture
def three(api: Any, chat_id: str) -> list[str]:
    return [api.session(chat_id, name=f"talk {n}", user_id=f"u{n % 2}") for n in range(3)]


# create


def test_a_session_begins_with_the_opener(api: Any, chat_id: str, sessions: str) -> None:
    session = api.data("POST", sessions, json={})
    assert session.keys() == {
        "id",
        "chat_id",
        "name",
        "messages",
        "user_id",
        "create_time",
        "create_date",
        "update_time",
        "update_date",
    }
    assert (session["chat_id"], session["name"], session["user_id"]) == (chat_id, "New session", "")
    opener = "Hi! I'm your assistant. What can I do for you?"
    assert session["messages"] == [{"role": "assistant", "content": opener}]


def test_a_session_may_have_a_name_that_is_used_before(api: Any, sessions: str) -> None:
    first, second = (
        api.data("POST", sessions, json={"name": "talk", "user_id": "ann"}) for _ in range(2)
    )
    assert first["id"] != second["id"]
    assert (second["name"], second["user_id"]) == ("talk", "ann")


@pytest.mark.parametrize("name", ["", "  ", None, 5])
def test_a_session_needs_a_name(api: Any, sessions: str, name: Any) -> None:
    refusal = {"code": 102, "message": "`name` can not be empty."}
    assert api("POST", sessions, json={"name": name}) == refusal


def test_an_unknown_assistant_has_no_sessions(api: Any) -> None:
    refusal = {"code": 102, "message": "You do not own the assistant."}
    assert api("POST", "/chats/nope/sessions", json={"name": "a"}) == refusal
    refusal = {"code": 102, "message": "You don't own the assistant nope."}
    assert api("GET", "/chats/nope/sessions") == refusal
    refusal = {"code": 102, "message": "You don't own the chat"}
    assert api("DELETE", "/chats/nope/sessions", json={"ids": ["a"]}) == refusal


# list


def test_listed_messages_show_what_they_cite(
    api: Any, parsed: Any, chat_id: str, sessions: str
) -> None:
    session_id = api.session(chat_id)
    body = {"question": "What does bread need?", "session_id": session_id, "stream": False}
    answer = api.data("POST", f"/chats/{chat_id}/completions", json=body)
    (session,) = api.data("GET", sessions)
    opener, question, reply = session["messages"]
    assert (opener["role"], opener["reference"]) == ("assistant", [])
    assert (question["role"], question["content"]) == ("user", "What does bread need?")
    assert "reference" not in question
    assert (reply["role"], reply["content"]) == ("assistant", answer["answer"])
    assert question["id"] == reply["id"] == answer["id"]
    assert question["created_at"] <= reply["created_at"]
    cited = reply["reference"][0]
    assert cited.keys() >= {
        "id",
        "content",
        "document_id",
        "document_name",
        "dataset_id",
        "image_id",
        "positions",
    }
    assert (cited["document_id"], cited["document_name"]) == (parsed[1], "notes.txt")
    assert "prompt" not in reply


@pytest.mark.parametrize(
    ("params", "numbers"),
    [
        ({}, [2, 1, 0]),
        ({"desc": "False"}, [0, 1, 2]),
        ({"desc": "false"}, [0, 1, 2]),
        ({"orderby": "name"}, [2, 1, 0]),
        ({"orderby": "update_time", "desc": "False"}, [0, 1, 2]),
        ({"page": 1, "page_size": 2}, [2, 1]),
        ({"page": 2, "page_size": 2}, [0]),
        ({"page": 9}, []),
        ({"page": 0, "page_size": 1}, [2]),
        ({"page_size": 0}, []),
        ({"name": "talk 1"}, [1]),
        ({"user_id": "u0"}, [2, 0]),
        ({"name": "talk 1", "user_id": "u0"}, []),
        ({"id": "nope"}, []),
        ({"name": "nope"}, []),
        ({"unknown": "x"}, [2, 1, 0]),
    ],
)
def test_sessions_are_paged_ordered_and_filtered(
    api: Any, sessions: str, three: list[str], params: Any, numbers: list[int]
) -> None:
    found = api.data("GET", sessions, params=params)
    assert [session["id"] for session in found] == [three[number] for number in numbers]


def test_a_session_is_found_by_its_id(api: Any, sessions: str, three: list[str]) -> None:
    (found,) = api.data("GET", sessions, params={"id": three[1]})
    assert found["name"] == "talk 1"


@pytest.mark.parametrize("params", [{"page": "x"}, {"page_size": "x"}, {"orderby": "x"}])
def test_unreadable_paging_of_sessions_is_an_exception(
    api: Any, sessions: str, params: Any
) -> None:
    assert api("GET", sessions, params=params)["code"] == 100


# rename


def test_a_session_is_renamed(api: Any, sessions: str, three: list[str]) -> None:
    assert api("PUT", f"{sessions}/{three[0]}", json={"name": "new"}) == {"code": 0}
    (found,) = api.data("GET", sessions, params={"id": three[0]})
    assert found["name"] == "new"


@pytest.mark.parametrize("body", [{}, {"unknown": 1}])
def test_nothing_to_rename_is_no_error(
    api: Any, sessions: str, three: list[str], body: Any
) -> None:
    assert api("PUT", f"{sessions}/{three[0]}", json=body) == {"code": 0}
    (found,) = api.data("GET", sessions, params={"id": three[0]})
    assert found["name"] == "talk 0"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"name": ""}, "`name` can not be empty."),
        ({"message": []}, "`message` can not be change"),
        ({"messages": []}, "`message` can not be change"),
        ({"reference": []}, "`reference` can not be change"),
    ],
)
def test_refusals_of_renaming(
    api: Any, sessions: str, three: list[str], body: Any, message: str
) -> None:
    refusal = {"code": 102, "message": message}
    assert api("PUT", f"{sessions}/{three[0]}", json=body) == refusal


@pytest.mark.parametrize("content", [b"", b"null"])
def test_renaming_needs_a_body(api: Any, sessions: str, three: list[str], content: bytes) -> None:
    reply = api("PUT", f"{sessions}/{three[0]}", content=content)
    assert reply["code"] == 100
    assert "NoneType" in reply["message"]


def test_a_session_of_no_such_assistant_does_not_exist(api: Any, three: list[str]) -> None:
    refusal = {"code": 102, "message": "Session does not exist"}
    assert api("PUT", f"/chats/nope/sessions/{three[0]}", json={"name": "a"}) == refusal
    other = api.chat("other")
    assert api("PUT", f"/chats/{other}/sessions/{three[0]}", json={"name": "a"}) == refusal


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
def test_without_ids_all_sessions_of_the_assistant_are_deleted(
    api: Any, sessions: str, three: list[str], options: Any
) -> None:
    other = api.chat("other")
    api.session(other)
    assert api("DELETE", sessions, **options) == {"code": 0}
    assert api.data("GET", sessions) == []
    assert len(api.data("GET", f"/chats/{other}/sessions")) == 1


@pytest.mark.parametrize("ids", [None, []])
def test_without_delete_all_newer_clients_delete_no_session(
    api: Any, sessions: str, three: list[str], ids: Any
) -> None:
    assert api("DELETE", sessions, json={"ids": ids, "delete_all": False}) == {"code": 0}
    assert len(api.data("GET", sessions)) == 3


def test_named_sessions_are_deleted(api: Any, sessions: str, three: list[str]) -> None:
    assert api("DELETE", sessions, json={"ids": three[:2]}) == {"code": 0}
    assert [each["id"] for each in api.data("GET", sessions)] == three[2:]


def test_duplicate_session_ids_count_once_and_are_told(
    api: Any, sessions: str, three: list[str]
) -> None:
    reply = api("DELETE", sessions, json={"ids": [three[0], three[0]]})
    errors = [f"Duplicate session ids: {three[0]}"]
    assert reply == {"code": 0, "data": {"success_count": 1, "errors": errors}}


def test_known_sessions_are_deleted_beside_unknown_ones(
    api: Any, sessions: str, three: list[str]
) -> None:
    reply = api("DELETE", sessions, json={"ids": [three[0], "nope"]})
    errors = ["The chat doesn't own the session nope"]
    assert reply == {"code": 0, "data": {"success_count": 1, "errors": errors}}


def test_unknown_session_ids_alone_are_refused(api: Any, sessions: str, three: list[str]) -> None:
    refusal = {"code": 102, "message": "The chat doesn't own the session nope"}
    assert api("DELETE", sessions, json={"ids": ["nope"]}) == refusal


def test_a_session_of_another_assistant_is_not_deleted(
    api: Any, sessions: str, three: list[str]
) -> None:
    other = api.chat("other")
    reply = api("DELETE", f"/chats/{other}/sessions", json={"ids": [three[0]]})
    assert reply == {
        "code": 102,
        "message": f"The chat doesn't own the session {three[0]}",
    }
    assert len(api.data("GET", sessions)) == 3
