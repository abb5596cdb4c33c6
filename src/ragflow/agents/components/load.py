"""The complete registry of components: every module beside this one, and every tool."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import Any

import ragflow.agents.components
from ragflow.agents.components.base import Component, components
from ragflow.agents.dsl import Node
from ragflow.agents.tools.load import load_tools, tools


@cache
def load_components() -> None:
    """Make the registries complete; a new file beside this one needs no other entry."""
    load_tools()
    for module in pkgutil.iter_modules(ragflow.agents.components.__path__):
        import_module(f"{ragflow.agents.components.__name__}.{module.name}")


def is_kind(name: str) -> bool:
    """Tell whether there is a component of a name."""
    load_components()
    return name in components or name in tools


def verbatim_of(node: Node) -> tuple[str, ...]:
    """Return the parameters of a node in which nothing is a reference."""
    load_components()
    return ("outputs", *(tools[node.kind].verbatim if node.kind in tools else ()))


def component_of(node: Node) -> Component[Any]:
    """Return the component of a node. Raises `UnknownName` or pydantic's `ValidationError`."""
    from ragflow.agents.components.tool import ToolComponent

    load_components()
    if node.kind not in components and node.kind in tools:
        return ToolComponent(node, tools[node.kind])
    return components[node.kind](node)
