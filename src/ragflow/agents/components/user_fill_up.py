"""UserFillUp: the run stops until a user has filled in a form."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import Field

from ragflow.agents.components.base import Call, CommonOptions, Component, Form, Outcome, components
from ragflow.agents.components.forms import Inputs, plain_answers, read_files


class UserFillUpOptions(CommonOptions):
    """Hold a form, and a word on what it is for."""

    enable_tips: bool = True
    tips: str = ""
    inputs: Inputs = Field(default_factory=dict)


@components.register("UserFillUp", "Await")
class UserFillUp(Component[UserFillUpOptions]):
    """Wait for a form to be filled in."""

    options_type = UserFillUpOptions
    waits = True

    def makes(self) -> Collection[str]:
        """Return the keys of the form."""
        return self.options.inputs.keys()

    async def form(self, call: Call) -> Form:
        """Return the form with its tips filled in."""
        tips = await call.fill(self.options.tips) if self.options.enable_tips else ""
        return Form(dict(self.options.inputs), tips)

    def refuse(self, given: Mapping[str, Any], question: str) -> None:
        """Raise `InvalidInput` where the form is not filled in as it should be."""
        plain_answers(self.options.inputs, given, question)

    async def run(self, call: Call) -> Outcome:
        """Return one output for each input; a plain answer fills in a form of one line."""
        inputs = self.options.inputs
        answers = plain_answers(inputs, call.given, call.state.question)
        outputs = {key: await read_files(inputs[key], answers[key], call) for key in answers}
        call.inputs.update(outputs)
        return Outcome(outputs)
