"""UserFillUp: the run stops until a user has filled in a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from ragflow.agents.components.base import Call, CommonOptions, Component, Form, Outcome, components
from ragflow.agents.components.forms import default_of, is_optional, title_of, typed_value
from ragflow.domain.errors import InvalidInput


class UserFillUpOptions(CommonOptions):
    """Hold a form, and a word on what it is for."""

    enable_tips: bool = True
    tips: str = ""
    inputs: Mapping[str, Any] = Field(default_factory=dict)


@components.register("UserFillUp", "Await")
class UserFillUp(Component[UserFillUpOptions]):
    """Wait for a form to be filled in."""

    options_type = UserFillUpOptions
    waits = True

    async def form(self, call: Call) -> Form:
        """Return the form with its tips filled in."""
        tips = await call.fill(self.options.tips) if self.options.enable_tips else ""
        return Form(dict(self.options.inputs), tips)

    async def run(self, call: Call) -> Outcome:
        """Return one output for each input; a plain answer fills in a form of one line."""
        given = dict(call.given)
        if not given and call.state.question and len(self.options.inputs) == 1:
            given = dict.fromkeys(self.options.inputs, call.state.question)
        outputs: dict[str, Any] = {}
        for key, declared in self.options.inputs.items():
            value = await typed_value(key, declared, given.get(key, default_of(declared)), call)
            if value in (None, "") and not is_optional(declared):
                raise InvalidInput(f"The input {title_of(key, declared)!r} is to be filled in.")
            outputs[key] = value
        call.inputs.update(outputs)
        return Outcome(outputs)
