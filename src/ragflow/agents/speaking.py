"""What a run says: the pieces of a component that speaks, passed on as they come.

In: a component that speaks, or one that failed and has a default value. Out: messages, with what
they cite; what was said and cited is in the state, also when the run ends in between.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator

from ragflow.agents.attempt import Attempt
from ragflow.agents.deadline import Deadline
from ragflow.agents.events import Event, message, message_end, thinking_mark
from ragflow.domain.answers import ModelDelta


async def spoken(
    attempt: Attempt, keeps_growing: Callable[[str], bool], deadline: Deadline
) -> AsyncGenerator[Event, None]:
    """Run a component that speaks, and pass each piece on. Raises `BudgetExceeded`."""
    pieces: asyncio.Queue[ModelDelta | None] = asyncio.Queue()
    attempt.call.say = pieces.put_nowait
    task = asyncio.create_task(attempt.run(keeps_growing))
    task.add_done_callback(lambda _done: pieces.put_nowait(None))
    state = attempt.call.state
    said: list[str] = []
    spoke = thinking = False
    try:
        while (piece := await deadline.wait(pieces.get())) is not None:
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
        state.said.extend(["".join(said)] if said else [])
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    if thinking:
        yield thinking_mark(begins=False)
    if spoke:
        reference = attempt.call.sources.reference("".join(said))
        state.references += [reference] if reference else []
        yield message_end(reference)


def default_said(attempt: Attempt) -> Iterator[Event]:
    """Say the default value of what failed, where it is a text."""
    default = attempt.outcome.outputs.get(attempt.component.main_output)
    if isinstance(default, str):
        attempt.call.state.said.append(default)
        yield message(default)
        yield message_end({})
