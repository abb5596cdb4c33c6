"""Conversations with agents: begun, listed and deleted over the wire."""

from __future__ import annotations

from typing import Any

import pytest

PROLOGUE = {"role": "assistant", "content": "Hello!"}


@pytest.fixture
def agent_id(api: Any) -> str:
    return str(api.agent())


def begin(api: Any, agent_id: str, **params: Any) -> dict[str, Any]:
    return dict(api.data("POST", f"/agents/{agent_id}/sessions", params=params))


def test_a_conversation_begins_with_the_prologue(api: Any, agent_id: str) -> None:
    session = begin(api, agent_id)
    assert session["message"] == session["messages"] == [PROLOGUE]
    assert (session["agent_id"], session["source"]) == (agent_id, "agent")
    assert session["user_id"] == api.tenant_id
    assert len(session["id"]) == 32
    (listed,) = api.data("GET", f"/agents/{agent_id}/sessions")
    assert listed["name"] == session["name"]
    assert begin(api, agent_id, user_id="ann")["user_id"] == "ann"


def test_a_body_is_passed_over(api: Any, agent_id: str) -> None:
    for options in ({"json": {"name": "x", "user_id": "y"}}, {"content": b"{"}):
        session = api.data("POST", f"/agents/{agent_id}/sessions", **options)
        assert session["user_id"] == api.tenant_id


def test_the_canvas_of_a_conversation_has_no_history(api: Any) -> None:
    used = {"history": [["user", "old"]], "path": ["begin"], "memory": [["a", "b", "c"]]}
    agent_id = api.agent()
    dsl = api.data("GET", f"/agents/{agent_id}")["dsl"] | used
    dsl["globals"] = {"sys.query": "old", "sys.conversation_turns": 3, "env.city": "Rome"}
    echo = dsl["components"]["Message:Echo"]["obj"]["params"]
    echo["outputs"] = {"content": {"type": "string", "value": "old"}}
    api.data("PUT", f"/agents/{agent_id}", json={"dsl": dsl})
    fresh = begin(api, agent_id)["dsl"]
    assert (fresh["history"], fresh["path"], fresh["memory"], fresh["retrieval"]) == (
        [],
        [],
        [],
        [],
    )
    assert fresh["globals"] == {
        "sys.query": "",
        "sys.user_id": "",
        "sys.conversation_turns": 0,
        "sys.files": [],
        "env.city": "Rome",
    }
    outputs = fresh["components"]["Message:Echo"]["obj"]["params"]["outputs"]
    assert outputs == {"content": {"type": "string", "value": None}}
    assert api.data("GET", f"/agents/{agent_id}")["dsl"]["path"] == ["begin"]


def test_an_agent_without_a_prologue_says_nothing_first(api: Any) -> None:
    silent = api.agent("silent", enablePrologue=False)
    assert begin(api, silent)["messages"] == [{"role": "assistant", "content": ""}]


def test_conversations_are_listed_with_and_without_their_canvases(api: Any, agent_id: str) -> None:
    first, second = begin(api, agent_id), begin(api, agent_id, user_id="ann")
    path = f"/agents/{agent_id}/sessions"
    listed = api.data("GET", path)
    assert {session["id"] for session in listed} == {first["id"], second["id"]}
    (found,) = api.data("GET", path, params={"id": first["id"]})
    assert found["messages"] == [PROLOGUE]
    assert found["dsl"] == first["dsl"]
    assert (found["source"], found["tokens"], found["round"], found["errors"]) == (
        "agent",
        0,
        0,
        None,
    )
    (bare,) = api.data("GET", path, params={"user_id": "ann", "dsl": "false"})
    assert bare["id"] == second["id"]
    assert "dsl" not in bare
    assert api.data("GET", path, params={"page": 3}) == []
    ordered = api.data("GET", path, params={"orderby": "create_time", "desc": "False"})
    assert [session["id"] for session in ordered] == [first["id"], second["id"]]


def test_an_agent_that_is_not_there_is_refused_in_the_words_of_each_route(api: Any) -> None:
    path = "/agents/unknown/sessions"
    assert api("POST", path) == {"code": 102, "message": "Agent not found."}
    assert api("GET", path) == {"code": 102, "message": "You don't own the agent unknown."}
    assert api("DELETE", path) == {"code": 102, "message": "You don't own the agent unknown"}


@pytest.mark.parametrize("body", [{}, {"ids": None}, {"ids": []}, None])
def test_without_ids_all_conversations_are_deleted(api: Any, agent_id: str, body: Any) -> None:
    begin(api, agent_id), begin(api, agent_id)
    path = f"/agents/{agent_id}/sessions"
    assert api("DELETE", path, json=body) == {"code": 0}
    assert api.data("GET", path) == []
    empty = {"code": 102, "message": f"Agent {agent_id} has no sessions"}
    assert api("DELETE", path, json=body) == empty


def test_conversations_are_deleted_by_id(api: Any, agent_id: str) -> None:
    path = f"/agents/{agent_id}/sessions"
    first, second, third = (begin(api, agent_id)["id"] for _ in range(3))
    assert api("DELETE", path, json={"ids": [first, first]}) == {
        "code": 0,
        "data": {"success_count": 1, "errors": [f"Duplicate session ids: {first}"]},
    }
    assert api("DELETE", path, json={"ids": [second, first]}) == {
        "code": 0,
        "data": {
            "success_count": 1,
            "errors": [f"The agent doesn't own the session {first}"],
        },
    }
    assert api("DELETE", path, json={"ids": ["x"]}) == {
        "code": 102,
        "message": "The agent doesn't own the session x",
    }
    assert [session["id"] for session in api.data("GET", path)] == [third]


def test_clients_since_0_25_delete_all_by_saying_so(api: Any, agent_id: str) -> None:
    begin(api, agent_id)
    newer, path = api.under("/v025"), f"/agents/{agent_id}/sessions"
    assert newer("DELETE", path, json={}) == {"code": 0}
    assert len(newer.data("GET", path)) == 1
    assert newer("DELETE", path, json={"delete_all": True}) == {"code": 0}
    assert newer.data("GET", path) == []
