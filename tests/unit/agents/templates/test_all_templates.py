"""Every template can be run as it is, is drawn as it runs, and survives being stored."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

from ragflow.agents.check import problems_of
from ragflow.agents.components.base import CommonOptions, texts_in
from ragflow.agents.components.base import components as registry
from ragflow.agents.components.load import load_components
from ragflow.agents.dsl import blank, canvas_of
from ragflow.agents.references import references_in
from ragflow.agents.state import dsl_with, state_of
from ragflow.agents.templates import agent_template, agent_templates, template_names
from ragflow.agents.tools.load import tools
from ragflow.domain.errors import NotFound
from ragflow.testing.agent_desk import configured

NODE_TYPES = {
    "Begin": "beginNode",
    "Agent": "agentNode",
    "Categorize": "categorizeNode",
    "Iteration": "group",
    "IterationItem": "iterationStartNode",
    "Message": "messageNode",
    "Retrieval": "retrievalNode",
    "Switch": "switchNode",
}
HANDLES = {("start", "end"), ("tool", "end"), ("agentBottom", "agentTop")}

every = pytest.mark.parametrize("name", template_names())


def components_of(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = agent_template(name).dsl["components"]
    return found


def params_of(component: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = component["obj"]["params"]
    return found


def declared(component: Mapping[str, Any]) -> set[str]:
    """Return the outputs that a component says it has."""
    names = set(params_of(component).get("outputs", {})) | {"_ERROR"}
    return names | set(params_of(component).get("inputs", {}))


def helpers_of(params: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the agents that an agent may ask, with theirs."""
    for use in params.get("tools", ()):
        if use["component_name"] == "Agent":
            yield use["id"], use["params"]
            yield from helpers_of(use["params"])


