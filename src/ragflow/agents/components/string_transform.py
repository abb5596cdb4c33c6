"""StringTransform: splits a text into a list, or merges values into a text."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import field_validator

from ragflow.agents.components.base import Call, CommonOptions, Component, Outcome, components
from ragflow.agents.references import as_text


class StringTransformOptions(CommonOptions):
    """Hold what is split, or the text that values are merged into."""

    method: Literal["split", "merge"] = "split"
    split_ref: str = ""
    delimiters: tuple[str, ...] = (",",)
    script: str = ""

    @field_validator("delimiters", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value


@components.register("StringTransform")
class StringTransform(Component[StringTransformOptions]):
    """Split or merge."""

    options_type = StringTransformOptions
    default_output = "result"

    async def run(self, call: Call) -> Outcome:
        """Return a list for split, a text for merge."""
        options = self.options
        if options.method == "merge":
            return Outcome({"result": await call.render(options.script)})
        value = await call.resolved(options.split_ref)
        return Outcome({"result": split(value, options.delimiters)})


def split(value: Any, delimiters: tuple[str, ...]) -> list[str]:
    """Split a text at any of the delimiters."""
    wanted = sorted((each for each in delimiters if each), key=len, reverse=True)
    if not wanted:
        return [as_text(value)]
    return re.split("|".join(map(re.escape, wanted)), as_text(value))
