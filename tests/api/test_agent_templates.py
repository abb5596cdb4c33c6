"""What clients are told about agents to begin with."""

from __future__ import annotations

from typing import Any

from ragflow.agents.templates import template_names


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
