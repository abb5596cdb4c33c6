"""A whole product on a free port: for the demo, the benchmarks and end-to-end tests.

In: an empty or used data directory and settings as environment variables. Out: its address and an
API key. The server and all that it started end with the block.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ragflow.settings import environment

START_SECONDS = 60.0


class ServerDidNotStart(RuntimeError):
    """Say that the server ended or stayed silent, with the end of its log."""


@dataclass(frozen=True, slots=True)
class RunningServer:
    """Name a running server and how to reach it."""

    url: str
    api_key: str
    process: subprocess.Popen[bytes]
    data_dir: Path


@contextmanager
def running_server(
    data_dir: Path, settings: Mapping[str, str] | None = None
) -> Iterator[RunningServer]:
    """Run `ragflow serve` on a free port of the loopback interface.

    `settings` are names as in the environment, e.g. `RAGFLOW_WORKER__CONCURRENCY`. The log goes to
    `server.log` in the data directory. Raises `ServerDidNotStart`.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    port_file, log = data_dir / "port", data_dir / "server.log"
    port_file.unlink(missing_ok=True)
    variables = environment(settings or {})
    command = [*ragflow_command(), "serve", "--data-dir", str(data_dir), "--port", "0"]
    with log.open("ab") as stream:
        process = subprocess.Popen(  # noqa: S603 (our own program)
            [*command, "--port-file", str(port_file)],
            stdout=stream,
            stderr=stream,
            env=variables,
        )
    try:
        _wait_for(port_file, process, log)
        key = create_key(data_dir, variables)
        url = f"http://127.0.0.1:{port_file.read_text().strip()}"
        yield RunningServer(url, key, process, data_dir)
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def ragflow_command() -> list[str]:
    """Return the command that runs the program with this interpreter."""
    return [sys.executable, "-m", "ragflow.cli"]


def create_key(data_dir: Path, variables: Mapping[str, str]) -> str:
    """Return a new API key for the first account."""
    command = [*ragflow_command(), "key", "create", "--data-dir", str(data_dir)]
    done = subprocess.run(  # noqa: S603 (our own program)
        command, check=True, capture_output=True, text=True, env=dict(variables)
    )
    return done.stdout.strip().splitlines()[-1]


def _wait_for(port_file: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not (port_file.exists() and port_file.read_text().strip()):
        if process.poll() is not None or time.monotonic() > deadline:
            tail = log.read_text(errors="replace")[-2000:]
            raise ServerDidNotStart(f"the server did not start; the end of {log}:\n{tail}")
        time.sleep(0.02)
