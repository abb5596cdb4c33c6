"""The supervisor: starts the product's processes, starts a crashed one again, ends them together.

In: commands by name. Out: an exit code, when all has ended; lines for people go to a callback. It
gives up when a process cannot stay up even for a moment several times in a row. Its processes hold
the other end of a pipe that only the supervisor keeps open, so they notice when it is killed.

Standard library only: this process lives as long as the product and should weigh next to nothing.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

GRACE_SECONDS = 8.0
"""How long a process may take to end before it is killed."""
STEADY_SECONDS = 10.0
"""A process that lived this long has proved that it can."""
MOST_FAILURES = 5
"""So many crashes in a row, each sooner than that, and the supervisor gives up."""

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
_POLL_SECONDS = 1.0

Report = Callable[[str], None]


@dataclass(slots=True)
class _Member:
    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restart_at: float = 0.0
    failures: int = field(default=0)


def own_command(*arguments: str) -> list[str]:
    """Return the command line that runs `ragflow` with these arguments under a supervisor."""
    return [sys.executable, "-P", "-m", "ragflow.supervised", *arguments]


def supervise(
    commands: Mapping[str, Sequence[str]],
    report: Report,
    grace_seconds: float = GRACE_SECONDS,
) -> int:
    """Run the commands until SIGTERM, SIGINT or a process that cannot live; return an exit code."""
    return _Supervisor(commands, report, grace_seconds).run()


class _Supervisor:
    def __init__(
        self, commands: Mapping[str, Sequence[str]], report: Report, grace_seconds: float
    ) -> None:
        self._members = [_Member(name, command) for name, command in commands.items()]
        self._report = report
        self._grace_seconds = grace_seconds
        self._stopping = False
        self._exit_code = 0
        # The processes' stdin: never written to, open as long as this process lives.
        self._lifeline, self._keep_open = os.pipe()

    def run(self) -> int:
        wakeup, wake = os.pipe()
        os.set_blocking(wake, False)
        before = [
            (number, signal.signal(number, handler))
            for number, handler in (
                (signal.SIGTERM, self._stop),
                (signal.SIGINT, self._stop),
                (signal.SIGCHLD, lambda *_: None),  # only to wake up
            )
        ]
        previous = signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        try:
            while not self._stopping:
                self._look_after_members()
                _wait(wakeup, self._next_wait())
        finally:
            self._end_members(wakeup)
            signal.set_wakeup_fd(previous)
            for number, handler in before:
                signal.signal(number, handler)
            for descriptor in (wakeup, wake, self._lifeline, self._keep_open):
                os.close(descriptor)
        return self._exit_code

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _look_after_members(self) -> None:
        now = time.monotonic()
        for member in self._members:
            if member.process is not None and member.process.poll() is not None:
                self._note_exit(member, member.process.returncode, now)
            if member.process is None and member.restart_at <= now and not self._stopping:
                self._start(member, now)

    def _start(self, member: _Member, now: float) -> None:
        member.process = subprocess.Popen(  # noqa: S603 - commands come from the command line tool
            member.command,
            stdin=self._lifeline,
            start_new_session=True,  # Ctrl-C in a terminal is for the supervisor alone
        )
        member.started_at = now

    def _note_exit(self, member: _Member, code: int, now: float) -> None:
        member.process = None
        steady = now - member.started_at >= STEADY_SECONDS
        member.failures = 1 if steady else member.failures + 1
        if member.failures >= MOST_FAILURES:
            self._report(f"{member.name} ended ({_how(code)}) {MOST_FAILURES} times; giving up")
            self._exit_code = code if code > 0 else 1
            self._stopping = True
            return
        pause = min(_FIRST_PAUSE * 2 ** (member.failures - 1), _LONGEST_PAUSE)
        member.restart_at = now + pause
        self._report(f"{member.name} ended ({_how(code)}); starting it again")

    def _next_wait(self) -> float:
        now = time.monotonic()
        pauses = [m.restart_at - now for m in self._members if m.process is None]
        return max(0.0, min([_POLL_SECONDS, *pauses]))

    def _end_members(self, wakeup: int) -> None:
        processes = [m.process for m in self._members if m.process is not None]
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + self._grace_seconds
        while any(process.poll() is None for process in processes):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            _wait(wakeup, min(left, 0.2))
        for process in processes:
            process.kill()
            process.wait()


def _wait(wakeup: int, seconds: float) -> None:
    ready, _, _ = select.select([wakeup], [], [], seconds)
    if ready:
        os.read(wakeup, 4096)


def _how(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
