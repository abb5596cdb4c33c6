"""Guarded sockets: connections for protocols other than HTTP to hosts that users name.

In: a host and a port. Out: a socket that is connected to an address which the guard let pass, and
limits on the whole time that a connection may be used and on all that comes from its far end, which
drivers would hold in memory. Refused: what the guard refuses.
"""

from __future__ import annotations

import os
import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import cast

import httpx

from ragflow.adapters.guarded_http import AddressGuard, BlockedAddress, refused_to_agents
from ragflow.domain.errors import ToolFailed

_PIECE = 1 << 16


@dataclass(slots=True)
class Deadline:
    """Tell whether the time of a connection was over."""

    passed: bool = False


@dataclass(slots=True)
class Meter:
    """Tell whether more came from the far end of a connection than may come."""

    exceeded: bool = False


def checked_addresses(guard: AddressGuard, tool: str, host: str, port: int) -> list[str]:
    """Return the addresses that a host may be reached at. Raises `AddressRefused`, `ToolFailed`."""
    if not host:
        raise ToolFailed(tool=tool, reason="no host is given")
    if not 0 < port < 65536:
        raise ToolFailed(tool=tool, reason=f"there is no port {port}")
    try:
        return guard.addresses(httpx.URL(scheme="http", host=host, port=port))
    except BlockedAddress as error:
        raise refused_to_agents(tool, error) from None
    except (httpx.ConnectError, httpx.InvalidURL) as error:
        raise ToolFailed(tool=tool, reason=str(error)) from None


def guarded_connection(
    guard: AddressGuard, tool: str, host: str, port: int, seconds: float
) -> socket.socket:
    """Return a connected socket. Raises `AddressRefused` or `ToolFailed`."""
    reason = ""
    for address in checked_addresses(guard, tool, host, port):
        try:
            return socket.create_connection((address, port), timeout=seconds)
        except OSError as error:
            reason = str(error)
    raise ToolFailed(tool=tool, reason=f"{host}:{port} does not answer: {reason}")


@contextmanager
def cut_off(descriptor: int, seconds: float) -> Iterator[Deadline]:
    """Shut a connection down after some seconds, whatever it waits for then.

    Time limits of drivers are for one read each: a server that sends a byte now and then would
    hold a thread for ever.
    """
    deadline = Deadline()
    connection = socket.socket(fileno=os.dup(descriptor))  # stays ours when TLS takes the other

    def shut() -> None:
        deadline.passed = True
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, shut)
    timer.daemon = True
    timer.start()
    try:
        yield deadline
    finally:
        timer.cancel()
        timer.join()
        connection.close()


@contextmanager
def metered_end(far: socket.socket, most_bytes: int) -> Iterator[tuple[socket.socket, Meter]]:
    """Lend a socket that passes on what `far` sends, up to so many bytes."""
    near, ours = socket.socketpair()
    with near, _pumping(lambda: ours, far, most_bytes) as meter:
        try:
            yield near, meter
        finally:
            with suppress(OSError):
                near.shutdown(socket.SHUT_RDWR)  # so that nobody waits for it to be read


@contextmanager
def metered_port(far: socket.socket, most_bytes: int) -> Iterator[tuple[int, Meter]]:
    """Lend a port of this machine for one connection, which is passed on to `far`."""
    with socket.create_server(("127.0.0.1", 0), backlog=1) as listener:
        listener.settimeout(far.gettimeout())
        with _pumping(lambda: listener.accept()[0], far, most_bytes) as meter:
            try:
                yield int(listener.getsockname()[1]), meter
            finally:
                with suppress(OSError):
                    listener.shutdown(socket.SHUT_RDWR)  # so that nobody waits for a connection


@contextmanager
def _pumping(
    accept: Callable[[], socket.socket], far: socket.socket, most_bytes: int
) -> Iterator[Meter]:
    meter = Meter()
    thread = threading.Thread(target=_pump, args=(accept, far, most_bytes, meter), daemon=True)
    thread.start()
    try:
        yield meter
    finally:
        with suppress(OSError):
            far.shutdown(socket.SHUT_RDWR)
        thread.join()


def _pump(
    accept: Callable[[], socket.socket], far: socket.socket, most_bytes: int, meter: Meter
) -> None:
    """Pass bytes on in both directions until one end is closed."""
    left = most_bytes
    with suppress(OSError), accept() as near, selectors.DefaultSelector() as selector:
        far.settimeout(None)
        selector.register(near, selectors.EVENT_READ, far)
        selector.register(far, selectors.EVENT_READ, near)
        while True:
            for key, _ in selector.select():
                data = cast(socket.socket, key.fileobj).recv(_PIECE)
                left -= len(data) if key.fileobj is far else 0
                meter.exceeded = left < 0
                if not data or meter.exceeded:
                    return
                key.data.sendall(data)
