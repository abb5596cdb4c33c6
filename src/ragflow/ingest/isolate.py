"""Isolation: run a function on untrusted input in a process of its own, under limits.

In: the name of a function, a request in plain data and a directory for large files. Out: the
function's result. Refused, with a `ParseError` that names the setting: work that takes too long,
takes too much memory or kills its process; neither the caller nor other work notices more.

A process is started when one is needed, serves one call at a time, and ends after some calls or
some idle seconds, so an idle product holds none. It ends by itself when its parent is gone.
"""

from __future__ import annotations

import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ragflow.domain import errors
from ragflow.domain.errors import CorruptFile, LimitExceeded, RagflowError
from ragflow.domain.ports import Progress

POLL_SECONDS = 0.4
_MIB = 1 << 20


MORE_TIME = {"kind": "more_time"}
"""The question with which a call asks for the time of one more page; the process knows to ask."""

Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Answer a question of the function that runs in the other process."""


class Interrupted(BaseException):
    """Unwind a thread whose process is ending; nobody may answer it, the job stays unfinished."""


class Sandbox(Protocol):
    """Run functions on untrusted input."""

    def run(
        self,
        name: str,
        target: str,
        request: Mapping[str, Any],
        directory: Path,
        progress: Progress,
        check: Callable[[], None],
        answer: Answer,
    ) -> dict[str, Any]:
        """Return what `target` ("module:function") makes of the request; `name` is for messages.

        `check` is called about twice a second and may raise to stop the work; `answer` answers what
        the function asks, in time that does not count.
        """
        ...


@dataclass(frozen=True, slots=True)
class IsolationLimits:
    """Bound one call; the names are those of the settings' `limits`.

    Each of the first `ocr_pages` pages that a call recognises adds `ocr_page_seconds` to its time.
    """

    parse_seconds: float = 600.0
    parse_memory_mib: int = 2048
    ocr_pages: int = 1000
    ocr_page_seconds: float = 60.0


@dataclass(slots=True)
class _Child:
    process: subprocess.Popen[bytes]
    inherited_peak: int
    buffer: bytearray = field(default_factory=bytearray)
    calls: int = 0
    idle_since: float = 0.0

    def send(self, command: Mapping[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        self.process.stdin.flush()

    def receive(self, seconds: float) -> bytes | None:
        """Return what the child said within the time: None for nothing, b"" when it is gone."""
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(seconds):
                return None
        return os.read(self.process.stdout.fileno(), 1 << 16)

    def kill(self) -> None:
        """Kill the child; it keeps its id until it is reaped."""
        os.kill(self.process.pid, signal.SIGKILL)  # Popen.kill would collect its exit code

    def reap(self) -> tuple[int, int]:
        """Kill and collect the child; return its exit code and its peak memory in bytes.

        The system counts the parent's peak as the child's, since the child begins in its memory;
        a peak no higher than that says nothing of the child and is returned as 0.
        """
        self.kill()
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                _close_quietly(pipe)
        peak = usage.ru_maxrss if usage.ru_maxrss > self.inherited_peak else 0
        return self.process.returncode, peak * 1024


class Isolation:
    """Keep a few child processes and run calls in them."""

    def __init__(
        self,
        limits: IsolationLimits,
        max_calls: int = 50,
        idle_seconds: float = 20.0,
    ) -> None:
        self._limits = limits
        self._max_calls = max_calls
        self._idle_seconds = idle_seconds
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._busy: list[_Child] = []
        self._closed = False

    def run(
        self,
        name: str,
        target: str,
        request: Mapping[str, Any],
        directory: Path,
        progress: Progress,
        check: Callable[[], None],
        answer: Answer,
    ) -> dict[str, Any]:
        """Return what `target` makes of the request. Raises what it raises, or `ParseError`."""
        child = self._take()
        deadline = time.monotonic() + self._limits.parse_seconds
        pages_left = self._limits.ocr_pages
        healthy = False
        try:
            child.send({"target": target, "request": request, "directory": str(directory)})
            while True:
                for message in self._messages(name, child):
                    if "progress" in message:
                        progress(message["progress"], message["message"])
                    elif message.get("question") == MORE_TIME:
                        granted = self._limits.ocr_page_seconds if pages_left > 0 else 0.0
                        child.send({"seconds": granted})
                        deadline += granted
                        pages_left -= 1
                    elif "question" in message:
                        asked = time.monotonic()
                        child.send(answer(message["question"]))
                        deadline += time.monotonic() - asked
                    else:
                        healthy = "fatal" not in message
                        return _answer(name, message, self._limits)
                check()
                if time.monotonic() > deadline:
                    raise LimitExceeded(
                        name=name,
                        limit=f"{self._limits.parse_seconds:g} seconds of parsing",
                        setting="limits.parse_seconds",
                    )
        except BrokenPipeError:
            raise self._cause_of_death(name, child) from None
        finally:
            self._give_back(child, healthy)

    def close_idle(self) -> None:
        """End the processes that have had nothing to do for a while."""
        limit = time.monotonic() - self._idle_seconds
        with self._lock:
            stale = [child for child in self._idle if child.idle_since < limit]
            self._idle = [child for child in self._idle if child.idle_since >= limit]
        for child in stale:
            child.reap()

    def process_count(self) -> int:
        """Count the processes that are alive."""
        with self._lock:
            return len(self._idle) + len(self._busy)

    def close(self) -> None:
        """Kill all processes; calls that are under way end with `Interrupted`."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for child in self._busy:
                if child.process.returncode is None:
                    child.kill()
        for child in idle:
            child.reap()

    def _take(self) -> _Child:
        with self._lock:
            if self._closed:
                raise Interrupted
            child = self._idle.pop() if self._idle else _start(self._limits)
            self._busy.append(child)
        child.calls += 1
        return child

    def _give_back(self, child: _Child, healthy: bool) -> None:
        with self._lock:
            self._busy.remove(child)
            if healthy and not self._closed and child.calls < self._max_calls:
                child.idle_since = time.monotonic()
                self._idle.append(child)
                return
        if child.process.returncode is None:
            child.reap()

    def _messages(self, name: str, child: _Child) -> list[dict[str, Any]]:
        data = child.receive(POLL_SECONDS)
        if data == b"":
            raise self._cause_of_death(name, child)
        child.buffer += data or b""
        *lines, rest = child.buffer.split(b"\n")
        child.buffer = bytearray(rest)
        return [json.loads(line) for line in lines]

    def _cause_of_death(self, name: str, child: _Child) -> BaseException:
        if self._closed:
            return Interrupted()
        code, peak = child.reap()
        return _explain(name, code, peak, self._limits)


