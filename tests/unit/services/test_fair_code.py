"""Scripts of one tenant leave room for those of others."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from ragflow.domain.agent_ports import CodeResult, CodeTask
from ragflow.domain.errors import CodeFailed
from ragflow.services.fair_code import FairCode


@dataclass
class Places:
    """Run endless scripts until `open` is set, others at once, so many at a time."""

    free: asyncio.Semaphore
    open: asyncio.Event = field(default_factory=asyncio.Event)
    running: int = 0

    async def run(self, task: CodeTask) -> CodeResult:
        async with self.free:
            if task.script == "fail":
                raise CodeFailed("no")
            self.running += 1
            if task.script == "endless":
                await self.open.wait()
            self.running -= 1
            return CodeResult(task.script)


@pytest.mark.parametrize(("places", "share"), [(4, 2), (3, 1), (1, 1)])
def test_a_tenant_takes_half_of_the_places(places: int, share: int) -> None:
    async def crowd() -> None:
        runner = Places(asyncio.Semaphore(places))
        fair = FairCode(runner, places)
        crowd = [
            asyncio.create_task(fair.of("greedy").run(CodeTask("python", "endless")))
            for _ in range(12)
        ]
        await asyncio.sleep(0.01)
        assert runner.running == share
        if places > 1:
            short = fair.of("other").run(CodeTask("python", "short"))
            assert (await asyncio.wait_for(short, 5)).result == "short"
        runner.open.set()
        assert len(await asyncio.wait_for(asyncio.gather(*crowd), 5)) == 12

    asyncio.run(crowd())


def test_a_script_that_fails_gives_its_turn_back_in_every_loop() -> None:
    async def again_and_again() -> object:
        fair = FairCode(Places(asyncio.Semaphore(2)), 2)
        for _ in range(3):
            with pytest.raises(CodeFailed):
                await fair.of("t").run(CodeTask("python", "fail"))
        return (await asyncio.wait_for(fair.of("t").run(CodeTask("python", "x")), 5)).result

    assert [asyncio.run(again_and_again()) for _ in range(2)] == ["x", "x"]


def test_one_object_serves_several_loops() -> None:
    class Echo:
        async def run(self, task: CodeTask) -> CodeResult:
            await asyncio.sleep(0.001)
            return CodeResult(task.script)

    fair = FairCode(Echo(), 2)

    async def crowd() -> int:
        runs = (fair.of("t").run(CodeTask("python", "x")) for _ in range(4))
        return len(await asyncio.gather(*runs))

    assert [asyncio.run(crowd()) for _ in range(2)] == [4, 4]
