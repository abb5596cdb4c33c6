from __future__ import annotations

import asyncio
import os
import socket

import pytest

from ragflow.listening import inherited, listen


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_connections_send_replies_at_once(host: str) -> None:
    """Nagle's algorithm would hold a body back until the client acknowledges its head."""

    async def option_of_a_connection() -> int:
        found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def connected(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            option = writer.get_extra_info("socket").getsockopt(
                socket.IPPROTO_TCP, socket.TCP_NODELAY
            )
            found.set_result(option)
            writer.close()

        with listen(host, 0) as opened, inherited(os.dup(opened.fileno())) as bound:
            server = await asyncio.start_server(connected, sock=bound)
            async with server:
                _, writer = await asyncio.open_connection(host, bound.getsockname()[1])
                option = await found
                writer.close()
                await writer.wait_closed()
        return option

    assert asyncio.run(option_of_a_connection())
