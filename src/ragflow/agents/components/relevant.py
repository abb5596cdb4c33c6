"""Relevant: a model of an older canvas tells whether what was found answers the question."""

from __future__ import annotations

from ragflow.agents.components.base import Call, Component, Outcome, components
from ragflow.agents.components.model_call import ModelOptions, ask
from ragflow.agents.components.upstream import made_before
from ragflow.agents.prompts import prompt
from ragflow.domain.answers import ChatTurn


class RelevantOptions(ModelOptions):
    """Name where each answer leads."""

    yes: str = ""
    no: str = ""


@components.register("Relevant")
class Relevant(Component[RelevantOptions]):
    """Go on by the model's judgement."""

    options_type = RelevantOptions
    asks_again = True

    async def run(self, call: Call) -> Outcome:
        """Return `yes` or `no`, and go where it leads."""
        found = await made_before(call)
        instruction = prompt("relevant", question=call.state.question, found=found)
        said = (await ask(self.options, [ChatTurn("user", instruction)], call)).casefold()
        fits = bool(found) and said.lstrip("\"'* ").startswith("yes")
        to = self.options.yes if fits else self.options.no
        return Outcome({"content": "yes" if fits else "no"}, follow=(to,) if to else ())

    def targets(self) -> tuple[str, ...]:
        """Return where the answers lead."""
        return tuple(each for each in (self.options.yes, self.options.no) if each)
