"""No connection leaves a sandbox, and none comes in."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ragflow.domain.errors import CodeFailed

from .conftest import Reach, Run


@pytest.fixture
def listeners(tmp_path: Path) -> Iterator[dict[str, object]]:
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_UNIX) as path,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as post,
        socket.socket(socket.AF_UNIX) as name,
    ):
        udp.bind(("127.0.0.1", 0))
        path.bind(str(tmp_path / "door"))
        post.bind(str(tmp_path / "post"))
        name.bind(f"\0ragflow-{tmp_path.name}")
        for each in (tcp, path, name):
            each.listen()
        for each in (tcp, udp, path, post, name):
            each.setblocking(False)
        yield {
            "tcp": tcp.getsockname()[1],
            "udp": udp.getsockname()[1],
            "path": str(tmp_path / "door"),
            "post": str(tmp_path / "post"),
            "name": f"\0ragflow-{tmp_path.name}",
        }
        for each in (tcp, path, name):
            with pytest.raises(BlockingIOError):
                each.accept()
        for each in (udp, post):
            with pytest.raises(BlockingIOError):
                each.recv(1)


def test_no_socket_leads_anywhere(reach: Reach, listeners: dict[str, object]) -> None:
    families = ("INET", "INET6", "UNIX", "NETLINK", "PACKET", "VSOCK", "ALG")
    kinds = ("STREAM", "DGRAM", "RAW", "SEQPACKET")
    tries = {
        f"{family} {kind}": f"socket.socket(socket.AF_{family}, socket.SOCK_{kind})"
        for family in families
        for kind in kinds
    }
    tries |= {
        "loopback": "socket.create_connection(('127.0.0.1', tcp), 2)",
        "public address": "socket.create_connection(('1.1.1.1', 443), 2)",
        "name": "socket.getaddrinfo('example.com', 80)",
        "datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', "
        "udp))",
        "Unix socket": "socket.socket(socket.AF_UNIX).connect(path)",
        "Unix datagram": "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b'x', "
        "post)",
        "Unix datagram in a message": "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0]"
        ".sendmsg([b'x'], [], 0, post)",
        "abstract socket": "socket.socket(socket.AF_UNIX).connect(name)",
        "abstract datagram": "socket.socketpair()[0].connect(name)",
        "listening": "socket.create_server(('127.0.0.1', 0))",
        "passing a descriptor": "socket.send_fds(socket.socketpair()[0], [b'x'], [1])",
    }
    assert reach(tries, **listeners) == {}


def test_a_call_by_its_number_is_refused_as_well(reach: Reach) -> None:
    def call(number: str, *arguments: int) -> str:
        listed = ", ".join(str(argument) for argument in arguments)
        return f"ctypes.CDLL(None).syscall({number}, {listed}) == -1 and os.fstat(-1)"

    numbers = "(41 if os.uname().machine == 'x86_64' else 198)"
    tries = {
        "socket": call(numbers, 2, 1, 0),
        "io_uring": call("425", 1, 0),
        "a call of the future": call("9999", 0),
    }
    assert reach(tries) == {}


def test_a_call_in_the_spelling_of_another_machine_is_refused_or_ends_it(run: Run) -> None:
    script = """
import ctypes
def main():
    return ctypes.CDLL(None).syscall(0x40000000 + 41, 2, 1, 0)
"""
    try:
        told = str(run(script).result)
    except CodeFailed as error:
        told = str(error)
    assert told == "-1" or f"exit code {128 + signal.SIGSYS}" in told
