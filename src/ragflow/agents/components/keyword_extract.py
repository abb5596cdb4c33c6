"""KeywordExtract: the words that a text is about."""

from __future__ import annotations

from pydantic import Field

from ragflow.agents.components.base import Call, Component, Outcome, components
from ragflow.agents.components.model_call import ModelOptions, ask, model_of
from ragflow.agents.components.upstream import Query, asked_of
from ragflow.domain.answers import ChatTurn
from ragflow.generate.prompts import prompt
from ragflow.text.key_terms import key_terms


class KeywordExtractOptions(ModelOptions):
    """Hold the text, and how many keywords are wanted."""

    query: Query = "sys.query"
    top_n: int = Field(3, ge=1, le=50)


@components.register("KeywordExtract")
class KeywordExtract(Component[KeywordExtractOptions]):
    """Ask a model for keywords; without one that writes freely, weigh the words."""

    options_type = KeywordExtractOptions
    asks_again = True
    further_outputs = ("result",)

    async def run(self, call: Call) -> Outcome:
        """Return the keywords, separated by commas."""
        options = self.options
        text = await asked_of(call, options.query)
        model = await model_of(options, call)
        if model.generative:
            instruction = prompt("keywords", text=text, count=str(options.top_n))
            said = await ask(options, [ChatTurn("user", instruction)], call)
            made = ", ".join(
                each.strip() for each in said.replace("\n", ",").split(",") if each.strip()
            )
        else:
            made = ", ".join(key_terms([text], options.top_n)[0])
        return Outcome({"content": made, "result": made})
