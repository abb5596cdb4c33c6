"""The canvas: what an author drew, as JSON, and the graph in it.

In: the JSON of an agent. Out: its nodes, and the problems that would stop it, each with the
component and the field. The JSON itself is kept as it came: keys that nobody knows here survive.
Refused: JSON that is no canvas at all.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from ragflow.domain.agents import Problem
from ragflow.domain.errors import CanvasInvalid

BEGIN = "begin"
HISTORY_WINDOW = 13
"""Pairs of turns that a model is told of, where a component does not say how many."""
PROLOGUE = "Hi! I'm your smart assistant. What can I do for you?"
UNDECLARED = "undeclared"
"""Marks an output that was kept in a canvas, but which its author did not declare."""

_GLOBALS: Mapping[str, Any] = {
    "sys.query": "",
    "sys.user_id": "",
    "sys.conversation_turns": 0,
    "sys.files": [],
}


@dataclass(frozen=True, slots=True)
class Node:
    """Hold one component of a canvas; `title` is the name that people gave it."""

    id: str
    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)
    downstream: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    parent_id: str = ""
    title: str = ""

    @property
    def declared(self) -> tuple[str, ...]:
        """Return the names of the outputs that the author declares; others are the runtime's."""
        outputs = self.params.get("outputs")
        named = outputs if isinstance(outputs, Mapping) else {}
        return tuple(str(name) for name in named if not str(name).startswith("_"))


@dataclass(frozen=True)
class Canvas:
    """Hold a canvas: its JSON and its nodes by id.

    `drawn` are the ids of all that an editor shows, such as notes, and the tools of an agent.
    """

    raw: Mapping[str, Any]
    nodes: Mapping[str, Node]
    drawn: Collection[str] = ()

    def children(self, iteration_id: str) -> list[Node]:
        """Return the nodes inside an iteration."""
        return [node for node in self.nodes.values() if node.parent_id == iteration_id]

    def variable(self, name: str) -> Any:
        """Return what the author set under a name; `env.x` is x among the canvas's variables."""
        variables = self.raw.get("variables")
        if not isinstance(variables, Mapping):
            return None
        found = variables.get(name, variables.get(name.removeprefix("env.")))
        return found.get("value") if isinstance(found, Mapping) and "value" in found else found


def read_dsl(value: Any) -> dict[str, Any]:
    """Return a canvas's JSON from an object or a text. Raises `CanvasInvalid`."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise CanvasInvalid(problems=(Problem("", "", f"it is no JSON: {error}"),)) from error
    if not isinstance(value, Mapping):
        raise CanvasInvalid(problems=(Problem("", "", "it must be a JSON object"),))
    return dict(value)


def canvas_of(raw: Mapping[str, Any]) -> Canvas:
    """Return the graph of a canvas. Raises `CanvasInvalid` where its parts have wrong shapes."""
    problems: list[Problem] = []
    components = raw.get("components", {})
    components = {} if components is None else components
    if not isinstance(components, Mapping):
        raise CanvasInvalid(problems=(Problem("", "components", "it must be an object"),))
    drawn = _drawn(raw.get("graph"))
    titles = _titles(drawn)
    nodes: dict[str, Node] = {}
    for node_id, component in components.items():
        found = list(_shape_problems(str(node_id), component))
        problems += found
        if not found:
            nodes[str(node_id)] = _node(str(node_id), component, titles)
    if problems:
        raise CanvasInvalid(problems=tuple(problems))
    return Canvas(raw, nodes, {str(each.get("id")) for each in drawn})


def blank(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return a canvas as a new conversation begins with it: no history, no path, no outputs."""
    fresh = deepcopy(dict(raw))
    if "retrieval" not in fresh and "retrival" in fresh:
        fresh["retrieval"] = fresh["retrival"]
    for key in ("history", "messages", "path", "retrieval", "memory"):
        fresh[key] = []
    custom = fresh.get("globals")
    kept = custom if isinstance(custom, Mapping) else {}
    fresh["globals"] = {**kept, **deepcopy(dict(_GLOBALS))}
    components = fresh.get("components")
    for component in components.values() if isinstance(components, Mapping) else ():
        outputs = _outputs(component)
        for name, output in list(outputs.items()):
            if is_undeclared(output):
                del outputs[name]
            elif isinstance(output, dict) and "value" in output:
                output["value"] = None
    return fresh


