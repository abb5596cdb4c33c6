"""Prompts: texts with named slots, one Markdown file each.

In: a prompt's name, values for its slots. Out: the text, where only the slots that have a value are
replaced; all other braces, such as those in a user's text or in code, stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def prompt_text(name: str) -> str:
    """Return the prompt `name` as it stands in its file."""
    return files(__name__).joinpath(f"{name}.md").read_text("utf-8").strip()


def fill(template: str, values: Mapping[str, str]) -> str:
    """Replace `{key}` by its value, for every key of `values`; values are not looked into."""
    if not values:
        return template
    slots = re.compile("|".join(re.escape(f"{{{key}}}") for key in values))
    return slots.sub(lambda slot: values[slot[0][1:-1]], template)


def prompt(name: str, **values: str) -> str:
    """Return the prompt `name` with its slots filled."""
    return fill(prompt_text(name), values)
