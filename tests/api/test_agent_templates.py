"""What clients are told about agents to begin with."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.agents.templates import template_names
from ragflow.testing.agent_desk import configured


def test_templates_are_listed_without_their_canvases(api: Any) -> None:
    listed = api.data("GET", "/agent_templates")
    assert {template["name"] for template in listed} == set(template_names())
    assert len(listed) >= 12
    assert all("dsl" not in template for template in listed)
    types = [template["canvas_type"] for template in listed]
    assert types == sorted(types)
    (wanted,) = next(t["needs"] for t in listed if t["name"] == "knowledge_base_qa")
    assert wanted == {
        "component": "Retrieval:Search",
        "field": "params.kb_ids",
        "description": "Choose the datasets to search in.",
        "optional": False,
    }


def test_a_template_comes_with_its_canvas(api: Any) -> None:
    template = api.data("GET", "/agent_templates/translation")
    assert template["title"] == "Translation with a second look"
    assert template["needs"] == []
    assert set(template["dsl"]["components"]) > {"begin", "LLM:Draft", "LLM:Reflect"}


def test_an_unknown_template_is_told_so(api: Any) -> None:
    for name in ("unheard_of", "__init__", "..%2Ftools"):
        reply = api("GET", f"/agent_templates/{name}")
        assert reply["code"] != 0


@pytest.mark.parametrize("name", template_names())
def test_a_template_becomes_an_agent_that_greets(api: Any, name: str) -> None:
    template = api.data("GET", f"/agent_templates/{name}")
    assert api("POST", "/agents", json=template)["code"] == 0
    (agent,) = api.data("GET", "/agents")
    assert agent["dsl"] == template["dsl"]
    assert agent["canvas_type"] == template["canvas_type"]
    session = api.data("POST", f"/agents/{agent['id']}/sessions")
    begin = template["dsl"]["components"]["begin"]["obj"]["params"]
    assert [each["content"] for each in session["message"]] == [begin["prologue"]]


@pytest.mark.parametrize("name", ["knowledge_base_qa", "customer_support"])
def test_a_template_with_a_dataset_answers_from_it(
    api: Any, parsed: tuple[str, str], name: str
) -> None:
    dataset_id, _ = parsed
    dsl = configured(name, kb_ids=[dataset_id])
    api.data("POST", "/agents", json={"title": name, "dsl": dsl})
    (agent,) = api.data("GET", "/agents")
    body = {"question": "Who counts ships?", "stream": False}
    event = api.data("POST", f"/agents/{agent['id']}/completions", json=body)
    assert event["data"]["content"].startswith("The lighthouse keeper counts ships. [ID:")
    (chunk,) = event["data"]["reference"]["chunks"].values()
    assert chunk["dataset_id"] == dataset_id


def test_a_template_that_lacks_its_dataset_says_so(api: Any) -> None:
    template = api.data("GET", "/agent_templates/knowledge_base_qa")
    api.data("POST", "/agents", json=template)
    (agent,) = api.data("GET", "/agents")
    body = {"question": "Who counts ships?", "stream": False}
    reply = api("POST", f"/agents/{agent['id']}/completions", json=body)
    assert "no dataset is chosen" in str(reply)
