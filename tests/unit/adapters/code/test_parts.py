"""The filter of system calls, results, and what an interpreter stands on."""

from __future__ import annotations

import asyncio
import struct
from pathlib import Path

import pytest

from ragflow.adapters.code.base import CodeLimits
from ragflow.adapters.code.bubblewrap import Bubblewrap
from ragflow.adapters.code.grounds import grounds, mirror
from ragflow.adapters.code.local import LocalRunner
from ragflow.adapters.code.results import result_of
from ragflow.adapters.code.syscalls import filter_program
from ragflow.domain.agent_ports import CodeTask
from ragflow.domain.errors import CodeFailed, SandboxUnavailable

ALLOW, REFUSE, UNKNOWN, KILL = 0x7FFF_0000, 0x0005_0001, 0x0005_0026, 0x8000_0000
X86 = 0xC000_003E
NAMES = ("read", "clone", "clone3", "fcntl", "ioctl", "sendto", "socketpair", "socket")


def decide(name: str, *arguments: int, architecture: int = X86) -> int:
    """Run the filter as the kernel does."""
    program = list(struct.iter_unpack("<HBBI", filter_program(_number, "x86_64")))
    data = struct.pack("<IIQ", _number(name), architecture, 0)
    data += b"".join(struct.pack("<Q", value) for value in (*arguments, 0, 0, 0, 0, 0, 0)[:6])
    place = accumulator = 0
    while True:
        code, then, otherwise, value = program[place]
        place += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif code == 0x54:
            accumulator &= value
        elif code == 0x15:
            place += then if accumulator == value else otherwise
        else:
            return int(value)


def _number(name: str) -> int:
    return NAMES.index(name) if name in NAMES else -1


@pytest.mark.parametrize(
    ("name", "arguments", "decision"),
    [
        ("read", (), ALLOW),
        ("socket", (2, 1, 0), REFUSE),
        ("clone", (0x0001_0000 | 0x100,), ALLOW),  # a thread
        ("clone", (17,), REFUSE),  # a process
        ("clone", (0x0001_0000 | 0x1000_0000,), REFUSE),  # a namespace
        ("clone3", (), UNKNOWN),
        ("fcntl", (0, 1030), ALLOW),  # a second descriptor
        ("fcntl", (0, 8), REFUSE),  # an owner to send signals to
        ("ioctl", (0, 0x5421), ALLOW),
        ("ioctl", (0, 0x5412), REFUSE),  # words put into a terminal
        ("sendto", (3, 1, 1, 0, 0, 0), ALLOW),
        ("sendto", (3, 1, 1, 0, 0x1000, 16), REFUSE),
        ("sendto", (3, 1, 1, 0, 0x1_0000_0000, 16), REFUSE),
        ("socketpair", (1, 1, 0), ALLOW),
        ("socketpair", (16, 1, 0), REFUSE),
    ],
)
def test_calls_pass_by_name_and_argument(
    name: str, arguments: tuple[int, ...], decision: int
) -> None:
    assert decide(name, *arguments) == decision


def test_calls_of_another_architecture_end_the_process() -> None:
    assert decide("read", architecture=0x4000_0003) == KILL


def test_no_jump_of_the_filter_leads_past_its_end() -> None:
    known = filter_program(lambda name: 500 + len(name), "aarch64")
    program = list(struct.iter_unpack("<HBBI", known))
    for place, (code, then, otherwise, _) in enumerate(program):
        if code == 0x15:
            assert place + 1 + max(then, otherwise) < len(program)


def test_machines_whose_calls_are_not_known_run_no_code() -> None:
    with pytest.raises(SandboxUnavailable, match="riscv64"):
        filter_program(_number, "riscv64")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[" * 100_000, "nested"),
        ("[" * 101 + "]" * 101, "nested"),
        ('{"a":' * 150 + "1" + "}" * 150, "nested"),
        ("NaN", "no number"),
        ('{"a": Infinity}', "no number"),
        ("1" * 100_000, "not JSON"),
        ('"\\ud800"', "half a character"),
        ('{"a": 1', "not JSON"),
        (b"\xff", "not JSON"),
    ],
)
def test_results_that_would_do_harm_are_refused(text: str | bytes, told: str) -> None:
    with pytest.raises(CodeFailed, match=told):
        result_of(text)


def test_results_keep_their_values() -> None:
    assert result_of('{"a": [1, 2.5, null, true, "ü"]}') == {"a": [1, 2.5, None, True, "ü"]}


def test_the_mirror_of_the_library_leaves_packages_out(tmp_path: Path) -> None:
    home = mirror(grounds(), tmp_path)
    assert mirror(grounds(), tmp_path) == home  # made once
    names = {path.name for path in home.rglob("*") if path.is_symlink()}
    assert {"json", "encodings", "os.py"} <= names
    assert not names & {"site-packages", "dist-packages"}


def test_bubblewrap_that_is_not_installed_says_so(tmp_path: Path) -> None:
    with pytest.raises(SandboxUnavailable, match="there is no /nowhere/bwrap"):
        Bubblewrap(("/nowhere/bwrap",)).command(grounds(), tmp_path)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [({"a": {1, 2}}, "cannot be written as JSON"), ({"a": "x" * (17 << 20)}, "more than")],
)
def test_arguments_that_cannot_travel_are_refused(
    tmp_path: Path, arguments: dict[str, object], told: str
) -> None:
    runner = LocalRunner(Bubblewrap(("/bin/true",)), CodeLimits(), tmp_path)
    with pytest.raises(CodeFailed, match=told):
        asyncio.run(runner.run(CodeTask("python", "", arguments)))
