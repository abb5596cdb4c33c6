"""Where walls do not hold, no code runs."""

from __future__ import annotations

import asyncio
import struct
import sys
from pathlib import Path

import pytest

from ragflow.adapters.code.base import CodeLimits, Command, Walls, interpreter
from ragflow.adapters.code.choose import Choice, code_runner, describe
from ragflow.adapters.code.closed import ClosedRunner
from ragflow.adapters.code.grounds import Grounds
from ragflow.adapters.code.local import LocalRunner
from ragflow.adapters.code.probe import ProbedRunner, probe
from ragflow.domain.agent_ports import CodeResult, CodeTask
from ragflow.domain.errors import SandboxUnavailable
from ragflow.settings import environment

LIMITS = CodeLimits(seconds=5.0)
TASK = CodeTask("python", "def main(): return 1")


class NoWalls:
    """Run a script in the open, by its filter alone."""

    name = "none"

    def command(self, ground: Grounds, directory: Path) -> Command:
        """Return the bare interpreter."""
        return Command(interpreter(ground), {"LANG": "C.UTF-8"})


class BrokenWalls:
    """Print why they do not stand."""

    name = "broken"

    def command(self, ground: Grounds, directory: Path) -> Command:
        """Return a command that fails."""
        script = "import sys; sys.exit('the kernel is too old')"
        return Command((sys.executable, "-c", script), {})


class MissingWalls:
    """Be not installed."""

    name = "missing"

    def command(self, ground: Grounds, directory: Path) -> Command:
        """Return a command that is not there."""
        return Command((str(directory / "missing"),), {})


class OpenRunner(LocalRunner):
    """Run scripts in the open, with a filter that lets everything pass."""

    def _common(self, ground: Grounds) -> dict[str, object]:
        allow_all = struct.pack("<HBBI", 0x06, 0, 0, 0x7FFF_0000)
        return {**super()._common(ground), "filter": allow_all.hex()}


def test_the_probe_passes_where_walls_hold(walls: Walls, tmp_path: Path) -> None:
    runner = LocalRunner(walls, LIMITS, tmp_path)
    chosen = asyncio.run(ProbedRunner([runner], None).chosen())
    assert chosen is runner


def test_the_probe_sees_what_a_script_in_the_open_reaches(tmp_path: Path) -> None:
    with pytest.raises(SandboxUnavailable) as refusal:
        asyncio.run(probe(OpenRunner(NoWalls(), LIMITS, tmp_path)))
    for reached in ("files", "writing", "network", "other processes", "starting processes"):
        assert reached in str(refusal.value)


def test_the_filter_alone_is_not_enough(tmp_path: Path) -> None:
    with pytest.raises(SandboxUnavailable, match=r"does not hold back .*'files'"):
        asyncio.run(probe(LocalRunner(NoWalls(), LIMITS, tmp_path)))


def test_the_probe_sees_the_servers_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Leaking(NoWalls):
        def command(self, ground: Grounds, directory: Path) -> Command:
            return Command(interpreter(ground), environment({}))

    monkeypatch.setenv("RAGFLOW_SECRET", "secret")
    with pytest.raises(SandboxUnavailable, match="the environment"):
        asyncio.run(probe(LocalRunner(Leaking(), LIMITS, tmp_path)))


def test_no_code_runs_where_nothing_holds(tmp_path: Path) -> None:
    candidates = [
        LocalRunner(walls, LIMITS, tmp_path) for walls in (NoWalls(), BrokenWalls(), MissingWalls())
    ]
    with pytest.raises(SandboxUnavailable) as refusal:
        asyncio.run(ProbedRunner(candidates, None).run(TASK))
    told = str(refusal.value)
    assert "none: it does not hold back" in told
    assert "broken: the sandbox does not start: the kernel is too old" in told
    assert "missing: it does not start" in told
    assert "docs/how-to/code-sandbox.md" in told
    assert "RAGFLOW_AGENTS__CODE_SANDBOX" in told


def test_the_next_one_serves_where_the_first_does_not_hold(tmp_path: Path) -> None:
    broken = LocalRunner(BrokenWalls(), LIMITS, tmp_path)
    last = ClosedRunner("it is the last")
    assert asyncio.run(ProbedRunner([broken], last).chosen()) is last


def test_a_probe_that_passed_is_not_made_again(walls: Walls, tmp_path: Path) -> None:
    started = []

    class Counting(LocalRunner):
        async def run(self, task: CodeTask) -> CodeResult:
            started.append(task)
            return await super().run(task)

    async def twice() -> None:
        runner = ProbedRunner([Counting(walls, LIMITS, tmp_path)], None)
        await runner.run(TASK)
        await runner.run(TASK)

    asyncio.run(twice())
    assert len(started) == 3


@pytest.mark.parametrize(
    ("choice", "url", "told"),
    [
        ("off", "", "agents.code_sandbox (RAGFLOW_AGENTS__CODE_SANDBOX) is off"),
        ("remote", "", "agents.sandbox_url (RAGFLOW_AGENTS__SANDBOX_URL) is empty"),
    ],
)
def test_a_closed_sandbox_says_why(tmp_path: Path, choice: Choice, url: str, told: str) -> None:
    runner = code_runner(choice, LIMITS, tmp_path, url)
    with pytest.raises(SandboxUnavailable) as refusal:
        asyncio.run(runner.run(TASK))
    assert told in str(refusal.value)


def test_the_runner_in_use_is_described(tmp_path: Path) -> None:
    remote = code_runner("remote", LIMITS, tmp_path, "http://127.0.0.1:9385")
    assert asyncio.run(describe(remote)) == "remote"
    broken = ProbedRunner([LocalRunner(BrokenWalls(), LIMITS, tmp_path)], None)
    assert "the kernel is too old" in asyncio.run(describe(broken))
