"""A script sees no process but its own, starts none, and leaves none behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ragflow.adapters.code.base import Walls
from ragflow.adapters.code.local import LocalRunner
from ragflow.domain.agent_ports import CodeTask
from ragflow.domain.errors import CodeFailed

from .conftest import Reach, Run, bubblewrap_places, marked


def test_other_processes_can_be_neither_seen_nor_touched(reach: Reach) -> None:
    tries: dict[str, str] = {}
    for name, pid in {"server": "server", "parent": "os.getppid()", "init": "1"}.items():
        tries |= {
            f"{name}: command": f"open(f'/proc/{{{pid}}}/cmdline').read()",
            f"{name}: environment": f"open(f'/proc/{{{pid}}}/environ').read()",
            f"{name}: descriptors": f"os.listdir(f'/proc/{{{pid}}}/fd')",
            f"{name}: memory": f"open(f'/proc/{{{pid}}}/mem', 'rb')",
            f"{name}: signal": f"os.kill({pid}, 0)",
            f"{name}: kill": f"os.kill({pid}, signal.SIGKILL)",
            f"{name}: limits": f"resource.prlimit({pid}, resource.RLIMIT_CPU, (1, 1))",
            f"{name}: limits, read": f"resource.prlimit({pid}, resource.RLIMIT_CPU)",
            f"{name}: processors": f"os.sched_setaffinity({pid}, {{0}})",
            f"{name}: priority": f"os.setpriority(os.PRIO_PROCESS, {pid}, 19)",
            f"{name}: scheduler": f"os.sched_setscheduler({pid}, os.SCHED_IDLE, os.sched_param(0))",
            f"{name}: handle": f"os.pidfd_open({pid})",
            f"{name}: trace": f"ctypes.CDLL(None).ptrace(16, {pid}, 0, 0) == -1 and os.fstat(-1)",
        }
    tries |= {
        "all processes": "os.kill(-1, 0)",
        "the group": "os.killpg(0, 0)",
        "signals by a descriptor": "__import__('fcntl').fcntl(1, 8, server)",
        "list of processes": "[p for p in os.listdir('/proc') if p.isdigit()]",
        "another user": "os.setuid(1000)",
        "a group of its own": "os.setsid()",
        "namespaces": "ctypes.CDLL(None).unshare(0x10000000) == -1 and os.fstat(-1)",
        "filters": "ctypes.CDLL(None).prctl(22, 2, 0) == -1 and os.fstat(-1)",
    }
    assert reach(tries, server=os.getpid()) == {}


def test_no_process_can_be_started(reach: Reach) -> None:
    tries = {
        "fork": "os.fork()",
        "shell": "os.popen('id').read()",
        "program": "subprocess.run(['/bin/ls'], check=True)",
        "itself": "subprocess.run([sys.executable, '-c', 'pass'], check=True)",
        "spawn": "os.posix_spawn('/bin/ls', ['ls'], {})",
        "in its place": "os.execv('/bin/ls', ['ls'])",
        "the interpreter in its place": "os.execv(sys.executable, ['python', '-c', 'pass'])",
        "in a namespace": "ctypes.CDLL(None).syscall(56, 0x10000000, 0, 0, 0, 0) == -1 and "
        "os.fstat(-1)",
    }
    assert reach(tries) == {}


def test_a_fork_bomb_does_not_go_off(run: Run, nothing_left: None) -> None:
    script = """
import os
def main():
    started = 0
    for _ in range(1000):
        try:
            if os.fork() == 0:
                while True:
                    os.fork()
            started += 1
        except OSError:
            pass
    return started
"""
    assert run(script).result == 0


def test_threads_that_never_end_end_with_main(run: Run, nothing_left: None) -> None:
    script = """
import signal, threading, time
def main():
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
        signal.signal(name, signal.SIG_IGN)
    threading.Thread(target=time.sleep, args=(60,)).start()
    return "done"
"""
    assert run(script).result == "done"


def test_a_script_that_ignores_its_alarm_is_killed(run: Run, nothing_left: None) -> None:
    script = """
import signal, time
def main():
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    time.sleep(60)
"""
    with pytest.raises(CodeFailed, match="more than 4 seconds"):
        run(script)


def test_a_run_that_is_cancelled_leaves_nothing_behind(
    local_runner: LocalRunner, nothing_left: None
) -> None:
    async def cancelled() -> None:
        task = CodeTask("python", "import time\ndef main():\n    time.sleep(60)")
        running = asyncio.create_task(local_runner.run(task))
        await asyncio.sleep(1.5)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(cancelled())


SERVER = """
import asyncio, sys
from pathlib import Path
from ragflow.adapters.code.base import CodeLimits, Command
from ragflow.adapters.code.bubblewrap import Bubblewrap
from ragflow.adapters.code.base import Walls
from ragflow.adapters.code.local import LocalRunner
from ragflow.adapters.code.sandlock import Sandlock
from ragflow.domain.agent_ports import CodeTask

directory, name, *places = sys.argv[1:]
walls = Sandlock() if name == "sandlock" else Bubblewrap(places)

class Marked:
    name = "marked"
    def command(self, ground, directory):
        command = walls.command(ground, directory)
        return Command(command.arguments, {**command.environment, "MARK": str(directory)})

runner = LocalRunner(Marked(), CodeLimits(seconds=60), Path(directory))
asyncio.run(runner.run(CodeTask("python", "import time\\ndef main(): time.sleep(60)")))
"""


def test_a_script_ends_with_its_server(
    walls: Walls, data_directory: Path, nothing_left: None
) -> None:
    directory = str(data_directory / "sandbox")
    command = [sys.executable, "-c", SERVER, directory, walls.name, *bubblewrap_places()]
    with subprocess.Popen(command) as server:
        deadline = time.monotonic() + 30
        while len(list(marked(directory))) < 2:
            assert time.monotonic() < deadline, "the script does not start"
            time.sleep(0.05)
        server.kill()


def test_the_environment_holds_nothing_of_the_servers(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAGFLOW_DATABASE__URL", "postgresql://secret")
    script = "import os\ndef main(): return dict(os.environ)"
    found = run(script).result
    assert set(found) <= {"LANG", "PYTHONUTF8", "TZ", "PYTHONHOME", "PWD"}
    assert "secret" not in str(found)


def test_descriptors_of_the_server_are_not_passed_on(run: Run, tmp_path: Path) -> None:
    with tmp_path.joinpath("open").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        script = """
import os, stat
def main():
    kinds = []
    for number in range(64):
        try:
            kinds.append(stat.filemode(os.fstat(number).st_mode)[0])
        except OSError:
            pass
    return kinds
"""
        kinds = run(script).result
    assert kinds.count("-") == 0  # no regular file
    assert kinds.count("s") == 1  # the channel of the result


def test_a_crash_of_the_interpreter_is_told(run: Run, nothing_left: None) -> None:
    script = "import ctypes\ndef main(): ctypes.string_at(0)"
    with pytest.raises(CodeFailed, match=f"exit code -?{128 + signal.SIGSEGV}"):
        run(script)
