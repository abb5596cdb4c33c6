"""Runs that go on in this process: who began them may leave, others may end them.

One keeper looks after all runs of a process: it says in the database that they live, and ends those
that somebody wishes to end, or deletes, from another process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import Any

import structlog

from ragflow.domain.agents import Claim
from ragflow.domain.errors import StoreUnavailable
from ragflow.domain.ports import Clock
from ragflow.domain.repositories import Database

log = structlog.get_logger(__name__)

BEATS_PER_LOOK = 2
SILENT_MILLISECONDS = 7_000
"""A run whose process was silent for so long was cut off."""


class Ending(Enum):
    """Say why a run is ended from outside."""

    CANCELLED = auto()
    LOST = auto()  # deleted with its conversation, or taken up by another process
    PAUSED = auto()  # the process ends; the run goes on in another


@dataclass(slots=True)
class _Live:
    task: asyncio.Task[None]
    loop: asyncio.AbstractEventLoop
    ending: Ending | None = None
    storing: bool = False


class LiveRuns:
    """Know the runs of this process; `look_seconds` is how often wishes are looked for."""

    def __init__(self, database: Database, clock: Clock, look_seconds: float = 1.0) -> None:
        self._database = database
        self._clock = clock
        self._look_seconds = look_seconds
        self._live: dict[Claim, _Live] = {}
        self._keeper: asyncio.Task[None] | None = None

    def start(self, claim: Claim, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something in a task of its own, which outlives who waits for what it tells."""
        loop = asyncio.get_running_loop()
        task = loop.create_task(work, name=f"agent run {claim.run_id}")
        self._live[claim] = _Live(task, loop)
        task.add_done_callback(lambda _done: self._live.pop(claim, None))
        if self._keeper is None or self._keeper.done():
            self._keeper = loop.create_task(self._keep(), name="keeper of agent runs")
        return task

    def ending(self, claim: Claim) -> Ending:
        """Return why a run was ended; what nobody wished for is the end of the process."""
        live = self._live.get(claim)
        return (live and live.ending) or Ending.PAUSED

    def storing(self, claim: Claim) -> None:
        """Let a run that has come to its end store it; nothing ends it any more."""
        if live := self._live.get(claim):
            live.storing = True

    def end_run(self, run_id: str, why: Ending = Ending.CANCELLED) -> None:
        """End a run, whoever has it in this process; from any thread."""
        for claim in list(self._live):
            if claim.run_id == run_id:
                self.end(claim, why)

    def end(
        self, claim: Claim, why: Ending = Ending.CANCELLED, *, after_seconds: float = 0.0
    ) -> None:
        """End a run if this process has it by this claim, unless it ends before; as above."""
        live = self._live.get(claim)
        if live is None:
            return
        loop = live.loop
        end = partial(self._end, live, why)
        if after_seconds:
            loop.call_soon_threadsafe(loop.call_later, after_seconds, end)
        else:
            loop.call_soon_threadsafe(end)

    async def pause(self) -> None:
        """End all runs, to be gone on with by another process."""
        tasks = [live.task for live in self._live.values()]
        for live in list(self._live.values()):
            self._end(live, Ending.PAUSED)
        await asyncio.gather(*tasks, return_exceptions=True)

    @staticmethod
    def _end(live: _Live, why: Ending) -> None:
        # a second time, or a late one, would cut off the storing of what was said
        if live.ending is None and not live.storing:
            live.ending = why
            live.task.cancel()

    async def _keep(self) -> None:
        looks = 0
        while self._live:
            try:
                wishes = await asyncio.to_thread(self._look, list(self._live), looks)
            except StoreUnavailable as error:
                log.warning("runs of agents cannot be looked after", why=str(error))
                wishes = {}
            for claim, why in wishes.items():
                self.end(claim, why)
            looks += 1
            await asyncio.sleep(self._look_seconds)

    def _look(self, claims: Sequence[Claim], looks: int) -> dict[Claim, Ending]:
        """Say that runs live, now and then, and return those that are to end, and why."""
        if looks % BEATS_PER_LOOK == 0:
            with self._database.transaction() as unit:
                unit.agent_runs.beat(claims, self._clock.milliseconds())
        with self._database.reading() as unit:
            wishes = unit.agent_runs.wishes(claims)
        lost = {claim: Ending.LOST for claim in claims if claim not in wishes}
        return lost | {claim: Ending.CANCELLED for claim, wished in wishes.items() if wished}
