"""Categorize: a model tells which of the canvas's categories a question belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from ragflow.agents.components.base import Call, Component, Outcome, components
from ragflow.agents.components.model_call import ModelOptions, ask
from ragflow.agents.components.upstream import Query, asked_of
from ragflow.agents.dsl import Canvas
from ragflow.agents.options import Listed, Options, listed
from ragflow.agents.prompts import prompt
from ragflow.agents.references import as_text
from ragflow.domain.answers import ChatTurn

Examples = Annotated[tuple[Any, ...], BeforeValidator(listed)]


class Category(Options):
    """Describe a category, and where a question of it goes."""

    description: str = ""
    examples: Examples = ()
    to: Listed = ()


class CategorizeOptions(ModelOptions):
    """Hold the categories by name; the last is the one for all that fits none."""

    query: Query = "sys.query"
    category_description: Mapping[str, Category] = Field(default_factory=dict)
    message_history_window_size: int = 1


@components.register("Categorize")
class Categorize(Component[CategorizeOptions]):
    """Go on where the category of a question leads."""

    options_type = CategorizeOptions
    asks_again = True
    default_output = "category_name"

    async def run(self, call: Call) -> Outcome:
        """Return the name of the category, and go where it leads."""
        options = self.options
        question = await asked_of(call, options.query)
        turns = [
            ChatTurn("system", self._instruction()),
            ChatTurn("user", _conversation(call, options.message_history_window_size, question)),
        ]
        answer = await ask(options, turns, call)
        name = chosen(answer, list(options.category_description))
        to = options.category_description[name].to
        return Outcome({"category_name": name, "_next": list(to)}, follow=to)

    def targets(self) -> tuple[str, ...]:
        """Return where each category leads."""
        described = self.options.category_description.values()
        return tuple(node_id for category in described for node_id in category.to)

    def problems(self, canvas: Canvas) -> Iterator[tuple[str, str]]:
        """Yield categories that lead nowhere."""
        yield from super().problems(canvas)
        if not self.options.category_description:
            yield "params.category_description", "there is no category"
        for name, category in self.options.category_description.items():
            if not category.to:
                yield f"params.category_description.{name}.to", "the category leads nowhere"

    def _instruction(self) -> str:
        lines: list[str] = []
        for name, category in self.options.category_description.items():
            lines.append(f"- {name}: {category.description}".rstrip(": "))
            lines += [f"    example: {_example(each)}" for each in category.examples]
        return prompt("categorize", categories="\n".join(lines))


def chosen(answer: str, names: list[str]) -> str:
    """Return the category that an answer names most often, the last one where it names none."""
    counts = {name: len(re.findall(re.escape(name), answer, re.IGNORECASE)) for name in names}
    best = max(counts.values(), default=0)
    if not best:
        return names[-1]
    # a name that is part of a longer one is counted wherever the longer one stands
    return max((name for name in names if counts[name] == best), key=len)


def _conversation(call: Call, window: int, question: str) -> str:
    before = [f"{turn.role.upper()}: {turn.content}" for turn in call.turns(max(window - 1, 0))]
    return "\n".join([*before, f"USER: {question}"])


def _example(example: Any) -> str:
    return as_text(example.get("value", example) if isinstance(example, Mapping) else example)