def begin_params(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the parameters of the entry node, {} where there is none."""
    components = raw.get("components")
    begin = components.get(BEGIN) if isinstance(components, Mapping) else None
    params = begin.get("obj", {}).get("params") if isinstance(begin, Mapping) else None
    return params if isinstance(params, Mapping) else {}


def prologue_of(raw: Mapping[str, Any]) -> str:
    """Return what an agent says first; '' where that is turned off."""
    params = begin_params(raw)
    enabled = params.get("enablePrologue", params.get("enable_prologue", True))
    prologue = params.get("prologue", PROLOGUE)
    return str(prologue or "") if enabled is not False and params.get("mode") != "task" else ""


def widest_window(raw: Mapping[str, Any]) -> int:
    """Return how many pairs of turns the widest window of a canvas may hold."""
    widest = HISTORY_WINDOW
    waiting = [raw.get("components")]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            widest = max(widest, _number(value.get("message_history_window_size")))
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return widest


def _number(value: Any) -> int:
    """Return a number as options read it, 0 for what is none."""
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        return 0


def is_undeclared(output: Any) -> bool:
    """Tell whether an output is there for its value alone."""
    return isinstance(output, Mapping) and bool(output.get(UNDECLARED))


def _outputs(component: Any) -> dict[str, Any]:
    params = component.get("obj", {}).get("params") if isinstance(component, dict) else None
    outputs = params.get("outputs") if isinstance(params, dict) else None
    return outputs if isinstance(outputs, dict) else {}


def _drawn(graph: Any) -> list[Mapping[str, Any]]:
    """Return the nodes of a drawing; an editor may have stored none."""
    nodes = graph.get("nodes") if isinstance(graph, Mapping) else None
    listed = nodes if isinstance(nodes, list) else []
    return [node for node in listed if isinstance(node, Mapping)]


def _titles(drawn: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the display names of nodes."""
    titles: dict[str, str] = {}
    for node in drawn:
        data = node.get("data")
        if isinstance(data, Mapping) and isinstance(data.get("name"), str):
            titles[str(node.get("id"))] = data["name"]
    return titles


def _node(node_id: str, component: Mapping[str, Any], titles: Mapping[str, str]) -> Node:
    obj = component["obj"]
    return Node(
        id=node_id,
        kind=obj["component_name"],
        params=_params(obj.get("params") or {}),
        downstream=_ids(component.get("downstream")),
        upstream=_ids(component.get("upstream")),
        parent_id=str(component.get("parent_id") or ""),
        title=titles.get(node_id) or node_id,
    )


def _params(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return parameters as their author wrote them."""
    outputs = params.get("outputs")
    if not isinstance(outputs, Mapping) or not any(map(is_undeclared, outputs.values())):
        return params
    kept = {name: output for name, output in outputs.items() if not is_undeclared(output)}
    return {**params, "outputs": kept}


def _ids(value: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(each) for each in value or ()))


def _shape_problems(node_id: str, component: Any) -> Iterator[Problem]:
    if not isinstance(component, Mapping):
        yield Problem(node_id, "", "it must be an object")
        return
    obj = component.get("obj")
    if not isinstance(obj, Mapping):
        yield Problem(node_id, "obj", "it must be an object")
        return
    name = obj.get("component_name")
    if not isinstance(name, str) or not name:
        yield Problem(node_id, "obj.component_name", "it is missing")
    if not isinstance(obj.get("params", {}), Mapping | type(None)):
        yield Problem(node_id, "obj.params", "it must be an object")
    for key in ("downstream", "upstream"):
        value = component.get(key)
        if value is not None and (
            not isinstance(value, list) or any(not isinstance(each, str) for each in value)
        ):
            yield Problem(node_id, key, "it must be a list of component ids")
