"""What the client does when a connection breaks, stays silent or cannot be made."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from ragflow_sdk import DataSet, RAGFlow, RAGFlowConnectionError, RAGFlowError, RAGFlowTimeout

BODY = b'{"code": 0, "data": []}'
REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
    len(BODY),
    BODY,
)
NAMES = ("", "a/b.txt", "a\\b.txt", "a\x00b.txt", "a\nb.txt", "a\x7f.txt")

Serve = Callable[[socket.socket, int], None]


class Flaky:
    """Serve connections as a test says, and count the requests."""

    def __init__(self, listener: socket.socket, serve: Serve) -> None:
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.requests = 0
        self._listener = listener
        self._serve = serve

    def run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # the test is over
                return
            with connection:
                while connection.recv(65536):
                    self.requests += 1
                    self._serve(connection, self.requests)
                    if connection.fileno() < 0:
                        break


@contextmanager
def flaky(serve: Serve) -> Iterator[Flaky]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Flaky(listener, serve)
        thread = threading.Thread(target=server.run)
        thread.start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def reset_second(connection: socket.socket, number: int) -> None:
    """Answer all requests but the second, whose connection is reset."""
    if number == 2:
        reset(connection)
    else:
        connection.sendall(REPLY)


def reset_always(connection: socket.socket, _number: int) -> None:
    reset(connection)


def stay_silent(_connection: socket.socket, _number: int) -> None:
    pass


def test_a_get_on_a_dead_connection_is_sent_once_more() -> None:
    with flaky(reset_second) as server, RAGFlow("key", server.url) as rag:
        assert rag.list_datasets() == []
        assert rag.list_datasets() == []
    assert server.requests == 3


def test_a_get_is_not_sent_a_third_time() -> None:
    with (
        flaky(reset_always) as server,
        RAGFlow("key", server.url) as rag,
        pytest.raises(RAGFlowConnectionError, match=r"the connection to .* broke"),
    ):
        rag.list_datasets()
    assert server.requests == 2


def test_what_changes_something_is_not_sent_again() -> None:
    with (
        flaky(reset_always) as server,
        RAGFlow("key", server.url) as rag,
        pytest.raises(RAGFlowConnectionError, match=r"the connection to .* broke"),
    ):
        rag.create_dataset("papers")
    assert server.requests == 1


def test_a_broken_stream_is_told(server_url_of_a_broken_stream: str) -> None:
    with RAGFlow("key", server_url_of_a_broken_stream) as rag:
        frames = rag.transport.frames("/chats/c/completions", {})
        assert next(frames) == {"code": 0}
        with pytest.raises(RAGFlowConnectionError, match="broke"):
            next(frames)


@pytest.fixture
def server_url_of_a_broken_stream() -> Iterator[str]:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 999\r\n\r\n"

    def begin(connection: socket.socket, _number: int) -> None:
        connection.sendall(head + b'data:{"code": 0}\n\n')
        connection.close()

    with flaky(begin) as server:
        yield server.url


def test_a_silent_server_is_a_timeout() -> None:
    with (
        flaky(stay_silent) as server,
        RAGFlow("key", server.url, timeout=0.1) as rag,
        pytest.raises(RAGFlowTimeout, match="did not answer in time"),
    ):
        rag.list_datasets()
    assert server.requests == 1


def test_nobody_at_the_address_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    told = pytest.raises(RAGFlowError, match=f"no server answers at {url}")
    with RAGFlow("key", url) as rag, told:
        rag.list_datasets()


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_no_file_may_have_is_refused_before_sending(name: str) -> None:
    with (
        flaky(stay_silent) as server,
        RAGFlow("key", server.url) as rag,
        pytest.raises(RAGFlowError, match="cannot be a file name"),
    ):
        DataSet(rag, {"id": "ds"}).upload_documents([{"display_name": name, "blob": b"x"}])
    assert server.requests == 0
