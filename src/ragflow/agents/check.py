"""Checks of a canvas: what would stop it is told when it is saved, with the component and field.

In: the JSON of a canvas. Out: its components, or the problems. A canvas without components is a
draft and has none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from ragflow.agents.components.base import Component, option_problems, texts_in
from ragflow.agents.components.load import component_of, verbatim_of
from ragflow.agents.dsl import BEGIN, Canvas, Node, canvas_of
from ragflow.agents.references import reference_in, references_in
from ragflow.domain.agents import Problem
from ragflow.domain.errors import CanvasInvalid, UnknownName


def problems_of(dsl: Mapping[str, Any]) -> list[Problem]:
    """Return what would stop a canvas."""
    try:
        canvas = canvas_of(dsl)
    except CanvasInvalid as error:
        return list(error.facts["problems"])
    if not canvas.nodes:
        return []
    components, problems = _made(canvas)
    for node in canvas.nodes.values():
        problems += _graph_problems(node, canvas)
        problems += _reference_problems(node, canvas, components)
        if node.id in components:
            problems += _component_problems(components[node.id], canvas)
    return problems


@dataclass(frozen=True, slots=True)
class Plan:
    """Hold a canvas that can run, with its components by id."""

    canvas: Canvas
    components: Mapping[str, Component[Any]]


def plan_of(dsl: Mapping[str, Any]) -> Plan:
    """Return what a run is made of, which a long canvas takes a while for.

    Raises `CanvasInvalid`.
    """
    canvas = canvas_of(dsl)
    components, problems = _made(canvas)
    if problems:
        raise CanvasInvalid(problems=tuple(problems))
    return Plan(canvas, components)


def outputs_of(component: Component[Any]) -> list[str] | None:
    """Return the outputs that references may name, None where only a run shows them.

    Those that begin with `_` are the runtime's own and are not among them.
    """
    made = component.makes()
    return None if made is None else list(dict.fromkeys([*made, *component.node.declared]))


def _made(canvas: Canvas) -> tuple[dict[str, Component[Any]], list[Problem]]:
    """Return the components that can be made, and why the others cannot."""
    made: dict[str, Component[Any]] = {}
    problems: list[Problem] = []
    if BEGIN not in canvas.nodes:
        problems.append(Problem("", "components", f"there is no component {BEGIN!r} to start from"))
    for node in canvas.nodes.values():
        try:
            made[node.id] = component_of(node)
        except (UnknownName, ValidationError) as error:
            problems += _node_problems(node, error)
    return made, problems


def _node_problems(node: Node, error: UnknownName | ValidationError) -> Iterator[Problem]:
    if isinstance(error, UnknownName):
        reason = f"there is no component named {node.kind!r}"
        yield Problem(node.id, "obj.component_name", reason)
        return
    for field, reason in option_problems(error):
        yield Problem(node.id, field, reason)


def _graph_problems(node: Node, canvas: Canvas) -> Iterator[Problem]:
    for field, node_ids in (("downstream", node.downstream), ("upstream", node.upstream)):
        for node_id in node_ids:
            if node_id not in canvas.nodes and node_id not in canvas.drawn:
                yield Problem(node.id, field, f"there is no component {node_id!r}")
    if node.parent_id and node.parent_id not in canvas.nodes:
        yield Problem(node.id, "parent_id", f"there is no component {node.parent_id!r}")


def _reference_problems(
    node: Node, canvas: Canvas, components: Mapping[str, Component[Any]]
) -> Iterator[Problem]:
    verbatim = verbatim_of(node)
    for name, value in node.params.items():
        if name in verbatim:
            continue
        for text in texts_in(value):
            for reference in [*references_in(text), *_alone(text, canvas)]:
                fault = _reference_fault(reference, canvas, components)
                if fault:
                    yield Problem(node.id, f"params.{name}", f"{{{reference}}} {fault}")


def _alone(text: str, canvas: Canvas) -> Iterator[str]:
    """Yield the reference that a text is without braces, if it is one: an address may look so."""
    reference = reference_in(text)
    if "{" not in text and reference.partition("@")[0] in canvas.nodes:
        yield reference


def _reference_fault(
    reference: str, canvas: Canvas, components: Mapping[str, Component[Any]]
) -> str:
    """Return why a reference leads nowhere for certain, '' where it may lead somewhere."""
    origin, at, output = reference.partition("@")
    if not at:
        return ""
    if origin not in canvas.nodes:
        return "names no component of this canvas"
    known = outputs_of(components[origin]) if origin in components else None
    if known is None or output.startswith("_"):
        return ""
    if output in known or output.partition(".")[0] in known:
        return ""
    return f"names no output of that component, which makes {', '.join(known) or 'none'}"


def _component_problems(component: Component[Any], canvas: Canvas) -> Iterator[Problem]:
    for node_id in component.targets():
        if node_id not in canvas.nodes:
            reason = f"there is no component {node_id!r} to go on with"
            yield Problem(component.node.id, "params", reason)
    for node_id in component.options.exception_goto:
        if node_id not in canvas.nodes:
            reason = f"there is no component {node_id!r}"
            yield Problem(component.node.id, "params.exception_goto", reason)
    for field, reason in component.problems(canvas):
        yield Problem(component.node.id, field, reason)
