"""What a component is, and what it works with.

In: its node of the canvas, with options out of its parameters, and the call: values of other
components, the conversation, the outside. Out: outputs by name, and where to go on. One file beside
this one holds one component; what it may not do by itself (speak, wait for a user, open a loop) it
asks the runtime for by what it returns.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import Field, ValidationError

from ragflow.agents.dsl import HISTORY_WINDOW, Canvas, Node
from ragflow.agents.environment import Environment
from ragflow.agents.options import Listed, Options
from ragflow.agents.references import (
    fill,
    inside,
    is_template,
    reference_in,
    references_in,
    render,
)
from ragflow.agents.sources import SourceBook
from ragflow.agents.state import CanvasState
from ragflow.agents.text_stream import TextStream
from ragflow.domain.answers import ChatTurn, ModelDelta
from ragflow.domain.errors import BudgetExceeded
from ragflow.domain.registry import Registry


class CommonOptions(Options):
    """Hold what every component may be told.

    `exception_method` is `comment` (go on with the default value), `goto`, or nothing; the delay is
    in seconds.
    """

    message_history_window_size: int = HISTORY_WINDOW
    max_retries: int = Field(0, ge=0, le=100)
    delay_after_error: float = Field(2.0, ge=0, le=600)
    exception_method: Literal["comment", "goto", ""] = ""
    exception_default_value: Any = None
    exception_goto: Listed = ()
    description: str = ""


OptionsT = TypeVar("OptionsT", bound=CommonOptions)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Say what a component made.

    A `TextStream` among the outputs is a text that still grows. `follow` are the components to go
    on with, None for those that the canvas draws after this one. `rounds` opens a loop: one round
    for each of its items.
    """

    outputs: Mapping[str, Any] = field(default_factory=dict)
    follow: tuple[str, ...] | None = None
    rounds: Sequence[Any] | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """Ask a user for inputs, by key, with a word on what they are for."""

    inputs: Mapping[str, Any] = field(default_factory=dict)
    tips: str = ""


