from __future__ import annotations

import subprocess
import sys

import pytest

COUNT_ARENAS = """
import ctypes, sys, threading
from ragflow.adapters.heap import limit_arenas, trim
if sys.argv[1] == "limited":
    limit_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
ready = threading.Barrier(16)
def allocate():
    libc.malloc(1000)
    ready.wait()
threads = [threading.Thread(target=allocate) for _ in range(16)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
trim()
libc.fopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


def arenas(how: str) -> int:
    command = [sys.executable, "-c", COUNT_ARENAS, how]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.count("<heap nr=")


@pytest.mark.skipif(sys.platform != "linux", reason="other platforms have no arenas")
def test_threads_share_few_arenas() -> None:
    assert arenas("limited") <= 2 < arenas("free")
