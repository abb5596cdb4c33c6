"""Guarded sockets: connections for protocols other than HTTP to hosts that users name.

In: a host and a port. Out: a socket that is connected to an address which the guard let pass, and a
limit on the whole time that a connection may be used. Refused: what the guard refuses.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import httpx

from ragflow.adapters.guarded_http import AddressGuard, BlockedAddress
from ragflow.domain.errors import AddressRefused, ToolFailed


@dataclass(slots=True)
class Deadline:
    """Tell whether the time of a connection was over."""

    passed: bool = False


def checked_addresses(guard: AddressGuard, tool: str, host: str, port: int) -> list[str]:
    """Return the addresses that a host may be reached at. Raises `AddressRefused`, `ToolFailed`."""
    if not host:
        raise ToolFailed(tool=tool, reason="no host is given")
    if not 0 < port < 65536:
        raise ToolFailed(tool=tool, reason=f"there is no port {port}")
    try:
        return guard.addresses(httpx.URL(scheme="http", host=host, port=port))
    except BlockedAddress as error:
        raise AddressRefused(tool=tool, reason=str(error)) from None
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
