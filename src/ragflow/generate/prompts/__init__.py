"""Prompts: texts with named slots, one Markdown file each.

In: a prompt's name, values for its slots. Out: the text, where only the slots that have a value are
replaced; all other braces, such as those in a user's text or in code, stay as they are.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from ragflow.text.slots import fill

__all__ = ["fill", "prompt", "prompt_text"]


@cache
def prompt_text(name: str) -> str:
    """Return the prompt `name` as it stands in its file."""
    return files(__name__).joinpath(f"{name}.md").read_text("utf-8").strip()


def prompt(name: str, **values: str) -> str:
    """Return the prompt `name` with its slots filled."""
    return fill(prompt_text(name), values)
