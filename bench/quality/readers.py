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

from harness import ROOT

sys.path.insert(0, str(ROOT / "bench" / "peers"))

from serving import Reading

FILE_SECONDS = 300.0
OURS = "ours"
PLAIN = "ours-plain"
"""Our parsers without the models that look at pages."""
PEERS = ("pypdfium2", "pdfplumber", "docling-parse", "markitdown", "kreuzberg")
PACKAGES = (
    "pypdfium2",
    "pdfplumber",
    "docling-parse",
    "markitdown[pdf,docx,pptx,xlsx,xls,outlook]",
    "kreuzberg>=4.10,<5",
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Name a reader and the command that serves it."""

    name: str
    command: tuple[str, ...]

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
    """Return our own parsers, with and without the models that look at pages."""
    one_thread = ("env", "OMP_NUM_THREADS=1")  # as in the product's child processes
    command = (*one_thread, sys.executable, str(ROOT / "bench" / "quality" / "ours.py"))
    return [Reader(OURS, command), Reader(PLAIN, (*command, "plain"))]


def peers(environment: Path) -> list[Reader]:
    """Return the peers; make their environment first where there is none."""
    python = environment / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
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