@dataclass(slots=True)
class Call:
    """Give a component what it works with in one run.

    `inputs` collects what it was given, for the trace; `tokens` those that it spent. `say` shows a
    piece of text to the user.
    """

    node: Node
    canvas: Canvas
    state: CanvasState
    environment: Environment
    sources: SourceBook
    say: Callable[[ModelDelta], None]
    inputs: dict[str, Any] = field(default_factory=dict)
    tokens: int = 0

    @property
    def given(self) -> Mapping[str, Any]:
        """Return what a user filled in."""
        return self.state.given

    async def value(self, reference: str) -> Any:
        """Return the value that a reference names, None where there is none."""
        value = await self._settled(reference)
        self.inputs[reference] = value
        return value

    def stream(self, reference: str) -> TextStream | None:
        """Return the text that a reference names, if it is one that may still grow."""
        value = self._stored(reference)
        return value if isinstance(value, TextStream) else None

    async def fill(self, text: str) -> str:
        """Return a text with its references filled in."""
        return fill(text, (await self._values(text)).get)

    async def render(self, text: str) -> str:
        """Return a text filled in, or what it makes as a template. Raises `InvalidInput`."""
        if not is_template(text):
            return await self.fill(text)
        return await asyncio.to_thread(render, text, (await self._values(text)).get)

    async def resolved(self, value: Any) -> Any:
        """Return parameters with all references in them resolved, to any depth.

        A text that is nothing but one reference becomes its value, of whatever type.
        """
        if isinstance(value, str):
            alone = reference_in(value)
            return await self.value(alone) if self.is_known(alone) else await self.fill(value)
        if isinstance(value, Mapping):
            return {key: await self.resolved(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [await self.resolved(each) for each in value]
        return value

    def is_known(self, reference: str) -> bool:
        """Tell whether a reference leads somewhere; a mail address looks like one, too."""
        node_id, at, _ = reference.partition("@")
        return bool(reference) and (not at or node_id in self.canvas.nodes)

    def kind_of(self, node_id: str) -> str:
        """Return what a component of the canvas is, '' for one that is not there."""
        node = self.canvas.nodes.get(node_id)
        return node.kind if node else ""

    def turns(self, window: int) -> list[ChatTurn]:
        """Return the conversation before this question."""
        return self.state.turns(window)

    def step(self) -> None:
        """Count a step of the run. Raises `BudgetExceeded`."""
        self.within_budget()
        steps = self.state.steps
        if steps >= self.environment.limits.steps:
            raise BudgetExceeded(spent=f"{steps} steps", setting="agents.steps")
        self.state.steps += 1

    def within_budget(self) -> None:
        """Raise `BudgetExceeded` when the run has spent its tokens."""
        tokens = self.state.tokens
        if tokens >= self.environment.limits.tokens:
            raise BudgetExceeded(spent=f"{tokens} tokens", setting="agents.tokens")

    def spend(self, tokens: int) -> None:
        """Count tokens of a model."""
        self.tokens += tokens
        self.state.tokens += tokens

    async def _values(self, text: str) -> dict[str, Any]:
        return {name: await self.value(name) for name in references_in(text)}

    async def _settled(self, reference: str) -> Any:
        value = self._stored(reference)
        if isinstance(value, TextStream):
            return await value.text()
        return value

    def _stored(self, reference: str) -> Any:
        node_id, at, name = reference.partition("@")
        if not at:
            if reference in self.state.globals:
                return self.state.globals[reference]
            return self.canvas.variable(reference)
        outputs = self.state.outputs.get(node_id, {})
        if name in outputs:
            return outputs[name]
        first, *path = name.split(".")
        return inside(outputs.get(first), path) if path else None


class Component(ABC, Generic[OptionsT]):
    """Be the base of all components.

    `speaks` marks those that talk to the user, one at a time; `waits` those that a run stops at
    until the user has filled in a form; `enters_loop` the one that begins each round of a loop;
    `asks_again` those that ask a model again by themselves when it does not answer.
    `default_output` and `further_outputs` name what it makes; `asides` those of them that only tell
    of how it was made.
    """

    options_type: ClassVar[type[CommonOptions]] = CommonOptions
    speaks: ClassVar[bool] = False
    waits: ClassVar[bool] = False
    enters_loop: ClassVar[bool] = False
    asks_again: ClassVar[bool] = False
    default_output: ClassVar[str] = "content"
    further_outputs: ClassVar[tuple[str, ...]] = ()
    asides: ClassVar[tuple[str, ...]] = ()

    def __init__(self, node: Node) -> None:
        self.node = node
        self.options: OptionsT = self.options_type.model_validate(dict(node.params))  # type: ignore[assignment]

    @property
    def lasting(self) -> bool:
        """Tell whether this changes things outside, which must not be done twice after a crash."""
        return False

    @property
    def main_output(self) -> str:
        """Return the first output that a default value goes to when this fails."""
        return self.defaulted[0]

    @property
    def defaulted(self) -> tuple[str, ...]:
        """Return all outputs that a default value goes to: whichever is read, it is there."""
        made = [*self.node.declared, self.default_output, *(self.makes() or ())]
        return tuple(name for name in dict.fromkeys(made) if name not in self.asides)

    def makes(self) -> Collection[str] | None:
        """Return the names of all that it can make, None where only a run shows them."""
        return (self.default_output, *self.further_outputs)

    @property
    def thoughts(self) -> str:
        """Return a word for the user on what is being done."""
        return ""

    @abstractmethod
    async def run(self, call: Call) -> Outcome:
        """Do the work. Raises `RagflowError`."""

    def targets(self) -> tuple[str, ...]:
        """Return the components that this may go on with, beside those drawn after it."""
        return ()

    def pointers(self) -> Iterator[tuple[str, str]]:
        """Yield what can be nothing but a reference, with or without braces, as field and text."""
        yield from ()

    def collects(self) -> Mapping[str, str]:
        """Return what a loop gathers from each of its rounds, as references by output name."""
        return {}

    def refuse(self, given: Mapping[str, Any], question: str) -> None:  # noqa: ARG002
        """Raise `InvalidInput` where what a user filled in does not answer the form."""
        return

    async def form(self, call: Call) -> Form:  # noqa: ARG002
        """Return the form that this waits for."""
        return Form()

    def problems(self, canvas: Canvas) -> Iterator[tuple[str, str]]:  # noqa: ARG002
        """Yield what is wrong with the options, as field and reason."""
        yield from ()


components: Registry[type[Component[Any]]] = Registry("component")


def option_problems(error: ValidationError) -> Iterator[tuple[str, str]]:
    """Yield what a validation found, as field and reason."""
    for found in error.errors():
        yield ".".join(str(part) for part in ("params", *found["loc"])), found["msg"]


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text in parameters, to any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts_in(each)
