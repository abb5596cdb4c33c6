"""Prompts of agents: texts with named slots, one Markdown file each."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from ragflow.text.slots import fill


@cache
def prompt_text(name: str) -> str:
    """Return the prompt `name` as it stands in its file."""
    return files(__name__).joinpath(f"{name}.md").read_text("utf-8").strip()


def prompt(name: str, **values: str) -> str:
    """Return the prompt `name` with its slots filled."""
    return fill(prompt_text(name), values)
