"""What an agent was: listed, shown, compared and restored."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import pytest

NOT_OWNED_CODE = 103


@pytest.fixture
def agent_id(api: Any) -> str:
    return str(api.agent("Guide"))


def canvas_of(api: Any, agent_id: str) -> dict[str, Any]:
    return dict(api.data("GET", f"/agents/{agent_id}")["dsl"])


def save(api: Any, agent_id: str, content: str, **fields: Any) -> None:
    dsl = canvas_of(api, agent_id)
    dsl["components"]["Message:Echo"]["obj"]["params"]["content"] = [content]
    api.data("PUT", f"/agents/{agent_id}", json={"dsl": dsl, **fields})


def versions(api: Any, agent_id: str) -> list[dict[str, Any]]:
    return list(api.data("GET", f"/agents/{agent_id}/versions"))


def test_each_new_canvas_becomes_a_version(api: Any, agent_id: str) -> None:
    save(api, agent_id, "one", title="Clerk")
    api.data("PUT", f"/agents/{agent_id}", json={"title": "Keeper"})
    newest, oldest = versions(api, agent_id)
    assert re.fullmatch(r"Clerk_\d{4}(_\d\d){5}", newest["title"])
    assert re.fullmatch(r"Guide_\d{4}(_\d\d){5}", oldest["title"])
    assert newest["agent_id"] == agent_id
    assert "dsl" not in newest
    shown = api.data("GET", f"/agents/{agent_id}/versions/{newest['id']}")
    assert shown == {**newest, "dsl": canvas_of(api, agent_id)}


def test_the_last_twenty_versions_are_kept(api: Any, agent_id: str) -> None:
    first = versions(api, agent_id)[0]["id"]
    for number in range(20):
        save(api, agent_id, str(number))
    kept = versions(api, agent_id)
    assert len(kept) == 20
    assert first not in [version["id"] for version in kept]
    newest = api.data("GET", f"/agents/{agent_id}/versions/{kept[0]['id']}")
    assert newest["dsl"] == canvas_of(api, agent_id)


def test_a_version_is_restored_as_a_new_one(api: Any, agent_id: str) -> None:
    before = canvas_of(api, agent_id)
    save(api, agent_id, "spoilt")
    oldest = versions(api, agent_id)[-1]["id"]
    restored = api.data("POST", f"/agents/{agent_id}/versions/{oldest}/restore")
    assert restored["dsl"] == before == canvas_of(api, agent_id)
    assert len(versions(api, agent_id)) == 3


def test_versions_are_compared_by_component_and_field(api: Any, agent_id: str) -> None:
    old = deepcopy(canvas_of(api, agent_id))
    new = deepcopy(old)
    components = new["components"]
    components["begin"]["downstream"] = ["Message:New"]
    components["begin"]["obj"]["params"]["mode"] = "task"
    components["Message:New"] = components.pop("Message:Echo")
    new["globals"] = {"env.city": "Rome"}
    new["graph"] = {"nodes": [{"id": "begin", "position": {"x": 9}}]}
    api.data("PUT", f"/agents/{agent_id}", json={"dsl": new})
    newest, oldest = (version["id"] for version in versions(api, agent_id))
    path = f"/agents/{agent_id}/versions"
    assert api.data("GET", f"{path}/{oldest}/diff/{newest}") == {
        "added": ["Message:New"],
        "removed": ["Message:Echo"],
        "changed": [
            change("", "globals.env.city", None, "Rome"),
            change("begin", "downstream", ["Message:Echo"], ["Message:New"]),
            change("begin", "params.mode", None, "task"),
        ],
    }
    back = api.data("GET", f"{path}/{newest}/diff/{oldest}")
    assert (back["added"], back["removed"]) == (["Message:Echo"], ["Message:New"])
    nothing = {"added": [], "removed": [], "changed": []}
    assert api.data("GET", f"{path}/{newest}/diff/{newest}") == nothing


def change(component: str, field: str, before: Any, after: Any) -> dict[str, Any]:
    return {"component": component, "field": field, "before": before, "after": after}


def test_a_version_of_another_agent_is_not_found(api: Any, agent_id: str) -> None:
    other = api.agent("Clerk")
    (foreign,), (own,) = versions(api, other), versions(api, agent_id)
    path = f"/agents/{agent_id}/versions"
    for method, end in (
        ("GET", f"/{foreign['id']}"),
        ("POST", f"/{foreign['id']}/restore"),
        ("GET", f"/{own['id']}/diff/{foreign['id']}"),
        ("GET", f"/{foreign['id']}/diff/{own['id']}"),
    ):
        reply = api(method, path + end)
        message = f"There is no version {foreign['id']} of this agent."
        assert reply == {"code": 102, "message": message, "data": None}
    assert api("GET", "/agents/unknown/versions")["code"] == NOT_OWNED_CODE
