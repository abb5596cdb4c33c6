"""StringTransform: splits a text into a list, or merges values into a text.

Refused: texts of more parts than a list can hold in a canvas.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Literal

from ragflow.agents.components.base import Call, CommonOptions, Component, Outcome, components
from ragflow.agents.options import Listed
from ragflow.agents.references import as_text
from ragflow.domain.errors import InvalidInput

MOST_PARTS = 100_000
_SPLIT_AT_ONCE = 100_000  # characters


class StringTransformOptions(CommonOptions):
    """Hold what is split, or the text that values are merged into."""

    method: Literal["split", "merge"] = "split"
    split_ref: str = ""
    delimiters: Listed = (",",)
    script: str = ""


@components.register("StringTransform")
class StringTransform(Component[StringTransformOptions]):
    """Split or merge."""

    options_type = StringTransformOptions
    default_output = "result"

    def pointers(self) -> Iterator[tuple[str, str]]:
        """Yield what is split."""
        if self.options.method == "split":
            yield "params.split_ref", self.options.split_ref

    async def run(self, call: Call) -> Outcome:
        """Return a list for split, a text for merge."""
        options = self.options
        if options.method == "merge":
            return Outcome({"result": await call.render(options.script)})
        value = await call.resolved(options.split_ref)
        text = as_text(value)
        if len(text) > _SPLIT_AT_ONCE:  # others would wait for it
            parts = await asyncio.to_thread(split, text, options.delimiters)
        else:
            parts = split(text, options.delimiters)
        return Outcome({"result": parts})


def split(text: str, delimiters: tuple[str, ...]) -> list[str]:
    """Split a text at any of the delimiters; nothing has no parts. Raises `InvalidInput`."""
    wanted = sorted((each for each in delimiters if each), key=len, reverse=True)
    if not text:
        return []
    if not wanted:
        return [text]
    parts = re.split("|".join(map(re.escape, wanted)), text, maxsplit=MOST_PARTS)
    if len(parts) > MOST_PARTS:
        raise InvalidInput(f"The text splits into more than {MOST_PARTS:,} parts.")
    return parts
