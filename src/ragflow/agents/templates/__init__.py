"""Templates: agents to begin with, one JSON file each beside this one.

In: the name of a file without its suffix. Out: the template with a canvas of its own to change, and
what its author has to set before it can run. Refused: names of no file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from ragflow.domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class Need:
    """Name a field of a component that has to be set; an optional one makes the agent better."""

    component: str
    field: str
    description: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class AgentTemplate:
    """Hold an agent to begin with; `dsl` is its canvas."""

    name: str
    title: str
    description: str
    canvas_type: str
    needs: tuple[Need, ...]
    dsl: Mapping[str, Any]


def template_names() -> list[str]:
    """List the names of the templates."""
    found = (each.name for each in files(__name__).iterdir())
    return sorted(name.removesuffix(".json") for name in found if name.endswith(".json"))


def agent_template(name: str) -> AgentTemplate:
    """Return a template. Raises `NotFound`."""
    if name not in template_names():
        raise NotFound(noun="agent template", id=name)
    fields = json.loads(files(__name__).joinpath(f"{name}.json").read_text("utf-8"))
    needs = tuple(Need(**need) for need in fields.pop("needs"))
    return AgentTemplate(name=name, needs=needs, **fields)


def agent_templates() -> list[AgentTemplate]:
    """Return all templates, sorted by type and title."""
    found = [agent_template(name) for name in template_names()]
    return sorted(found, key=lambda each: (each.canvas_type, each.title))
