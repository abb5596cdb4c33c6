"""Begin: the entry of a canvas; its inputs are the form that an agent asks for first."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ragflow.agents.components.base import Call, CommonOptions, Component, Outcome, components
from ragflow.agents.components.forms import Inputs, default_of, read_files, typed
from ragflow.agents.dsl import PROLOGUE


class BeginOptions(CommonOptions):
    """Hold how a conversation begins; `mode` is conversational or task.

    All but the inputs is for who opens a conversation: `begin_params` and `prologue_of` read it.
    """

    mode: str = "conversational"
    prologue: str = PROLOGUE
    enable_prologue: bool = Field(True, alias="enablePrologue")
    inputs: Inputs = Field(default_factory=dict)


@components.register("Begin")
class Begin(Component[BeginOptions]):
    """Hand on the values of the form; what a conversation filled in once, it keeps."""

    options_type = BeginOptions

    def makes(self) -> None:
        """Return None: a client may send more than the form asks for."""

    async def run(self, call: Call) -> Outcome:
        """Return one output for each input."""
        remembered = call.state.globals.setdefault("begin.inputs", {})
        outputs: dict[str, Any] = {}
        for key, declared in self.options.inputs.items():
            if key in call.given:
                sent = call.given[key]
                remembered[key] = sent
            else:
                sent = remembered.get(key, default_of(declared))
            outputs[key] = await read_files(declared, typed(key, declared, sent), call)
        for key in call.given.keys() - self.options.inputs.keys():
            outputs[key] = typed(key, {}, call.given[key])
        call.inputs.update(outputs)
        return Outcome(outputs)
