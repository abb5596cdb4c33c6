"""Functions that behave badly in a child process."""

from __future__ import annotations

from pathlib import Path

import pytest

BAD_PARSERS = """
import ctypes, os, time


def echo(request, directory, progress, ask):
    return {"echo": request, "pid": os.getpid()}


def report(request, directory, progress, ask):
    progress(0.5, "half")
    return {}


def print_noise(request, directory, progress, ask):
    print("noise")
    os.system("echo more noise")
    return {"fine": True}


def see_secrets(request, directory, progress, ask):
    return {"names": sorted(os.environ)}


def segfault(request, directory, progress, ask):
    ctypes.string_at(0)


def hang(request, directory, progress, ask):
    while True:
        time.sleep(1)


def spin(request, directory, progress, ask):
    while True:
        pass


def eat_memory(request, directory, progress, ask):
    return {"size": len(bytearray(1 << 33))}


def grow_and_abort(request, directory, progress, ask):
    grown = b"x" * (request["mib"] << 20)
    os.abort()


def exit_at_once(request, directory, progress, ask):
    os._exit(3)


def panic(request, directory, progress, ask):
    raise type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})("out of range")


def ask_twice(request, directory, progress, ask):
    return {"replies": [ask({"word": "one"}), ask({"word": "two"})]}


def work_by_pages(request, directory, progress, ask):
    granted = []
    for _ in range(request["pages"]):
        granted.append(ask({"kind": "more_time"})["seconds"])
        time.sleep(0.4)
    return {"granted": granted}


def peak_mib(request, directory, progress, ask):
    status = open("/proc/self/status").read()
    return {"mib": int(status.split("VmHWM:")[1].split()[0]) // 1024}


def refuse(request, directory, progress, ask):
    from ragflow.domain.errors import EncryptedFile
    raise EncryptedFile(name="a.pdf")


def fail(request, directory, progress, ask):
    raise KeyError("xref")
"""


@pytest.fixture
def bad_parsers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name a module with functions that crash, hang, eat memory or fail."""
    (tmp_path / "bad_parsers.py").write_text(BAD_PARSERS)
    monkeypatch.syspath_prepend(str(tmp_path))
    return "bad_parsers"
