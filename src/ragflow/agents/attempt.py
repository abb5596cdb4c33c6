"""One component at work: tried again where it may be, and what comes of it when it fails.

In: a component and its call. Out: its outcome, kept in the state. A component that fails goes on as
its options say: at other components, or with a default value; else its error ends the run.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from ragflow.agents.components.base import Call, Component, Outcome
from ragflow.agents.text_stream import TextStream
from ragflow.domain.answers import ModelDelta
from ragflow.domain.errors import BudgetExceeded, ComponentFailed, ModelError, RagflowError

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Attempt:
    """Hold a component at work; `seconds` measures time.

    `fatal` says that its error ends the run; `blamed` names the component that failed where it is
    another, whose text this one was to speak.
    """

    component: Component[Any]
    call: Call
    started_at: float  # seconds since the epoch
    seconds: Callable[[], float]
    began: float = field(init=False)
    elapsed: float = field(default=0.0, init=False)  # until all that it made was whole
    outcome: Outcome = field(default_factory=Outcome)
    error: str | None = None
    blamed: str = ""
    fatal: bool = False

    def __post_init__(self) -> None:
        self.began = self.seconds()

    @property
    def id(self) -> str:
        """Return the component's id."""
        return self.component.node.id

    @property
    def grows(self) -> bool:
        """Tell whether a text that it made may still grow."""
        return any(isinstance(value, TextStream) for value in self.outcome.outputs.values())

    async def run(self, keeps_growing: Callable[[str], bool]) -> None:
        """Run the component and keep its outputs.

        Its texts may go on growing where `keeps_growing` says so of its id.
        """
        options = self.component.options
        for left in range(options.max_retries, -1, -1):
            again = left > 0
            try:
                self.outcome = await self.component.run(self.call)
                self.call.state.outputs[self.id] = dict(self.outcome.outputs)
                if not keeps_growing(self.id) or options.exception_method == "goto":
                    await self.settle()
                break
            except BudgetExceeded:
                raise  # no default value makes up for it
            except ComponentFailed as error:
                reason, self.blamed = error.facts["reason"], error.facts["component"]
            except RagflowError as error:
                reason = str(error)
                again = again and not (self.component.asks_again and isinstance(error, ModelError))
            except Exception as error:
                log.exception("component failed", component=self.id)
                reason = repr(error)
            if not again:
                self._fail(reason)
                break
            await asyncio.sleep(options.delay_after_error)
        self._guard_texts()
        self.call.state.outputs[self.id] = dict(self.outcome.outputs)
        if not self.grows and self.outcome.rounds is None:
            self.end()

    def end(self) -> None:
        """Note when it began and how long it took, among its outputs."""
        self.elapsed = self.seconds() - self.began
        outputs = self.call.state.outputs.setdefault(self.id, {})
        outputs.update(_created_time=self.started_at, _elapsed_time=self.elapsed)

    async def settle(self) -> None:
        """Wait until every text is whole. Raises what their source raises."""
        for name, value in list(self.outcome.outputs.items()):
            if isinstance(value, TextStream):
                self._note(name, await value.text())

    def _fail(self, reason: str) -> None:
        options, self.error = self.component.options, reason
        outputs: dict[str, Any] = {"_ERROR": reason}
        if options.exception_method == "goto" and options.exception_goto:
            self.outcome = Outcome(outputs, follow=tuple(options.exception_goto))
        elif self._has_default:
            outputs[self.component.main_output] = options.exception_default_value
            self.outcome = Outcome(outputs)
        else:
            self.fatal = True
            self.outcome = Outcome(outputs, follow=())

    def _note(self, name: str, value: Any) -> None:
        """Add an output to those that are kept already."""
        self.outcome = replace(self.outcome, outputs={**self.outcome.outputs, name: value})
        self.call.state.outputs.setdefault(self.id, {})[name] = value

    @property
    def _has_default(self) -> bool:
        options = self.component.options
        return bool(options.exception_method) and options.exception_default_value is not None

    def _guard_texts(self) -> None:
        """Let a text that fails while it grows end as the component's options say."""
        for value in self.outcome.outputs.values():
            if isinstance(value, TextStream):
                value.pass_through(self._guarded)
                value.start()  # so that several of one batch grow at once

    async def _guarded(self, source: AsyncIterator[ModelDelta]) -> AsyncIterator[ModelDelta]:
        try:
            async for piece in source:
                yield piece
        except BudgetExceeded:
            raise
        except RagflowError as error:
            self.error = str(error)
            self._note("_ERROR", self.error)
            if not self._has_default:
                self.fatal = True
                raise ComponentFailed(
                    component=self.component.node.title, reason=self.error
                ) from error
            yield ModelDelta(str(self.component.options.exception_default_value))
        finally:
            self.end()
