"""Assistants that are embedded in pages, as they go over the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest

OPENER = "Hi! I'm your assistant. What can I do for you?"
QUESTION = "What does bread need?"
END = {"code": 0, "message": "", "data": True}


@pytest.fixture
def chat_id(api: Any, parsed: Any) -> str:
    return str(api.chat(dataset_ids=[parsed[0]]))


@pytest.fixture
def path(chat_id: str) -> str:
    return f"/chatbots/{chat_id}/completions"


def begin(caller: Any, path: str, **fields: Any) -> str:
    opener, end = caller.embed.stream(path, **fields)
    assert end == END
    return str(opener["data"]["session_id"])


def messages(world: Any, session_id: str) -> list[str]:
    with world.ports.database.reading() as unit:
        return [each.content for each in unit.sessions.messages([session_id])[session_id]]


# without a session


def test_without_a_session_the_stream_is_the_opener_byte_for_byte(api: Any, path: str) -> None:
    response = api.embed.raw("POST", path, json={"question": QUESTION})
    session_id = json.loads(response.text.split("\n\n")[0].removeprefix("data:"))["data"][
        "session_id"
    ]
    data = {
        "answer": OPENER,
        "reference": {},
        "audio_binary": None,
        "id": None,
        "session_id": session_id,
    }
    opener = json.dumps({"code": 0, "message": "", "data": data})
    assert response.text == f'data:{opener}\n\ndata:{{"code": 0, "message": "", "data": true}}\n\n'
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"


def test_without_a_session_and_a_stream_the_data_is_the_text_of_the_frame(
    world: Any, api: Any, path: str
) -> None:
    reply = api.embed("POST", path, json={"stream": False})
    assert reply.keys() == {"code", "data"}
    text = reply["data"]
    assert text.startswith("data:{")
    assert text.endswith("}\n\n")
    opener = json.loads(text.removeprefix("data:"))
    assert opener["data"]["answer"] == OPENER
    assert messages(world, opener["data"]["session_id"]) == [OPENER]


def test_a_conversation_keeps_who_holds_it(world: Any, api: Any, path: str) -> None:
    session_id = begin(api, path, user_id="visitor-7")
    with world.ports.database.reading() as unit:
        assert unit.sessions.get(session_id).user_id == "visitor-7"


# with a session


def test_every_frame_has_an_empty_message_and_the_stream_ends_with_true(
    world: Any, api: Any, path: str
) -> None:
    session_id = begin(api, path)
    response = api.embed.raw("POST", path, json={"question": QUESTION, "session_id": session_id})
    *texts, rest = response.text.split("\n\n")
    assert rest == ""
    assert all(text.startswith('data:{"code": 0, "message": "", "data": ') for text in texts)
    assert texts[-1] == 'data:{"code": 0, "message": "", "data": true}'
    last = json.loads(texts[-2].removeprefix("data:"))["data"]
    assert last["session_id"] == session_id
    assert last["answer"] == "Bread needs flour and water."
    assert messages(world, session_id) == [OPENER, QUESTION, last["answer"]]


def test_nothing_is_quoted_unless_asked_for(api: Any, parsed: Any, path: str) -> None:
    session_id = begin(api, path)
    ask = {"question": QUESTION, "session_id": session_id}
    *_, plain, _ = api.embed.stream(path, **ask)
    assert (plain["data"]["answer"], plain["data"]["reference"]) == (
        "Bread needs flour and water.",
        {},
    )
    *_, quoted, _ = api.embed.stream(path, quote=True, **ask)
    assert quoted["data"]["answer"] == "Bread needs flour and water. [ID:0]"
    assert quoted["data"]["reference"]["chunks"][0]["dataset_id"] == parsed[0]


def test_without_a_stream_the_data_is_the_whole_answer(api: Any, path: str) -> None:
    session_id = begin(api, path)
    body = {"question": QUESTION, "session_id": session_id, "stream": False}
    reply = api.embed("POST", path, json=body)
    assert reply.keys() == {"code", "data"}
    assert reply["data"]["answer"] == "Bread needs flour and water."
    assert reply["data"]["session_id"] == session_id


def test_a_failing_model_ends_the_stream_with_an_error(api: Any, parsed: Any, model: Any) -> None:
    llm = {"model_name": "scripted"}
    path = f"/chatbots/{api.chat('s', dataset_ids=[parsed[0]], llm=llm)}/completions"
    model.answers = [None]
    error, end = api.embed.stream(path, question=QUESTION, session_id=begin(api, path))
    assert error["code"] == 500
    assert error["data"]["answer"] == f"**ERROR**: {error['message']}"
    assert end == END


# what is refused


def test_embedded_and_other_conversations_do_not_see_each_other(
    api: Any, chat_id: str, path: str
) -> None:
    embedded, ours = begin(api, path), api.session(chat_id)
    listed = api.data("GET", f"/chats/{chat_id}/sessions")
    assert [session["id"] for session in listed] == [ours]
    ask = {"question": QUESTION}
    assert api.embed("POST", path, json={**ask, "session_id": ours}) == {
        "code": 102,
        "message": f"You don't own the session {ours}",
    }
    assert api("POST", f"/chats/{chat_id}/completions", json={**ask, "session_id": embedded}) == {
        "code": 102,
        "message": f"You don't own the session {embedded}",
    }
    renamed = api("PUT", f"/chats/{chat_id}/sessions/{embedded}", json={"name": "x"})
    assert renamed == {"code": 102, "message": "Session does not exist"}
    api.data("DELETE", f"/chats/{chat_id}/sessions", json={})
    *_, last, _ = api.embed.stream(path, session_id=embedded, **ask)
    assert last["data"]["answer"]


def test_a_session_of_another_chat_is_refused(api: Any, chat_id: str, path: str) -> None:
    other = f"/chatbots/{api.chat('other')}/completions"
    session_id = begin(api, other)
    reply = api.embed("POST", path, json={"question": QUESTION, "session_id": session_id})
    assert reply == {"code": 102, "message": f"You don't own the session {session_id}"}


def test_chats_and_datasets_of_others_are_refused(
    api: Any, stranger: Any, parsed: Any, chat_id: str, path: str
) -> None:
    refusal = {"code": 102, "message": f"You don't own the chat {chat_id}"}
    session_id = begin(api, path)
    for body in ({}, {"question": QUESTION, "session_id": session_id}):
        assert stranger.embed("POST", path, json=body) == refusal
    own = f"/chatbots/{stranger.chat('own')}/completions"
    body = {"question": QUESTION, "session_id": begin(stranger, own), "kb_ids": [parsed[0]]}
    reply = stranger.embed("POST", own, json=body)
    assert reply == {"code": 102, "message": f"You don't own the dataset {parsed[0]}."}


def test_a_question_is_needed_with_a_session(api: Any, path: str) -> None:
    reply = api.embed("POST", path, json={"session_id": begin(api, path)})
    assert reply == {"code": 102, "message": "`question` is required."}


# info


def test_a_page_can_introduce_the_assistant(api: Any) -> None:
    chat_id = api.chat("Guide", avatar="a.png", prompt={"opener": "Ask me."})
    assert api.embed("GET", f"/chatbots/{chat_id}/info") == {
        "code": 0,
        "data": {"title": "Guide", "avatar": "a.png", "prologue": "Ask me."},
    }


@pytest.mark.parametrize("caller", ["stranger", "teammate"])
def test_an_assistant_of_others_is_not_introduced(request: Any, caller: str, chat_id: str) -> None:
    reply = request.getfixturevalue(caller).embed("GET", f"/chatbots/{chat_id}/info")
    assert reply == {"code": 102, "message": f"Can't find dialog by ID: {chat_id}"}


def test_a_deleted_assistant_is_not_introduced(api: Any, chat_id: str, path: str) -> None:
    api.data("DELETE", "/chats", json={"ids": [chat_id]})
    reply = api.embed("GET", f"/chatbots/{chat_id}/info")
    assert reply["message"] == f"Can't find dialog by ID: {chat_id}"
    assert api.embed("POST", path, json={})["message"] == f"You don't own the chat {chat_id}"


# embed tokens


@pytest.mark.parametrize("header", ["", "token", "Bearer", "Bearer two words"])
def test_an_authorization_has_exactly_two_words(api: Any, chat_id: str, header: str) -> None:
    path = f"/api/v1/chatbots/{chat_id}/info"
    reply = api.client.get(path, headers={"Authorization": header}).json()
    assert reply == {"code": 102, "message": 'Authorization is not valid!"'}


def test_a_missing_authorization_is_an_exception(api: Any, chat_id: str) -> None:
    reply = api.client.get(f"/api/v1/chatbots/{chat_id}/info").json()
    message = "AttributeError(\"'NoneType' object has no attribute 'split'\")"
    assert reply == {"code": 100, "message": message, "data": None}


def test_keys_and_embed_tokens_do_not_stand_for_each_other(
    world: Any, api: Any, chat_id: str, path: str
) -> None:
    refusal = {"code": 102, "message": 'Authentication error: API key is invalid!"'}
    assert api("GET", f"/chatbots/{chat_id}/info") == refusal
    assert api("POST", path, json={}) == refusal
    assert api.embed("GET", "/chats")["code"] == 109
    assert api.embed("POST", f"/chats/{chat_id}/completions", json={})["code"] == 109


def test_the_embed_token_of_a_revoked_key_is_refused(world: Any, api: Any, chat_id: str) -> None:
    actor = world.services.accounts.authenticate(api.key)
    (key,) = world.services.accounts.keys(actor)
    world.services.accounts.revoke_key(actor, key.id)
    reply = api.embed("GET", f"/chatbots/{chat_id}/info")
    assert reply == {"code": 102, "message": 'Authentication error: API key is invalid!"'}
