"""Prompts: texts with named slots, one Markdown file each beside the modules of a package.

In: a prompt's name, values for its slots. Out: the text, where only the slots that have a value are
replaced; all other braces, such as those in a user's text or in code, stay as they are.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from ragflow.text.slots import fill


class Prompts:
    """Read the prompts of one package."""

    def __init__(self, package: str) -> None:
        self._package = package

    def text(self, name: str) -> str:
        """Return a prompt as it stands in its file; `name` may lead into a folder."""
        return _text(self._package, name)

    def filled(self, name: str, /, **values: str) -> str:
        """Return a prompt with its slots filled."""
        return fill(self.text(name), values)


@cache
def _text(package: str, name: str) -> str:
    return files(package).joinpath(f"{name}.md").read_text("utf-8").strip()