def uses_of(found: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield kind and parameters of every component, and of every tool that agents have."""
    for each in found:
        obj = each.get("obj", each)
        yield obj["component_name"], obj["params"]
        yield from uses_of(obj["params"].get("tools", ()))


def test_there_are_templates_of_many_types() -> None:
    templates = agent_templates()
    assert len(templates) >= 12
    assert len({template.title for template in templates}) == len(templates)
    assert len({template.canvas_type for template in templates}) >= 6


def test_a_name_that_no_template_has_is_refused() -> None:
    with pytest.raises(NotFound):
        agent_template("../tools/load")


def test_a_canvas_is_the_callers_own() -> None:
    dict(agent_template("translation").dsl)["components"].clear()
    assert agent_template("translation").dsl["components"]


@every
def test_it_says_what_it_is_for(name: str) -> None:
    template = agent_template(name)
    assert template.title
    assert 40 < len(template.description) < 300
    assert template.description.endswith(".")
    assert components_of(name)["begin"]["obj"]["params"]["prologue"]


@every
def test_nothing_would_stop_it(name: str) -> None:
    assert problems_of(agent_template(name).dsl) == []
    assert problems_of(configured(name)) == []


@every
def test_what_it_needs_is_empty_until_it_is_set(name: str) -> None:
    components = components_of(name)
    for need in agent_template(name).needs:
        value: Any = components[need.component]["obj"]
        for part in need.field.split("."):
            value = value[int(part)] if part.isdigit() else value[part]
        assert value in ("", [])
        assert need.description.endswith(".")
    listed = Counter(need.field.rpartition(".")[2] for need in agent_template(name).needs)
    for key in ("kb_ids", "api_key", "password"):
        assert listed[key] == json.dumps(components).count(f'"{key}":')


@every
def test_its_parameters_are_those_of_its_components(name: str) -> None:
    load_components()
    uses = list(uses_of(components_of(name).values()))
    assert len(uses) >= len(components_of(name))
    for kind, params in uses:
        options = registry[kind].options_type if kind in registry else tools[kind].options
        fields = {**options.model_fields, **CommonOptions.model_fields}
        known = set(fields) | {each.alias for each in fields.values() if each.alias}
        assert set(params) - {"outputs"} <= known, kind
        references = {k for k, value in params.items() if isinstance(value, str) and "{" in value}
        options.model_validate({k: value for k, value in params.items() if k not in references})


@every
def test_its_ways_lead_there_and_back(name: str) -> None:
    components = components_of(name)
    for identity, component in components.items():
        assert (
            identity == "begin"
            or identity.partition(":")[0] == (component["obj"]["component_name"])
        )
        for after in component["downstream"]:
            assert identity in components[after]["upstream"]
            assert components[after].get("parent_id") == component.get("parent_id")
        for before in component["upstream"]:
            assert identity in components[before]["downstream"]


@every
def test_every_component_is_reached(name: str) -> None:
    components = components_of(name)
    reached, waiting = set(), ["begin"]
    while waiting:
        identity = waiting.pop()
        if identity not in reached:
            reached.add(identity)
            waiting += components[identity]["downstream"]
            waiting += params_of(components[identity]).get("exception_goto", ())
            waiting += [
                key for key, each in components.items() if each.get("parent_id") == identity
            ]
    assert reached == set(components)


@every
def test_branches_go_where_ways_are_drawn(name: str) -> None:
    for component in components_of(name).values():
        params = params_of(component)
        branches = [*params.get("conditions", ()), *params.get("category_description", {}).values()]
        if branches:
            targets = {each for branch in branches for each in branch["to"]}
            assert targets | set(params.get("end_cpn_ids", ())) == set(component["downstream"])


@every
def test_every_reference_leads_to_an_output(name: str) -> None:
    components = components_of(name)
    found = 0
    for component in components.values():
        params = dict(params_of(component))
        texts = [*texts_in({key: params[key] for key in params if key != "outputs"})]
        texts += [each["ref"] for each in params.get("outputs", {}).values() if "ref" in each]
        for text in texts:
            bare = f"{{{text}}}" if "{" not in text else text
            for reference in references_in(bare):
                origin, at, output = reference.partition("@")
                found += 1
                if at:
                    assert output.partition(".")[0] in declared(components[origin]), reference
                else:
                    assert reference in agent_template(name).dsl["globals"]
    assert found


@every
def test_it_is_drawn_as_it_runs(name: str) -> None:
    dsl = agent_template(name).dsl
    components, graph = dsl["components"], dsl["graph"]
    nodes = {node["id"]: node for node in graph["nodes"]}
    assert len(nodes) == len(graph["nodes"])
    helpers = {key for each in components.values() for key, _ in helpers_of(each["obj"]["params"])}
    drawn = {key for key, node in nodes.items() if node["type"] not in ("toolNode", "noteNode")}
    assert drawn == set(components) | helpers
    for key, node in nodes.items():
        assert set(node["position"]) == {"x", "y"}
        assert node["data"]["name"]
        if key in components:
            kind = components[key]["obj"]["component_name"]
            assert node["type"] == NODE_TYPES.get(kind, "ragNode")
            assert node.get("parentId") == components[key].get("parent_id")
        if "parentId" in node:
            group = nodes[node["parentId"]]
            assert 0 < node["position"]["x"] < group["width"] - 200
            assert 0 < node["position"]["y"] < group["height"] - 80
    places = [(n.get("parentId"), *n["position"].values()) for n in nodes.values()]
    assert len(set(places)) == len(places)


@every
def test_its_edges_are_its_ways(name: str) -> None:
    dsl = agent_template(name).dsl
    components, edges = dsl["components"], dsl["graph"]["edges"]
    assert {(edge["sourceHandle"], edge["targetHandle"]) for edge in edges} <= HANDLES
    assert len({edge["id"] for edge in edges}) == len(edges)
    ways = {
        (identity, after)
        for identity, component in components.items()
        for after in (
            *component["downstream"],
            *component["obj"]["params"].get("exception_goto", ()),
        )
    }
    lines = {(e["source"], e["target"]) for e in edges if e["sourceHandle"] == "start"}
    assert lines == ways
    asked = {(e["source"], e["target"]) for e in edges if e["sourceHandle"] == "agentBottom"}
    assert {target for _, target in asked} == {
        key for each in components.values() for key, _ in helpers_of(each["obj"]["params"])
    }
    titles = {node["id"]: node["data"]["name"] for node in dsl["graph"]["nodes"]}
    assert all(node.title == titles[key] for key, node in canvas_of(dsl).nodes.items())


@every
def test_what_nobody_knows_survives_a_round(name: str) -> None:
    dsl = json.loads(json.dumps(agent_template(name).dsl))
    dsl["unheard_of"] = {"kept": [None, True, "文"]}
    for component in dsl["components"].values():
        component["beside"] = 1
        component["obj"]["params"]["unheard_of"] = {"x": []}
    stored = dsl_with(state_of(dsl, {}), dsl)
    assert json.loads(json.dumps(stored)) == dsl
    assert blank(dsl)["unheard_of"] == dsl["unheard_of"]
    assert problems_of(dsl) == []
