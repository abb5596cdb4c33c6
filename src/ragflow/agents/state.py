"""The state of a conversation with an agent: what its next run begins with, or goes on from.

In: the canvas of a session, what was kept of its last state, and the last turns of it. Out: what is
to be kept now, after every batch of a run, and the turns that the run adds. What is kept stays as
small as a run makes it, however long the conversation is; the canvas itself never changes. Clients
are shown a canvas with all of it in the places that the contract names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from ragflow.agents.dsl import UNDECLARED
from ragflow.domain.answers import ChatTurn

Outputs = dict[str, dict[str, Any]]

_ALWAYS_KEPT = ("outputs", "globals", "path")
_KEPT_TO_GO_ON = (
    "frontier",
    "sources",
    "said",
    "references",
    "question",
    "given",
    "steps",
    "tokens",
)

_DEEPEST_KEPT = 64  # levels; what is stored has fewer


@dataclass(slots=True)
class Loop:
    """Hold how far an iteration has come, -1 before its first round.

    `collected` are the outputs of the rounds that are done.
    """

    items: list[Any]
    index: int = -1
    collected: dict[str, list[Any]] = field(default_factory=dict)


@dataclass(slots=True)
class CanvasState:
    """Hold what changes while an agent runs.

    `frontier` are the components to run next; it is empty between runs, and holds those that wait
    while a form is open. `said` is what the run has told the user, `references` what that cites,
    `question` what it answers. `before` are the last turns before this run, as pairs of a role and
    a content; `history` and `retrieval` are what the run adds to the conversation.
    """

    outputs: Outputs = field(default_factory=dict)
    globals: dict[str, Any] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)
    before: list[list[Any]] = field(default_factory=list)
    history: list[list[Any]] = field(default_factory=list)
    retrieval: list[dict[str, Any]] = field(default_factory=list)
    frontier: list[str] = field(default_factory=list)
    loops: dict[str, Loop] = field(default_factory=dict)
    sources: dict[str, dict[str, Any]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    references: list[dict[str, Any]] = field(default_factory=list)
    question: str = ""
    given: dict[str, Any] = field(default_factory=dict)
    steps: int = 0
    tokens: int = 0

    @property
    def pairs(self) -> list[list[Any]]:
        """Return the conversation, as far back as it is known."""
        return [*self.before, *self.history]

    def turns(self, window: int) -> list[ChatTurn]:
        """Return the last turns before this question, at most `window` pairs of them."""
        pairs = self.pairs
        earlier = pairs[:-1] if pairs and pairs[-1][0] == "user" else pairs
        recent = earlier[-2 * window :] if window > 0 else []
        return [
            ChatTurn("user" if role == "user" else "assistant", _content(content))
            for role, content in recent
        ]


def state_of(
    dsl: Mapping[str, Any], kept: Mapping[str, Any], before: Sequence[Sequence[Any]] = ()
) -> CanvasState:
    """Return the state of a conversation: what its canvas holds, but for what was kept since."""
    retrieval = dsl.get("retrieval", dsl.get("retrival"))
    state = CanvasState(
        outputs=_outputs(dsl),
        globals=deepcopy(dict(_mapping(dsl.get("globals")))),
        path=[str(each) for each in _flat(dsl.get("path"))],
        before=[list(pair) for pair in before],
        history=[list(pair) for pair in dsl.get("history") or () if len(pair) == 2],
        retrieval=list(retrieval) if isinstance(retrieval, list) else [],
    )
    for name in (*_ALWAYS_KEPT, *_KEPT_TO_GO_ON):
        if name in kept:
            setattr(state, name, deepcopy(kept[name]))
    loops = _mapping(kept.get("loops"))
    state.loops = {key: Loop(**deepcopy(dict(loop))) for key, loop in loops.items()}
    return state


def kept_of(state: CanvasState) -> dict[str, Any]:
    """Return what is kept of a state; where it goes on only while a run is under way.

    It stays as it is while the run goes on: it shares nothing that can change with the state.
    """
    if not state.frontier:
        return {name: _copied(getattr(state, name)) for name in _ALWAYS_KEPT}
    kept = {name: _copied(getattr(state, name)) for name in (*_ALWAYS_KEPT, *_KEPT_TO_GO_ON)}
    loops = {
        key: {"items": loop.items, "index": loop.index, "collected": loop.collected}
        for key, loop in state.loops.items()
    }
    return kept | {"loops": _copied(loops)}


def is_under_way(kept: Mapping[str, Any]) -> bool:
    """Tell whether a run can go on from what was kept."""
    return bool(kept.get("frontier"))


def told_so_far(kept: Mapping[str, Any]) -> tuple[str, list[Mapping[str, Any]]]:
    """Return what a run that is under way has told the user, and what each message cites."""
    return "".join(kept.get("said") or ()), list(kept.get("references") or ())


def given_up(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept when a run is given up: values, but no place to go on from."""
    return {name: kept[name] for name in _ALWAYS_KEPT if name in kept} | {"path": []}


def dsl_with(state: CanvasState, dsl: Mapping[str, Any]) -> dict[str, Any]:
    """Return a canvas with the state in the places that the contract names."""
    components = {
        node_id: _with_outputs(component, state.outputs.get(node_id, {}))
        for node_id, component in _mapping(dsl.get("components")).items()
    }
    return {
        **dsl,
        "components": components,
        "globals": dict(state.globals),
        "path": list(state.path),
        "history": state.pairs,
        "retrieval": list(state.retrieval),
    }


def _copied(value: Any, levels: int = _DEEPEST_KEPT) -> Any:
    """Return a value with containers of its own; what is in them, such as texts, is shared."""
    if not isinstance(value, dict | list | tuple | set):
        return value
    if levels <= 0:
        return str(value)
    if isinstance(value, dict):
        return {key: _copied(each, levels - 1) for key, each in value.items()}
    return [_copied(each, levels - 1) for each in value]


def _outputs(dsl: Mapping[str, Any]) -> Outputs:
    found: Outputs = {}
    for node_id, component in _mapping(dsl.get("components")).items():
        obj = _mapping(_mapping(component).get("obj"))
        declared = _mapping(_mapping(obj.get("params")).get("outputs"))
        values = {
            name: deepcopy(output["value"])
            for name, output in declared.items()
            if isinstance(output, Mapping) and output.get("value") is not None
        }
        if values:
            found[node_id] = values
    return found


def _with_outputs(component: Any, values: Mapping[str, Any]) -> Any:
    if not isinstance(component, Mapping) or not values:
        return component
    obj = _mapping(component.get("obj"))
    params = _mapping(obj.get("params"))
    declared = _mapping(params.get("outputs"))
    written = {
        name: {
            "type": _type_of(value),
            **(_mapping(declared[name]) if name in declared else {UNDECLARED: True}),
            "value": value,
        }
        for name, value in values.items()
    }
    return {**component, "obj": {**obj, "params": {**params, "outputs": {**declared, **written}}}}


def _type_of(value: Any) -> str:
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array"}
    return names.get(type(value), "object")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _flat(path: Any) -> Sequence[Any]:
    """Return a path as a list; old canvases keep lists of lists."""
    entries = path if isinstance(path, list) else []
    return [each for entry in entries for each in (entry if isinstance(entry, list) else [entry])]


def _content(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        return str(content.get("content") or "")
    return str(content)
