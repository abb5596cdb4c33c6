"""`ragflow serve` as its operator meets it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from ragflow.testing.canvases import canvas, node
from ragflow.testing.server import RunningServer, ragflow_command


@pytest.fixture(scope="module")
def served(serve: object) -> RunningServer:
    assert callable(serve)
    server = serve(
        RAGFLOW_HTTP__KEEP_ALIVE_SECONDS="1",
        RAGFLOW_WORKER__PROCESSES="0",
        PYTHONWARNINGS="default",
    )
    assert isinstance(server, RunningServer)
    return server


def address(server: RunningServer) -> tuple[str, int]:
    parts = urlsplit(server.url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def log(server: RunningServer) -> str:
    return (server.data_dir / "server.log").read_text()


def test_the_server_says_how_to_make_a_key_for_its_data(served: RunningServer) -> None:
    (line,) = (each for each in log(served).splitlines() if "API key for your programs" in each)
    assert line.endswith(f"key create --data-dir {served.data_dir.resolve()}")
    program = line.removeprefix("API key for your programs: ").partition(" key create")[0]
    shown = subprocess.run(f"{program} key --help", shell=True, capture_output=True, text=True)
    assert "create" in shown.stdout


def test_a_second_server_on_the_same_data_is_refused(served: RunningServer) -> None:
    command = [*ragflow_command(), "serve", "--port", "0", "--data-dir", str(served.data_dir)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert second.returncode == 1
    assert f"served already, by process {served.process.pid}:" in second.stderr


def test_an_idle_connection_is_closed_when_the_setting_says(served: RunningServer) -> None:
    with socket.create_connection(address(served), timeout=10) as connection:
        connection.sendall(b"GET /v1/system/ping HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 ")
        began = time.monotonic()
        while connection.recv(65536):
            pass  # the rest of the reply
    assert 0.5 < time.monotonic() - began < 4  # a server that was told nothing waits for 5 s


def test_nobody_is_warned_of_what_is_odd_in_scripts_of_canvases(served: RunningServer) -> None:
    script = r"def main(): return '\d'"
    dsl = canvas(begin=node("Begin"), Code__A=node("Code", {"lang": "python", "script": script}))
    headers = {"Authorization": f"Bearer {served.api_key}"}
    body = {"title": "odd", "dsl": dsl}
    made = httpx.post(f"{served.url}/api/v1/agents", headers=headers, json=body, timeout=60).json()
    assert made["code"] == 0, made
    assert "<canvas>" not in log(served)


def test_requests_wait_while_a_killed_api_is_started_again(served: RunningServer) -> None:
    (api,) = children(served.process.pid)
    os.kill(api, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while api in children(served.process.pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert httpx.get(f"{served.url}/v1/system/healthz", timeout=60).status_code == 200
    assert "api ended (SIGKILL); starting it again" in log(served)
