"""The supervisor: starts the product's processes, starts a crashed one again, ends them together.

In: commands by name. Out: an exit code, when all has ended; lines for people go to a callback. It
gives up when a process cannot stay up even for a moment several times in a row, and sooner when the
leader, for which the others wait, never gets as far as to be ready. The stdin of each process is
one end of a socket pair: through it a process tells that it is ready, and notices when the
supervisor, which alone holds the other end, is killed.

Standard library only: this process lives as long as the product and should weigh next to nothing.
"""

from __future__ import annotations

import os
import select
import signal
import socket
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
MOST_FAILED_STARTS = 3
"""So many ends of a leader that was not ready even once, however late, and it gives up."""

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0
_POLL_SECONDS = 1.0

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Leader:
    """Name the command that starts first, and the descriptors that it inherits."""

    name: str
    descriptors: tuple[int, ...] = ()


@dataclass(slots=True)
class _Member:
    name: str
    command: Sequence[str]
    descriptors: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    channel: socket.socket | None = None
    was_ready: bool = False
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
    leader: Leader | None = None,
) -> int:
    """Run the commands until SIGTERM, SIGINT or a process that cannot live; return an exit code.

    The leader must call `supervised.tell_ready`; the other commands start after that.
    """
    return _Supervisor(commands, report, grace_seconds, leader).run()


class _Supervisor:
    def __init__(
        self,
        commands: Mapping[str, Sequence[str]],
        report: Report,
        grace_seconds: float,
        leader: Leader | None,
    ) -> None:
        self._members = [_Member(name, command) for name, command in commands.items()]
        self._leader: _Member | None = None
        if leader is not None:
            self._leader = next(each for each in self._members if each.name == leader.name)
            self._leader.descriptors = leader.descriptors
        self._report = report
        self._grace_seconds = grace_seconds
        self._stopping = False
        self._exit_code = 0

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
                self._wait(wakeup, self._next_wait())
        finally:
            self._end_members(wakeup)
            signal.set_wakeup_fd(previous)
            for number, handler in before:
                signal.signal(number, handler)
            os.close(wakeup)
            os.close(wake)
        return self._exit_code

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _look_after_members(self) -> None:
        now = time.monotonic()
        for member in self._members:
            if member.process is not None and member.process.poll() is not None:
                self._note_exit(member, member.process.returncode, now)
            if member.process is None and member.restart_at <= now and self._may_start(member):
                self._start(member, now)

    def _may_start(self, member: _Member) -> bool:
        if self._stopping:
            return False
        return self._leader is None or member is self._leader or self._leader.was_ready

    def _start(self, member: _Member, now: float) -> None:
        # Only this process keeps `ours` open, and as long as it lives.
        ours, theirs = socket.socketpair()
        with theirs:
            member.process = subprocess.Popen(  # noqa: S603 - from the command line tool
                member.command,
                stdin=theirs.fileno(),
                start_new_session=True,  # Ctrl-C in a terminal is for the supervisor alone
                pass_fds=member.descriptors,
            )
        member.channel = ours
        member.started_at = now

    def _note_exit(self, member: _Member, code: int, now: float) -> None:
        member.process = None
        self._hear(member)  # its last word may be that it was ready
        self._close_channel(member)
        never_ready = member is self._leader and not member.was_ready
        steady = now - member.started_at >= STEADY_SECONDS and not never_ready
        member.failures = 1 if steady else member.failures + 1
        if member.failures >= (MOST_FAILED_STARTS if never_ready else MOST_FAILURES):
            where = " at its start" if never_ready else ""
            self._report(
                f"{member.name} ended ({_how(code)}) {member.failures} times{where}; giving up, "
                "its last error is above"
            )
            self._exit_code = code if code > 0 else 1
            self._stopping = True
            return
        pause = min(_FIRST_PAUSE * 2 ** (member.failures - 1), _LONGEST_PAUSE)
        member.restart_at = now + pause
        self._report(f"{member.name} ended ({_how(code)}); starting it again")

    def _next_wait(self) -> float:
        now = time.monotonic()
        startable = [m for m in self._members if m.process is None and self._may_start(m)]
        pauses = [m.restart_at - now for m in startable]
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
            self._wait(wakeup, min(left, 0.2))
        for process in processes:
            process.kill()
            process.wait()
        for member in self._members:
            self._close_channel(member)

    def _wait(self, wakeup: int, seconds: float) -> None:
        """Wait for a signal or for a word of a process."""
        speaking = {m.channel.fileno(): m for m in self._members if m.channel is not None}
        readable, _, _ = select.select([wakeup, *speaking], [], [], seconds)
        for descriptor in readable:
            if descriptor == wakeup:
                os.read(wakeup, 4096)
            else:
                self._hear(speaking[descriptor])

    def _hear(self, member: _Member) -> None:
        if member.channel is None:
            return
        try:
            word = member.channel.recv(64, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except ConnectionResetError:
            word = b""
        if word:
            member.was_ready = True
        else:  # it closed its stdin, so there is nothing left to hear
            self._close_channel(member)

    @staticmethod
    def _close_channel(member: _Member) -> None:
        if member.channel is not None:
            member.channel.close()
            member.channel = None


def _how(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