def _start(limits: IsolationLimits) -> _Child:
    process = subprocess.Popen(  # noqa: S603 - our own module and two numbers
        [
            sys.executable,
            "-P",
            "-m",
            "ragflow.ingest.child",
            str(limits.parse_memory_mib),
            str(limits.parse_seconds),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # A parser sees none of the parent's secrets. Fewer malloc arenas: address space is limited.
        env={
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "PYTHONUTF8": "1",
            "MALLOC_ARENA_MAX": "2",
            "OMP_NUM_THREADS": "1",
        },
        start_new_session=True,  # Ctrl-C in a terminal is for the parent alone
    )
    return _Child(process, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _answer(name: str, message: Mapping[str, Any], limits: IsolationLimits) -> dict[str, Any]:
    if "result" in message:
        result: dict[str, Any] = message["result"]
        return result
    kind = message["error"]
    if kind == "MemoryError":
        raise _too_much_memory(name, limits)
    error = getattr(errors, kind, None)
    if isinstance(error, type) and issubclass(error, RagflowError):
        raise error(message["message"], **message["facts"])
    raise CorruptFile(name=name, reason=f"its parser failed ({kind}: {message['message']})")


def _explain(name: str, code: int, peak: int, limits: IsolationLimits) -> RagflowError:
    if code == -signal.SIGXCPU:
        return LimitExceeded(
            name=name,
            limit=f"{limits.parse_seconds:g} seconds of parsing",
            setting="limits.parse_seconds",
        )
    # Memory that grows by doubling is refused from a third of the limit on; its library aborts.
    telling = 1 / 3 if code == -signal.SIGABRT else 0.6
    if code == -signal.SIGKILL or peak > limits.parse_memory_mib * _MIB * telling:
        return _too_much_memory(name, limits)
    how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return CorruptFile(name=name, reason=f"its parser crashed ({how})")


def _too_much_memory(name: str, limits: IsolationLimits) -> LimitExceeded:
    return LimitExceeded(
        name=name,
        limit=f"{limits.parse_memory_mib} MiB of memory while parsing",
        setting="limits.parse_memory_mib",
    )


def _close_quietly(pipe: Any) -> None:
    try:
        pipe.close()
    except BrokenPipeError:  # bytes that the dead child never read
        return
