"""A server on the other end of two pipes, with bounds that the library's own transport lacks.

In: the operator's command. Out: streams of messages. The process gets no environment but PATH, sees
its input closed at the end, and a moment later it is killed with all that it started. Refused:
messages that are too long.
"""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import anyio
import structlog
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

from ragflow.adapters.mcp.guarded import too_long
from ragflow.domain.errors import ToolFailed

log = structlog.get_logger(__name__)

_LEAVE_SECONDS = 1.0  # to go by itself once nothing more is asked
_REAP_SECONDS = 2.0

Incoming = MemoryObjectReceiveStream[SessionMessage | Exception]
Outgoing = MemoryObjectSendStream[SessionMessage]


@dataclass(slots=True)
class Allowance:
    """Bound the bytes of what a process answers to one request."""

    most: int
    spent: int = 0

    def renew(self) -> None:
        """Begin a request."""
        self.spent = 0

    def take(self, tool: str, count: int) -> None:
        """Count bytes. Raises `ToolFailed` when there are too many."""
        self.spent += count
        if self.spent > self.most:
            raise ToolFailed(tool=tool, reason=too_long(self.most))


@asynccontextmanager
async def process_streams(
    tool: str, command: Sequence[str], path: str, allowance: Allowance
) -> AsyncIterator[tuple[Incoming, Outgoing]]:
    """Run a command for the length of the block. Raises `ToolFailed` when it cannot be started."""
    try:
        process = await _started(command, path)
    except OSError as error:  # what is wrong with a command is for the operator to know
        log.warning("the command of an MCP server cannot be started", why=str(error))
        raise ToolFailed(tool=tool, reason="its command cannot be started") from error
    try:
        into, incoming = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        outgoing, outof = anyio.create_memory_object_stream[SessionMessage](0)
        async with into, incoming, outgoing, outof, anyio.create_task_group() as pumps:
            pumps.start_soon(_read, tool, process, into, allowance)
            pumps.start_soon(_write, process, outof)
            yield incoming, outgoing
            pumps.cancel_scope.cancel()
    finally:
        await _end(process)


async def _started(command: Sequence[str], path: str) -> Process:
    """Start a process; whoever leaves meanwhile ends it with all that it started by then."""
    starting = asyncio.create_task(
        asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, env={"PATH": path}, start_new_session=True
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with anyio.CancelScope(shield=True), suppress(OSError):
            await _end(await starting)
        raise


async def _read(
    tool: str, process: Process, into: MemoryObjectSendStream[Any], allowance: Allowance
) -> None:
    assert process.stdout is not None
    line = bytearray()
    async with into:
        while part := await process.stdout.read(1 << 16):
            allowance.take(tool, len(part))
            line += part
            if b"\n" not in part:
                continue
            *whole, rest = line.split(b"\n")
            line = rest
            for each in whole:
                if each.strip():
                    await into.send(_message(bytes(each)))


async def _write(process: Process, outof: MemoryObjectReceiveStream[SessionMessage]) -> None:
    assert process.stdin is not None
    async for sent in outof:
        text = sent.message.model_dump_json(by_alias=True, exclude_unset=True)
        process.stdin.write(text.encode() + b"\n")
        with suppress(ConnectionError):  # that it is gone shows where its answers are read
            await process.stdin.drain()


def _message(line: bytes) -> SessionMessage | Exception:
    try:
        return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValueError as error:  # the session passes over what a server prints besides
        return error


async def _end(process: Process) -> None:
    """Let a process leave, then kill its whole group, whatever interrupts the waiting."""
    assert process.stdin is not None
    try:
        process.stdin.close()
        with anyio.move_on_after(_LEAVE_SECONDS, shield=True):
            await _gone(process)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        with anyio.move_on_after(_REAP_SECONDS, shield=True):
            await _gone(process)


async def _gone(process: Process) -> None:
    """Wait for the end; what is written until then is read, or the pipe would stay open."""
    assert process.stdout is not None
    while await process.stdout.read(1 << 16):
        pass
    await process.wait()
