"""Switch: goes on by conditions on values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import AliasChoices, Field

from ragflow.agents.components.base import Call, CommonOptions, Component, Outcome, components
from ragflow.agents.components.upstream import older_value
from ragflow.agents.dsl import Canvas
from ragflow.agents.options import Listed, Options
from ragflow.agents.references import as_text, reference_in, references_in
from ragflow.domain.errors import InvalidInput

Operator = Literal[
    "contains", "not contains", "start with", "end with", "empty", "not empty",
    "=", "≠", ">", "<", "≥", "≤",
]  # fmt: skip


class Item(Options):
    """Compare a value with another."""

    cpn_id: str = ""
    operator: Operator = "="
    value: Any = ""


class Condition(Options):
    """Hold comparisons of which all must hold, or one, and where that leads."""

    logical_operator: Literal["and", "or"] = "and"
    items: tuple[Item, ...] = ()
    to: Listed = ()


class SwitchOptions(CommonOptions):
    """Hold the conditions in order, and where to go when none holds."""

    conditions: tuple[Condition, ...] = ()
    end_cpn_ids: Listed = Field((), validation_alias=AliasChoices("end_cpn_ids", "end_cpn_id"))


@components.register("Switch")
class Switch(Component[SwitchOptions]):
    """Go where the first condition that holds leads."""

    options_type = SwitchOptions
    default_output = "next"

    async def run(self, call: Call) -> Outcome:
        """Return the names of what comes next."""
        to = self.options.end_cpn_ids
        for condition in self.options.conditions:
            if condition.items and await _holds(condition, call):
                to = condition.to
                break
        names = [call.canvas.nodes[each].title for each in to if each in call.canvas.nodes]
        return Outcome({"next": names, "_next": list(to)}, follow=to)

    def targets(self) -> tuple[str, ...]:
        """Return where the conditions lead."""
        led = [node_id for condition in self.options.conditions for node_id in condition.to]
        return (*led, *self.options.end_cpn_ids)

    def pointers(self) -> Iterator[tuple[str, str]]:
        """Yield what is compared."""
        for condition in self.options.conditions:
            yield from (("params.conditions", item.cpn_id) for item in condition.items)

    def problems(self, canvas: Canvas) -> Iterator[tuple[str, str]]:
        """Yield conditions that lead nowhere."""
        yield from super().problems(canvas)
        for number, condition in enumerate(self.options.conditions):
            if not condition.to:
                yield f"params.conditions.{number}.to", "the condition leads nowhere"
            for item in condition.items:
                known = item.cpn_id in canvas.nodes or reference_in(item.cpn_id)
                if item.cpn_id and not known and not references_in(item.cpn_id):
                    reason = f"{item.cpn_id!r} is neither a component nor a reference"
                    yield f"params.conditions.{number}.items", reason
        if not self.options.end_cpn_ids:
            yield "params.end_cpn_ids", "nothing is said on where to go when no condition holds"


async def _holds(condition: Condition, call: Call) -> bool:
    for item in condition.items:
        left = await older_value(call, item.cpn_id)
        right = await call.resolved(item.value)
        holds = compare(left, item.operator, right)
        if holds != (condition.logical_operator == "and"):
            return holds
    return condition.logical_operator == "and"


def compare(left: Any, operator: str, right: Any) -> bool:
    """Tell whether a comparison holds; texts in any case, numbers as numbers where both are.

    Raises `InvalidInput` for an unknown operator.
    """
    text, other = as_text(left).casefold(), as_text(right).casefold()
    match operator:
        case "contains":
            return other in text
        case "not contains":
            return other not in text
        case "start with":
            return text.startswith(other)
        case "end with":
            return text.endswith(other)
        case "empty":
            return left in (None, "", [], {})
        case "not empty":
            return left not in (None, "", [], {})
    first, second = _comparable(left, right)
    match operator:
        case "=":
            return bool(first == second)
        case "≠":
            return bool(first != second)
        case ">":
            return bool(first > second)
        case "<":
            return bool(first < second)
        case "≥":
            return bool(first >= second)
        case "≤":
            return bool(first <= second)
    raise InvalidInput(f"There is no operator {operator!r}.")


def _comparable(left: Any, right: Any) -> tuple[Any, Any]:
    try:
        return float(left), float(right)
    except (TypeError, ValueError):
        return as_text(left), as_text(right)
