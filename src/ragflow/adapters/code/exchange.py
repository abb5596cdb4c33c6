"""One run as its starter sees it: the request, the signs of life, the outcome, the end.

In: a process that runs `inside.py` behind walls. Out: the result, and what was printed. Whatever
happens, the caller's cancellation included, the process is gone when the exchange ends.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from asyncio.subprocess import Process
from contextlib import suppress

from ragflow.adapters.code.base import CodeLimits, setting
from ragflow.adapters.code.results import result_of
from ragflow.domain.agent_ports import CodeResult
from ragflow.domain.errors import CodeFailed, SandboxUnavailable

_START_SECONDS = 30.0
_GRACE_SECONDS = 1.0  # the script's own alarm comes first, so that its process ends by itself
_END_SECONDS = 10.0
_PIECE = 1 << 16
_AROUND_A_RESULT = 1 << 16
_MOST_REASON_CHARS = 500


class Exchange:
    """Talk with one process."""

    def __init__(self, process: Process, limits: CodeLimits, secret: str) -> None:
        self._process = process
        self._limits = limits
        self._secret = secret.encode()
        self._handle = _handle_of(process.pid)
        self._buffer = bytearray()
        self._started = self._late = self._flooded = False
        self._said: bytes | None = None

    async def outcome(self, channel: socket.socket, request: bytes) -> CodeResult:
        """Return the result. Raises `CodeFailed` or `SandboxUnavailable`."""
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        printed = [
            asyncio.create_task(self._printed(stream))
            for stream in (self._process.stdout, self._process.stderr)
        ]
        ends_by_itself = False
        try:
            await self._talk(channel, request)
            ends_by_itself = self._started and not (self._late or self._flooded)
        finally:
            await asyncio.shield(self._end(printed, ends_by_itself))
        stdout, stderr = (task.result().decode(errors="replace") for task in printed)
        if not self._started:
            raise _not_started(self._process.returncode, stderr)
        if self._flooded:
            raise self._too_much_output()
        if self._said is None:
            raise self._ended()
        return CodeResult(self._result(self._said), stdout, stderr)

    async def _talk(self, channel: socket.socket, request: bytes) -> None:
        reader, writer = await asyncio.open_connection(sock=channel)
        try:
            writer.write(request)
            async with asyncio.timeout(_START_SECONDS):
                self._started = await self._line(reader) == self._secret + b"started"
            if self._started:
                async with asyncio.timeout(self._limits.seconds + _GRACE_SECONDS):
                    self._said = await self._line(reader)
        except TimeoutError:
            self._late = True
        except ConnectionError:  # it ended without a word
            self._said = None
        finally:
            writer.transport.abort()

    async def _line(self, reader: asyncio.StreamReader) -> bytes | None:
        """Return the next line; None where there is none, or too long a one."""
        while b"\n" not in self._buffer:
            piece = await reader.read(_PIECE)
            self._buffer += piece
            if len(self._buffer) > self._limits.output_bytes + _AROUND_A_RESULT:
                self._flooded = True
                return None
            if not piece:
                return None
        line, _, rest = self._buffer.partition(b"\n")
        self._buffer = rest
        return bytes(line)

    async def _printed(self, stream: asyncio.StreamReader) -> bytes:
        kept = bytearray()
        while piece := await stream.read(_PIECE):
            if not self._flooded:
                kept += piece
                self._flooded = len(kept) > self._limits.output_bytes
                if self._flooded:
                    self._kill()
        return bytes(kept)

    async def _end(self, printed: list[asyncio.Task[bytes]], ends_by_itself: bool) -> None:
        """See to it that all processes are gone: the last one closes what it prints to."""
        if ends_by_itself:  # who is waited for by its own parent leaves nothing behind
            await asyncio.wait(printed, timeout=_GRACE_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(_GRACE_SECONDS):
                    await self._process.wait()
        self._kill()
        await self._process.wait()
        try:
            async with asyncio.timeout(_END_SECONDS):
                await asyncio.gather(*printed)
        except TimeoutError:
            raise SandboxUnavailable(reason="a process of the sandbox does not end") from None
        finally:
            if self._handle is not None:
                os.close(self._handle)

    def _kill(self) -> None:
        """Kill by handle: `Process.kill` would collect the exit code that others wait for."""
        if self._handle is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def _result(self, said: bytes) -> object:
        if not said.startswith(self._secret):
            raise CodeFailed(reason="it wrote into the channel of its result")
        answer = result_of(said[len(self._secret) :])
        if "error" not in answer:
            return answer["result"]
        if answer["kind"] == "memory":
            raise self._broken(f"more than {self._limits.memory_mib} MiB of memory", "memory_mib")
        if answer["kind"] == "output":
            raise self._too_much_output()
        raise CodeFailed(reason=answer["error"])

    def _ended(self) -> CodeFailed:
        code = self._process.returncode or 0
        number = -code if code < 0 else code - 128
        if self._late or number in (signal.SIGALRM, signal.SIGXCPU):
            return self._broken(f"more than {self._limits.seconds:g} seconds", "seconds")
        return CodeFailed(reason=f"its process ended before main returned (exit code {code})")

    def _too_much_output(self) -> CodeFailed:
        return self._broken(f"more than {self._limits.output_kib} KiB of output", "output_kib")

    def _broken(self, taken: str, name: str) -> CodeFailed:
        return CodeFailed(reason=f"it takes {taken}; the limit is {setting(name)}")


def _handle_of(pid: int) -> int | None:
    """Return what stands for a process even when it is gone; None when that has happened."""
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None


def _not_started(code: int | None, stderr: str) -> SandboxUnavailable:
    reason = stderr.strip()[-_MOST_REASON_CHARS:] or f"its process ended with {code}"
    return SandboxUnavailable(reason=f"the sandbox does not start: {reason}")
