"""The runtime: runs a canvas, batch by batch, and tells what happens as it happens.

    question → begin → batch → batch → … → done, or a form to fill in

In: a canvas, the state of its conversation, the outside. Out: events in the order of the contract.
All that is ready runs at once, up to a bound; those that speak take turns. After each batch the
state is handed out to be kept, so that a run which was cut off goes on behind its last batch.
Refused: a canvas that cannot run, a component whose failure nothing handles, and what takes more
than its budget.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import aclosing
from typing import Any

from ragflow.agents.attempt import Attempt
from ragflow.agents.check import Plan
from ragflow.agents.components.base import Call
from ragflow.agents.deadline import Deadline
from ragflow.agents.environment import Environment
from ragflow.agents.events import (
    Event,
    node_finished,
    node_started,
    user_inputs,
    workflow_finished,
    workflow_started,
)
from ragflow.agents.question import Question, ask, refuse, waiting
from ragflow.agents.rounds import Rounds
from ragflow.agents.schedule import Schedule
from ragflow.agents.sources import SourceBook, merged
from ragflow.agents.speaking import default_said, spoken
from ragflow.agents.state import CanvasState
from ragflow.agents.text_stream import TextStream
from ragflow.domain.answers import ModelDelta
from ragflow.domain.errors import ComponentFailed

_LONGEST_PATH = 999

Keep = Callable[[CanvasState, bool], Awaitable[None]]
"""Keep a state; the flag says that nothing may follow before it is kept."""


async def keep_nothing(_state: CanvasState, _at_once: bool) -> None:
    """Keep no state."""


class Runtime:
    """Run one canvas, for one question at a time.

    `keep` is awaited after each batch; `seconds` measures time.
    """

    def __init__(
        self,
        plan: Plan,
        state: CanvasState,
        environment: Environment,
        *,
        run_id: str = "",
        keep: Keep = keep_nothing,
        seconds: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.state = state
        self._canvas = plan.canvas
        self._environment = environment
        self._run_id = run_id
        self._keep = keep
        self._seconds = seconds
        self._components = plan.components
        self._schedule = Schedule(plan.canvas, self._components)
        self._slots = asyncio.Semaphore(environment.limits.parallel)
        self._growing: list[Attempt] = []  # ended, but for a text
        self._rounds = Rounds(state, self._components, self._schedule, self._attempt)
        self._traces = 0
        self._deadline = Deadline(environment.limits.seconds, seconds)

    @property
    def waits(self) -> bool:
        """Tell whether the run stopped for a form to be filled in."""
        return bool(self.state.frontier)

    @property
    def reference(self) -> dict[str, Any]:
        """Return all that the messages of this run cite, also before it was cut off."""
        return merged(self.state.references)

    async def run(self, question: Question) -> AsyncGenerator[Event, None]:
        """Answer a question, or go on with what a user filled in.

        Raises `ComponentFailed`, after the event that names the component, and `BudgetExceeded`.
        """
        await ask(question, self.state, self._components, self._environment.files)
        async with aclosing(self.go_on()) as events:
            async for event in events:
                yield event

    async def go_on(self) -> AsyncGenerator[Event, None]:
        """Go on from the state, as after a run that was cut off; raises as `run` does.

        Nothing happens where the run had come to its end.
        """
        if not self.state.frontier:
            return
        self._deadline.begin()
        inputs = dict(self.state.given)
        last: Mapping[str, Any] = {}
        yield workflow_started(inputs)
        try:
            await self._keep(self.state, False)
            answered = self._waiting()
            while self.state.frontier:
                batch = self._schedule.batch(self.state.frontier, answered)
                if not batch:
                    if self.state.said:
                        self._close_turn()
                    yield await self._form()
                    await self._keep(self.state, True)
                    return
                answered = []
                attempts = [self._begin(node_id) for node_id in batch]
                async with aclosing(self._work(attempts)) as events:
                    async for event in events:
                        yield event
                last = attempts[-1].outcome.outputs
            async for event in self._finish_texts(list(self._growing)):
                yield event
            self._close_turn()
            await self._keep(self.state, True)
        finally:
            await self._close()
        yield workflow_finished(inputs, last, self._deadline.began, self._seconds())

    def refuse(self, question: Question) -> None:
        """Raise `InvalidInput` where a question does not answer the form that is waited for."""
        refuse(question, self.state, self._components)

    def _waiting(self) -> list[str]:
        return waiting(self.state, self._components)

    def _begin(self, node_id: str) -> Attempt:
        """Set a component to work. Raises `BudgetExceeded`."""
        attempt = self._attempt(node_id)
        attempt.call.step()
        self.state.path = [*self.state.path[-_LONGEST_PATH:], node_id]
        return attempt

    def _attempt(self, node_id: str) -> Attempt:
        component = self._components[node_id]
        call = Call(
            node=component.node,
            canvas=self._canvas,
            state=self.state,
            environment=self._environment,
            sources=SourceBook(self.state.sources),
            say=_say_nothing,
        )
        return Attempt(component, call, self._environment.clock.seconds(), self._seconds)

    async def _work(self, attempts: list[Attempt]) -> AsyncGenerator[Event, None]:
        """Run a batch, and go on to what follows it."""
        for each in attempts:
            yield node_started(each)
        silent = [each for each in attempts if not each.component.speaks]
        tasks = {each.id: asyncio.create_task(self._run(each)) for each in silent}
        earlier = list(self._growing)
        try:
            for each in attempts:
                if each.component.speaks:
                    speaking = spoken(each, self._schedule.only_spoken, self._deadline)
                    async with aclosing(speaking) as events:
                        async for event in events:
                            yield event
                else:
                    await self._deadline.wait(tasks[each.id])
                for event in self._ended(each):
                    yield event
            async for event in self._finish_texts(earlier):
                yield event
        finally:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
        for each in attempts:
            self._go_behind(each)
        async for loop in self._rounds.close(self._deadline):
            yield self._finished(loop)
        # A text that still grows is lost with its run; an end is kept together with its turn.
        if self.state.frontier and not self._growing:
            await self._keep(self.state, any(each.component.lasting for each in attempts))

    async def _run(self, attempt: Attempt) -> None:
        async with self._slots:
            await attempt.run(self._schedule.only_spoken)

    def _ended(self, attempt: Attempt) -> Iterator[Event]:
        """Tell that a component ended, or remember what of it has not. Raises `ComponentFailed`."""
        mended = attempt.error is not None and not attempt.fatal
        if mended and not self._schedule.speaks_later(attempt.id):
            yield from default_said(attempt)
        if attempt.fatal:  # of a text that failed tells who made it, and who was to say it
            yield from (self._finished(each) for each in self._growing if each.error is not None)
        if attempt.grows and not attempt.fatal:
            self._growing.append(attempt)
        elif attempt.outcome.rounds is None:  # a loop ends with its last round
            yield self._finished(attempt)
        if attempt.fatal:
            blamed = attempt.blamed or attempt.component.node.title
            raise ComponentFailed(component=blamed, reason=attempt.error)

    async def _finish_texts(self, growing: Iterable[Attempt]) -> AsyncGenerator[Event, None]:
        """Wait for texts that still grow, and tell that their components ended."""
        for each in growing:
            self._growing.remove(each)
            try:
                await self._deadline.wait(each.settle())
            except ComponentFailed:
                yield self._finished(each)
                raise
            yield self._finished(each)

    def _go_behind(self, attempt: Attempt) -> None:
        """Put what follows a component on the frontier, or open the loop that it asks for."""
        frontier, outcome = self.state.frontier, attempt.outcome
        frontier.remove(attempt.id)
        if outcome.rounds is not None:
            self._rounds.open(attempt, outcome.rounds)
            return
        after = attempt.component.node.downstream if outcome.follow is None else outcome.follow
        self._schedule.lead_to(after, frontier)

    async def _form(self) -> Event:
        """Ask for all that is waited for."""
        forms = [
            await self._components[node_id].form(self._attempt(node_id).call)
            for node_id in self._waiting()
        ]
        return user_inputs(forms)

    def _close_turn(self) -> None:
        """Note the answer in the conversation."""
        self.state.history.append(["assistant", "".join(self.state.said)])
        self.state.retrieval.append(self.reference)

    def _finished(self, attempt: Attempt) -> Event:
        """Tell that a component ended; what is told of a run is counted."""
        event = node_finished(attempt, self._run_id, self._traces, self._seconds())
        self._traces += 1
        return event

    async def _close(self) -> None:
        """Stop every text that still grows, whose model would go on speaking to nobody."""
        made = [value for outputs in self.state.outputs.values() for value in outputs.values()]
        for value in made:
            if isinstance(value, TextStream):
                await value.close()


def _say_nothing(_piece: ModelDelta) -> None:
    """Pass over what a component says that has no word."""
