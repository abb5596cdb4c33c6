"""Listening: the socket that clients connect to, opened before anything else is started.

In: a host and a port. Out: a listening socket, from then on clients wait instead of being refused.
Refused with a sentence for the operator: ports that are taken and addresses that are not ours.
"""

from __future__ import annotations

import errno
import os
import socket

from ragflow.domain.errors import InvalidInput

_BACKLOG = 1024


def listen(host: str, port: int) -> socket.socket:
    """Open a socket; port 0 picks a free one. Raises `InvalidInput`."""
    if not 0 <= port <= 65535:
        raise InvalidInput(f"There is no port {port}: choose one up to 65535 with --port.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol by name: only then do its connections send at once what they are given, and not
    # wait for the client to acknowledge the head of a reply before its body goes out.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as fault:
        listener.close()
        raise InvalidInput(_sentence(host, port, fault)) from fault
    return listener


def inherited(descriptor: int) -> socket.socket:
    """Take over a listening socket that the supervisor opened."""
    return socket.socket(fileno=descriptor)


def url_of(host: str, listener: socket.socket) -> str:
    """Return the address of a listening socket as clients write it."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port_of(listener)}"


def port_of(listener: socket.socket) -> int:
    """Return the port, also when the system chose it."""
    return int(listener.getsockname()[1])


def _sentence(host: str, port: int, fault: OSError) -> str:
    if fault.errno == errno.EADDRINUSE:
        return f"Port {port} is taken: another program listens on {host}:{port}, use --port."
    if fault.errno == errno.EACCES:
        return f"Port {port} needs more rights than this user has: use --port."
    reason = os.strerror(fault.errno) if fault.errno and fault.errno > 0 else fault.strerror
    return f"Listening on {host}:{port} failed ({reason}): use --host with an address of this host."
