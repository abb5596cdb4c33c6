"""Every sandbox that this machine has, by the walls of its own and the filter that all share."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ragflow.adapters.code.base import CodeLimits, Command, Walls
from ragflow.adapters.code.bubblewrap import PLACES, Bubblewrap
from ragflow.adapters.code.grounds import Grounds
from ragflow.adapters.code.local import LocalRunner
from ragflow.adapters.code.probe import probe
from ragflow.adapters.code.sandlock import Sandlock
from ragflow.domain.agent_ports import CodeResult, CodeTask, Language
from ragflow.domain.errors import SandboxUnavailable

LIMITS = CodeLimits(seconds=4.0, memory_mib=128, output_kib=64, parallel=2)
Run = Callable[..., CodeResult]
Reach = Callable[..., dict[str, str]]

_REACHING = """
import ctypes, os, pathlib, resource, signal, socket, subprocess, sys, tempfile

def _tried(attempt):
    try:
        return f"reached: {attempt()!r:.200}"
    except (OSError, subprocess.SubprocessError) as error:
        return "held back"

def main(tries, known):
    return {name: _tried(lambda: eval(code, globals(), known)) for name, code in tries.items()}
"""


class Marked:
    """Mark the processes of walls by their environment, so that they can be found."""

    def __init__(self, walls: Walls) -> None:
        self.name = walls.name
        self._walls = walls

    def command(self, ground: Grounds, directory: Path) -> Command:
        """Return the marked command."""
        command = self._walls.command(ground, directory)
        return Command(command.arguments, {**command.environment, "MARK": str(directory)})


@pytest.fixture(scope="session", params=["sandlock", "bubblewrap"])
def walls(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Walls:
    sandlock = request.param == "sandlock"
    walls = Marked(Sandlock() if sandlock else Bubblewrap(bubblewrap_places()))
    try:
        asyncio.run(probe(LocalRunner(walls, LIMITS, tmp_path_factory.mktemp("probe"))))
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    return walls


@pytest.fixture(scope="session")
def data_directory(walls: Walls, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory as a server has one; the sandbox keeps its own things inside."""
    directory = tmp_path_factory.mktemp(f"data-{walls.name}")
    directory.joinpath("secret").write_text("secret")
    return directory


@pytest.fixture(scope="session")
def local_runner(walls: Walls, data_directory: Path) -> LocalRunner:
    return LocalRunner(walls, LIMITS, data_directory / "sandbox")


@pytest.fixture(scope="session")
def run(local_runner: LocalRunner) -> Run:
    """Return what runs a script with arguments by name."""

    def run(script: str, language: Language = "python", **arguments: Any) -> CodeResult:
        return asyncio.run(local_runner.run(CodeTask(language, script, arguments)))

    return run


@pytest.fixture(scope="session")
def reach(run: Run) -> Reach:
    """Return what evaluates expressions behind the walls and tells which of them were held back.

    They may use the names that are given; only what the system refuses counts as held back.
    """

    def reach(tries: Mapping[str, str], **known: Any) -> dict[str, str]:
        outcomes = run(_REACHING, tries=dict(tries), known=known).result
        assert set(outcomes) == set(tries)
        return {name: outcome for name, outcome in outcomes.items() if outcome != "held back"}

    return reach


@pytest.fixture
def nothing_left(data_directory: Path) -> Iterator[None]:
    """Fail when a process of the sandbox outlives the test."""
    yield
    deadline = time.monotonic() + 5
    while left := list(marked(str(data_directory / "sandbox"))):
        assert time.monotonic() < deadline, f"processes are left behind: {left}"
        time.sleep(0.05)


def bubblewrap_places() -> list[str]:
    """Return where bubblewrap is looked for in tests: on the PATH as well."""
    found = shutil.which("bwrap")
    return [*PLACES, *([found] if found else [])]


def marked(mark: str) -> Iterator[str]:
    """Yield the processes that have a mark in their environment, but for our own."""
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            try:
                environment = process.joinpath("environ").read_bytes()
            except OSError:
                continue  # gone, or not ours
            if mark.encode() in environment:
                yield process.name
