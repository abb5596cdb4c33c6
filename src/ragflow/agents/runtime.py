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
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ragflow.agents.attempt import Attempt
from ragflow.agents.check import Plan
from ragflow.agents.components.base import Call, Outcome
from ragflow.agents.dsl import BEGIN
from ragflow.agents.environment import Environment
from ragflow.agents.events import (
    Event,
    message,
    message_end,
    node_finished,
    node_started,
    thinking_mark,
    user_inputs,
    workflow_finished,
    workflow_started,
)
from ragflow.agents.schedule import Schedule
from ragflow.agents.sources import SourceBook, merged
from ragflow.agents.state import CanvasState, Loop
from ragflow.agents.text_stream import TextStream
from ragflow.domain.answers import ModelDelta
from ragflow.domain.errors import BudgetExceeded, ComponentFailed

T = TypeVar("T")

_LONGEST_PATH = 999

Keep = Callable[[CanvasState, bool], Awaitable[None]]
"""Keep a state; the flag says that nothing may follow before it is kept."""


@dataclass(frozen=True, slots=True)
class Question:
    """Ask an agent; `inputs` are the values of its form, `files` the records of uploaded files."""

    query: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[Mapping[str, Any], ...] = ()
    user_id: str = ""


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
        self._open_loops: dict[str, Attempt] = {}
        self._traces = 0
        self._began = 0.0

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
        await self._ask(question)
        async with aclosing(self.go_on()) as events:
            async for event in events:
                yield event

    async def go_on(self) -> AsyncGenerator[Event, None]:
        """Go on from the state, as after a run that was cut off; raises as `run` does.

        Nothing happens where the run had come to its end.
        """
        if not self.state.frontier:
            return
        self._began = self._seconds()
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
        yield workflow_finished(inputs, last, self._began, self._seconds())

    def refuse(self, question: Question) -> None:
        """Raise `InvalidInput` where a question does not answer the form that is waited for."""
        for node_id in self._waiting():
            self._components[node_id].refuse(question.inputs, question.query)

    async def _ask(self, question: Question) -> None:
        """Put a question into the state, to set out from the entry or from an open form."""
        state = self.state
        self.refuse(question)
        files = [await self._read(file) for file in question.files]
        begins = not self._waiting()
        if begins:
            state.outputs.clear()
            state.sources.clear()
            state.loops.clear()
            state.frontier = [BEGIN]
            turns = state.globals.get("sys.conversation_turns")
            state.globals["sys.conversation_turns"] = (turns if isinstance(turns, int) else 0) + 1
            state.globals["sys.user_id"] = question.user_id
        if begins or question.query:
            state.globals["sys.query"] = question.query
            state.history.append(["user", question.query])
        state.globals["sys.files"] = files
        state.question, state.given = question.query, dict(question.inputs)
        state.said, state.references, state.steps, state.tokens = [], [], 0, 0

    def _waiting(self) -> list[str]:
        """Return what waits for a user; a canvas from elsewhere tells it by its path alone."""
        state = self.state
        last = state.path[-1] if state.path else ""
        if not state.frontier and last in self._components and self._components[last].waits:
            state.path.pop()
            state.frontier = [last]
        return [node_id for node_id in state.frontier if self._components[node_id].waits]

    async def _read(self, record: Mapping[str, Any]) -> str:
        read = await self._environment.files(record)
        return read.picture or f"File: {read.name}\nContent:\n{read.text}"

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
        return Attempt(component, call, self._environment.clock.seconds(), self._seconds())

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
                    async with aclosing(self._speak(each)) as events:
                        async for event in events:
                            yield event
                else:
                    await self._in_time(tasks[each.id])
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
        async for event in self._close_rounds():
            yield event
        # A text that still grows is lost with its run; an end is kept together with its turn.
        if self.state.frontier and not self._growing:
            await self._keep(self.state, any(each.component.lasting for each in attempts))

    async def _run(self, attempt: Attempt) -> None:
        async with self._slots:
            await attempt.run(self._schedule.only_spoken)

    async def _speak(self, attempt: Attempt) -> AsyncGenerator[Event, None]:
        """Run a component that speaks, and pass each piece on as it comes."""
        pieces: asyncio.Queue[ModelDelta | None] = asyncio.Queue()
        attempt.call.say = pieces.put_nowait
        task = asyncio.create_task(attempt.run(self._schedule.only_spoken))
        task.add_done_callback(lambda _done: pieces.put_nowait(None))
        said: list[str] = []
        spoke = thinking = False
        try:
            while (piece := await self._in_time(pieces.get())) is not None:
                spoke = True
                if bool(piece.reasoning) != thinking:
                    thinking = not thinking
                    yield thinking_mark(begins=thinking)
                if piece.reasoning:
                    yield message(piece.reasoning)
                if piece.content:
                    said.append(piece.content)
                    yield message(piece.content)
            await task
        finally:
            self.state.said.extend(["".join(said)] if said else [])
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if thinking:
            yield thinking_mark(begins=False)
        if spoke:
            reference = attempt.call.sources.reference("".join(said))
            self.state.references += [reference] if reference else []
            yield message_end(reference)

    def _ended(self, attempt: Attempt) -> Iterator[Event]:
        """Tell that a component ended, or remember what of it has not. Raises `ComponentFailed`."""
        if attempt.error is not None and not attempt.fatal:
            yield from self._say_default(attempt)
        if attempt.fatal:  # of a text that failed tells who made it, and who was to say it
            yield from (self._finished(each) for each in self._growing if each.error is not None)
        if attempt.outcome.rounds is not None:
            self._open_loops[attempt.id] = attempt
        elif attempt.grows and not attempt.fatal:
            self._growing.append(attempt)
        else:
            yield self._finished(attempt)
        if attempt.fatal:
            blamed = attempt.blamed or attempt.component.node.title
            raise ComponentFailed(component=blamed, reason=attempt.error)

    def _say_default(self, attempt: Attempt) -> Iterator[Event]:
        """Say the default value of what failed, where nothing that follows would."""
        default = attempt.outcome.outputs.get(attempt.component.main_output)
        if not isinstance(default, str) or self._schedule.speaks_later(attempt.id):
            return
        self.state.said.append(default)
        yield message(default)
        yield message_end({})

    async def _finish_texts(self, growing: Iterable[Attempt]) -> AsyncGenerator[Event, None]:
        """Wait for texts that still grow, and tell that their components ended."""
        for each in growing:
            self._growing.remove(each)
            try:
                await self._in_time(each.settle())
            except ComponentFailed:
                yield self._finished(each)
                raise
            yield self._finished(each)

    def _go_behind(self, attempt: Attempt) -> None:
        """Put what follows a component on the frontier."""
        state, outcome = self.state, attempt.outcome
        state.frontier.remove(attempt.id)
        if outcome.rounds is not None:
            state.loops[attempt.id] = Loop(list(outcome.rounds))
            return
        after = attempt.component.node.downstream if outcome.follow is None else outcome.follow
        self._lead_to(after)

    def _lead_to(self, node_ids: tuple[str, ...]) -> None:
        for node_id in node_ids:
            if node_id in self._components and node_id not in self.state.frontier:
                self.state.frontier.append(node_id)

    async def _close_rounds(self) -> AsyncGenerator[Event, None]:
        """Begin the next round of each loop whose round has ended, or go on behind the loop."""
        state, inside = self.state, self._schedule.is_inside
        depth = {loop_id: len(self._schedule.loops_around(loop_id)) for loop_id in state.loops}
        for loop_id in sorted(depth, key=lambda each: -depth[each]):
            if any(inside(node_id, loop_id) for node_id in state.frontier):
                continue
            loop, component = state.loops[loop_id], self._components[loop_id]
            if loop.index >= 0:
                await self._collect(loop, component.collects())
            loop.index += 1
            entry = self._schedule.entry(loop_id)
            if entry is not None and loop.index < len(loop.items):
                state.frontier.append(entry)
                continue
            del state.loops[loop_id]
            attempt = self._open_loops.pop(loop_id, None) or self._attempt(loop_id)
            gathered = {name: loop.collected.get(name, []) for name in component.collects()}
            attempt.outcome = Outcome(gathered)
            state.outputs[loop_id] = dict(gathered)
            self._lead_to(component.node.downstream)
            yield self._finished(attempt)

    async def _collect(self, loop: Loop, wanted: Mapping[str, str]) -> None:
        """Gather what a round made."""
        for name, reference in wanted.items():
            node_id, _, output = reference.partition("@")
            value = self.state.outputs.get(node_id, {}).get(output)
            if isinstance(value, TextStream):
                value = await self._in_time(value.text())
            loop.collected.setdefault(name, []).append(value)

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
        """Tell that a component ended; when it began and how long it took are outputs, too."""
        event = node_finished(attempt, self._run_id, self._traces, self._seconds())
        self._traces += 1
        outputs = self.state.outputs.setdefault(attempt.id, {})
        outputs["_created_time"] = attempt.started_at
        outputs["_elapsed_time"] = event.data["elapsed_time"]
        return event

    async def _in_time(self, work: Awaitable[T]) -> T:
        """Wait for work no longer than the run may take. Raises `BudgetExceeded`."""
        limit = self._environment.limits.seconds
        try:
            async with asyncio.timeout(max(self._began + limit - self._seconds(), 0)):
                return await work
        except TimeoutError:
            raise BudgetExceeded(spent=f"{limit:.0f} seconds", setting="agents.seconds") from None

    async def _close(self) -> None:
        """Stop every text that still grows, whose model would go on speaking to nobody."""
        for outputs in self.state.outputs.values():
            for value in outputs.values():
                if isinstance(value, TextStream):
                    await value.close()


def _say_nothing(_piece: ModelDelta) -> None:
    """Pass over what a component says that has no word."""
