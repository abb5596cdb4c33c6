from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ragflow.supervisor import own_command

MEMBER = """
import os, sys, time
from ragflow.supervised import end_with_parent, tell_ready
end_with_parent()
with open({log!r}, "a") as log:
    print({name!r}, os.getpid(), file=log)
{body}
"""

SUPERVISOR = """
import sys
from ragflow.supervisor import Leader, supervise
commands = {{name: [sys.executable, "-c", script] for name, script in {scripts!r}.items()}}
sys.exit(supervise(commands, report=lambda line: print(line, flush=True),
    grace_seconds=1.0,
    leader=Leader({leader!r}) if {leader!r} else None))
"""

LIVE = "time.sleep(60)"


class Product:
    """A supervisor in a process of its own, and what its members wrote down."""

    def __init__(self, folder: Path, bodies: dict[str, str], leader: str) -> None:
        self.log = folder / "log"
        self.log.touch()
        scripts = {
            name: MEMBER.format(log=str(self.log), name=name, body=textwrap.dedent(body))
            for name, body in bodies.items()
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR.format(scripts=scripts, leader=leader)],
            stdout=subprocess.PIPE,
            text=True,
        )

    def started(self, name: str) -> list[int]:
        lines = [line.split() for line in self.log.read_text().splitlines()]
        return [int(pid) for member, pid in lines if member == name]

    def pids(self) -> list[int]:
        return [int(line.split()[1]) for line in self.log.read_text().splitlines()]


Start = Callable[..., Product]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    products: list[Product] = []

    def run(leader: str = "", **bodies: str) -> Product:
        products.append(Product(tmp_path, bodies, leader))
        return products[-1]

    yield run
    for product in products:
        product.process.kill()
        product.process.communicate()


def wait_until(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def test_a_crashed_process_is_started_again(start: Start) -> None:
    product = start(api=LIVE, worker=LIVE)
    wait_until(lambda: len(product.pids()) == 2)
    os.kill(product.started("worker")[0], signal.SIGKILL)
    wait_until(lambda: len(product.started("worker")) == 2)
    assert len(product.started("api")) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything(start: Start, number: signal.Signals) -> None:
    product = start(api=LIVE, worker=LIVE)
    wait_until(lambda: len(product.pids()) == 2)
    product.process.send_signal(number)
    assert product.process.wait(5) == 0
    assert not any(alive(pid) for pid in product.pids())


def test_a_process_that_does_not_listen_is_killed(start: Start) -> None:
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    product = start(deaf=deaf)
    wait_until(lambda: len(product.pids()) == 1)
    time.sleep(0.2)
    product.process.terminate()
    assert product.process.wait(5) == 0
    assert not alive(product.pids()[0])


def test_a_killed_supervisor_leaves_no_orphan(start: Start) -> None:
    product = start(api=LIVE, worker=LIVE)
    wait_until(lambda: len(product.pids()) == 2)
    product.process.kill()
    wait_until(lambda: not any(alive(pid) for pid in product.pids()), seconds=3)


def test_a_process_that_cannot_start_ends_the_product_with_its_code(start: Start) -> None:
    product = start(api="sys.exit(3)", worker=LIVE)
    said, _ = product.process.communicate(timeout=20)
    assert product.process.returncode == 3
    assert "api ended (exit code 3) 5 times; giving up" in said
    assert not any(alive(pid) for pid in product.pids())


def test_the_others_wait_until_the_leader_is_ready(start: Start) -> None:
    product = start("api", api="time.sleep(0.5); tell_ready(); time.sleep(60)", worker=LIVE)
    wait_until(lambda: bool(product.started("api")))
    time.sleep(0.3)
    assert product.started("worker") == []
    wait_until(lambda: len(product.started("worker")) == 1)


def test_a_leader_that_is_never_ready_ends_the_product_before_the_others_start(
    start: Start,
) -> None:
    product = start("api", api="sys.exit(3)", worker=LIVE)
    said, _ = product.process.communicate(timeout=20)
    assert product.process.returncode == 3
    assert len(product.started("api")) == 3
    assert product.started("worker") == []
    assert "api ended (exit code 3) 3 times at its start; giving up" in said


def test_a_leader_that_was_ready_once_is_started_again_more_often(start: Start) -> None:
    product = start("api", api="tell_ready(); sys.exit(3)", worker=LIVE)
    said, _ = product.process.communicate(timeout=20)
    assert len(product.started("api")) == 5
    assert "api ended (exit code 3) 5 times; giving up" in said


def test_the_supervisor_is_small(start: Start) -> None:
    product = start(api=LIVE)
    wait_until(lambda: len(product.pids()) == 1)
    status = Path(f"/proc/{product.process.pid}/status").read_text()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    assert int(resident.split()[1]) < 25_000


def test_our_own_commands_run_the_command_line() -> None:
    lifeline, keep_open = os.pipe()
    shown = subprocess.run(
        own_command("--help"), stdin=lifeline, capture_output=True, text=True, timeout=30
    )
    os.close(lifeline)
    os.close(keep_open)
    assert "serve" in shown.stdout
