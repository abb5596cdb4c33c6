"""Agents as their owner manages them over the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest

CANVAS: dict[str, Any] = {
    "components": {
        "begin": {
            "obj": {"component_name": "Begin", "params": {"prologue": "Hello!"}},
            "downstream": ["Message:Echo"],
            "upstream": [],
        },
        "Message:Echo": {
            "obj": {"component_name": "Message", "params": {"content": ["You said {sys.query}"]}},
            "downstream": [],
            "upstream": ["begin"],
        },
    },
    "graph": {"nodes": [{"id": "begin", "position": {"x": 1.5, "y": -2}}], "edges": []},
    "history": [],
    "path": [],
    "retrival": [],
    "unheard_of": {"kept": [None, True, "文"]},
}
DONE = {"code": 0, "message": "success", "data": True}
NOT_OWNED = {
    "code": 103,
    "message": "Only owner of canvas authorized for this operation.",
    "data": False,
}


def only(api: Any) -> dict[str, Any]:
    (agent,) = api.data("GET", "/agents")
    return dict(agent)


def broken() -> dict[str, Any]:
    canvas = json.loads(json.dumps(CANVAS))
    canvas["components"]["Message:Echo"]["obj"]["component_name"] = ""
    return dict(canvas)


@pytest.mark.parametrize("as_text", [False, True])
def test_a_canvas_goes_in_and_out_without_loss(api: Any, as_text: bool) -> None:
    dsl = json.dumps(CANVAS) if as_text else CANVAS
    body = {"title": "  Guide ", "dsl": dsl, "description": "Shows", "canvas_type": "Other"}
    assert api("POST", "/agents", json=body) == DONE
    agent = only(api)
    assert agent["dsl"] == CANVAS
    assert (agent["title"], agent["description"], agent["canvas_type"]) == (
        "Guide",
        "Shows",
        "Other",
    )
    assert (agent["permission"], agent["canvas_category"], agent["avatar"]) == (
        "me",
        "agent_canvas",
        None,
    )
    assert agent["user_id"] == api.tenant_id
    assert {"create_time", "create_date", "update_time", "update_date"} <= agent.keys()
    assert api("GET", f"/agents/{agent['id']}") == {**DONE, "data": agent}


@pytest.mark.parametrize(
    ("body", "code", "message", "data"),
    [
        ({}, 101, "No DSL data in request.", False),
        ({"title": "x"}, 101, "No DSL data in request.", False),
        ({"title": "x", "dsl": None}, 101, "No DSL data in request.", False),
        ({"dsl": {}}, 101, "No title in request.", False),
        ({"title": "  ", "dsl": {}}, 101, "No title in request.", False),
        ({"title": "GUIDE", "dsl": {}}, 102, "Agent with title GUIDE already exists.", None),
        ({"title": 7, "dsl": {}}, 102, "`title` should be a string.", None),
        ({"title": "x" * 256, "dsl": {}}, 102, "An agent's title has at most 255 bytes.", None),
    ],
)
def test_what_is_no_agent_is_refused(
    api: Any, body: dict[str, Any], code: int, message: str, data: Any
) -> None:
    api.agent("Guide")
    reply = api("POST", "/agents", json=body)
    assert reply == {"code": code, "message": message, "data": data}
    assert only(api)["title"] == "Guide"


@pytest.mark.parametrize("dsl", ["{", "[]", [], 7, "[" * 100_000])
def test_what_is_no_canvas_is_refused(api: Any, dsl: Any) -> None:
    reply = api("POST", "/agents", json={"title": "x", "dsl": dsl})
    assert reply["code"] == 102
    assert reply["message"].startswith("dsl: ")
    (problem,) = reply["data"]
    assert (problem["component"], problem["field"]) == ("", "")
    assert problem["reason"]
    assert api.data("GET", "/agents") == []


def test_a_canvas_that_cannot_run_is_refused_by_component_and_field(api: Any) -> None:
    agent_id = api.agent()
    before = only(api)
    for method, path in (("POST", "/agents"), ("PUT", f"/agents/{agent_id}")):
        reply = api(method, path, json={"title": "new", "dsl": broken()})
        assert reply["code"] == 102
        assert "Message:Echo.obj.component_name: " in reply["message"]
        assert {"Message:Echo"} == {problem["component"] for problem in reply["data"]}
        assert reply["data"][0]["field"] == "obj.component_name"
    assert only(api) == before
    assert len(api.data("GET", f"/agents/{agent_id}/versions")) == 1


def test_of_many_problems_the_first_are_told_and_all_are_listed(api: Any) -> None:
    nameless = {"obj": {"component_name": "", "params": {}}}
    dsl = {"components": {f"Message:{number}": nameless for number in range(8)}}
    reply = api("POST", "/agents", json={"title": "x", "dsl": dsl})
    assert len(reply["data"]) == 8
    assert reply["message"].count("; ") == 5
    assert reply["message"].endswith("; and 3 more")


@pytest.mark.parametrize("dsl", [{}, {"components": {}}, {"graph": {"nodes": []}}])
def test_a_canvas_without_components_is_a_draft(api: Any, dsl: Any) -> None:
    assert api("POST", "/agents", json={"title": "draft", "dsl": dsl}) == DONE
    assert only(api)["dsl"] == dsl


def test_agents_are_found_by_id_and_by_title_in_any_case(api: Any) -> None:
    first, second = api.agent("Guide"), api.agent("Clerk")
    found = api.data("GET", "/agents", params={"title": "gUIDE"})
    assert [agent["id"] for agent in found] == [first]
    found = api.data("GET", "/agents", params={"id": second})
    assert [agent["title"] for agent in found] == ["Clerk"]
    for params in ({"id": first, "title": "Clerk"}, {"title": "Gui"}, {"id": "x"}):
        assert api("GET", "/agents", params=params) == {
            "code": 102,
            "message": "The agent doesn't exist.",
        }


def test_agents_are_listed_by_their_last_change(api: Any) -> None:
    first, second, third = (api.agent(title) for title in ("b", "a", "c"))
    api.data("PUT", f"/agents/{first}", json={"description": "changed"})

    def ids(**params: Any) -> list[str]:
        return [agent["id"] for agent in api.data("GET", "/agents", params=params)]

    assert ids() == [first, third, second]
    assert ids(desc="False") == [second, third, first]
    assert ids(orderby="title", desc="false") == [second, first, third]
    assert ids(page=2, page_size=2) == [second]
    assert ids(page=0, page_size=1) == [first]
    assert (ids(page_size=0), ids(page=9)) == ([], [])
    for params in ({"page": "x"}, {"orderby": "nothing"}, {"page": -1}):
        assert api("GET", "/agents", params=params)["code"] == 100


def test_other_canvases_than_agents_are_not_listed(api: Any) -> None:
    body = {"title": "flow", "dsl": {}, "canvas_category": "dataflow_canvas"}
    assert api("POST", "/agents", json=body) == DONE
    assert api.data("GET", "/agents") == []


def test_an_update_changes_what_it_names(api: Any) -> None:
    agent_id = api.agent("Guide")
    before = only(api)
    body = {"title": None, "description": "new", "dsl": None}
    assert api("PUT", f"/agents/{agent_id}", json=body) == DONE
    after = only(api)
    assert after["update_time"] > before["update_time"]
    times = ("update_time", "update_date")
    assert {key: value for key, value in after.items() if key not in times} == {
        **{key: value for key, value in before.items() if key not in times},
        "description": "new",
    }


def test_a_canvas_is_updated_without_a_title(api: Any) -> None:
    agent_id = api.agent()
    assert api("PUT", f"/agents/{agent_id}", json={"dsl": CANVAS}) == DONE
    assert only(api)["dsl"] == CANVAS


def test_a_title_may_be_taken_on_update(api: Any) -> None:
    api.agent("Guide")
    clerk = api.agent("Clerk")
    assert api("PUT", f"/agents/{clerk}", json={"title": "guide"}) == DONE
    assert len(api.data("GET", "/agents", params={"title": "GUIDE"})) == 2


def test_a_deleted_agent_is_gone_with_its_files(world: Any, api: Any) -> None:
    agent_id = api.agent()
    upload(api, agent_id, "a.txt")
    assert list(world.ports.blobs.keys("agents/"))
    assert api("DELETE", f"/agents/{agent_id}", json={}) == DONE
    assert api.data("GET", "/agents") == []
    assert list(world.ports.blobs.keys("agents/")) == []
    for method in ("GET", "PUT", "DELETE"):
        assert api(method, f"/agents/{agent_id}", json={}) == NOT_OWNED


def upload(api: Any, agent_id: str, *names: str) -> Any:
    response = api.client.post(
        f"/v1/canvas/upload/{agent_id}",
        files=[("file", (name, b"ships")) for name in names],
        headers={"Authorization": f"Bearer {api.key}"},
    )
    return response.json()


def test_a_file_for_an_agent_gets_a_record(world: Any, api: Any) -> None:
    agent_id = api.agent()
    record = upload(api, agent_id, "Notes.TXT")["data"]
    assert record == {
        "id": record["id"],
        "name": "Notes.TXT",
        "size": 5,
        "extension": "txt",
        "mime_type": "text/plain",
        "created_by": api.tenant_id,
        "created_at": record["created_at"],
        "preview_url": None,
    }
    assert world.ports.blobs.get(f"agents/{agent_id}/{record['id']}") == b"ships"
    assert [each["name"] for each in upload(api, agent_id, "a.txt", "b.png")["data"]] == [
        "a.txt",
        "b.png",
    ]


def test_files_that_nobody_reads_are_refused(world: Any, api: Any) -> None:
    agent_id = api.agent()
    reply = upload(api, agent_id, "good.txt", "bad.exe")
    assert (reply["code"], reply["data"]) == (101, None)
    assert "bad.exe" in reply["message"]
    assert upload(api, "unknown", "good.txt") == NOT_OWNED
    assert list(world.ports.blobs.keys("agents/")) == []


def test_clients_since_0_25_get_the_agent_and_a_total(api: Any) -> None:
    newer = api.under("/v025")
    made = newer.data("POST", "/agents", json={"title": "Guide", "dsl": CANVAS})
    assert newer.data("GET", "/agents") == {"canvas": [made], "total": 1}
    assert newer.data("GET", f"/agents/{made['id']}") == made
    assert api.under("/v024").data("GET", "/agents") == [made]
