"""Readers of files, ours and the peers, each in a process of its own.

In: paths. Out: `Reading`s, see `bench/peers/serving.py`. A reader that dies or takes too long has
failed on that file alone.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness import ROOT, peer_python

sys.path.insert(0, str(ROOT / "bench" / "peers"))

from serving import Reading

FILE_SECONDS = 300.0
OURS = "ours"
FEWER_MODELS = ("layout", "plain")
"""Our parsers with the layout model alone, and without any model: `ours-layout`, `ours-plain`."""
PEERS = ("pypdfium2", "pdfplumber", "docling-parse", "markitdown", "kreuzberg")


@dataclass(frozen=True, slots=True)
class Reader:
    """Name a reader and the command that serves it."""

    name: str
    command: tuple[str, ...]
    fewer_models: bool = False

    def read(self, paths: Iterable[Path]) -> Iterator[Reading]:
        """Yield what the reader finds in each file."""
        process: subprocess.Popen[bytes] | None = None
        try:
            for path in paths:
                process = process or self._start()
                reply = _ask(process, path)
                if reply is None:
                    _end(process)
                    process = None
                    yield Reading(error=f"died, or took more than {FILE_SECONDS:g} seconds")
                else:
                    yield Reading(**json.loads(reply))
        finally:
            if process is not None:
                _end(process)

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )


def ours() -> list[Reader]:
    """Return our own parsers, with all models that look at pages, with fewer and without."""
    one_thread = ("env", "OMP_NUM_THREADS=1")  # as in the product's child processes
    command = (*one_thread, sys.executable, str(ROOT / "bench" / "quality" / "ours.py"))
    fewer = [Reader(f"{OURS}-{name}", (*command, name), True) for name in FEWER_MODELS]
    return [Reader(OURS, command), *fewer]


def peers(environment: Path) -> list[Reader]:
    """Return the peers; make their environment first where there is none."""
    python = peer_python(environment)
    script = str(ROOT / "bench" / "peers" / "parsers.py")
    return [Reader(name, (str(python), script, name)) for name in PEERS]


def _ask(process: subprocess.Popen[bytes], path: Path) -> bytes | None:
    """Return the reply for one file; None where there is none in time."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(str(path).encode() + b"\n")
        process.stdin.flush()
    except BrokenPipeError:
        return None
    reply = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while not reply.endswith(b"\n"):
            if not selector.select(FILE_SECONDS):
                return None
            data = os.read(process.stdout.fileno(), 1 << 20)
            if not data:
                return None
            reply += data
    return bytes(reply)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()
