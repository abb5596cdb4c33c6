"""Prompts of enrichments: texts with named slots, one Markdown file beside each step.

In: a prompt's name and values for its slots. Out: the text, where only the slots that have a value
are replaced; all other braces, such as those in a document's text, stay as they are.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from ragflow.text.slots import fill


@cache
def prompt_text(name: str) -> str:
    """Return a prompt as it stands in its file; `name` may lead into a folder."""
    return files("ragflow.ingest.enrich").joinpath(f"{name}.md").read_text("utf-8").strip()


def prompt(name: str, **values: str) -> str:
    """Return a prompt with its slots filled."""
    return fill(prompt_text(name), values)
