"""The child's side of isolation: `python -m ragflow.ingest.child MEMORY_MIB SECONDS`.

In: one JSON command per line on stdin. Out: JSON lines on stdout, progress and questions first,
then a result or an error; the next line on stdin answers a question. It ends when stdin does, that
is when the parent is gone, even in the middle of a call.
"""

from __future__ import annotations

import gc
import importlib
import json
import math
import os
import queue
import resource
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ragflow.domain.errors import RagflowError
from ragflow.ingest.parse.errors import is_panic

_MIB = 1 << 20
_PROGRESS_SECONDS = 0.2
_COLLECT_AFTER = 50_000  # objects; a document makes many, and hardly any circles


def main() -> None:
    """Serve calls until stdin ends."""
    memory_mib, seconds = int(sys.argv[1]), float(sys.argv[2])
    replies = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is not a reply
    _limit_process(memory_mib)
    collect_seldom()
    commands: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(commands,), daemon=True).start()
    while True:
        command = commands.get()
        _limit_time(seconds)
        _reply(replies, _serve(command, lambda message: _reply(replies, message), commands.get))


def collect_seldom() -> None:
    """Look for circles of objects less often: looking took a twentieth of the time of parsing."""
    gc.set_threshold(_COLLECT_AFTER)


def _listen(commands: queue.SimpleQueue[dict[str, Any]]) -> None:
    for line in sys.stdin.buffer:
        commands.put(json.loads(line))
    os._exit(0)


def _limit_process(memory_mib: int) -> None:
    size = memory_mib * _MIB
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time(seconds: float) -> None:
    """Bound this call's processor time, for when the parent, who watches the clock, is stopped."""
    used = sum(os.times()[:2])
    allowed = math.ceil(used + seconds * (os.cpu_count() or 1)) + 1
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, hard))


def _add_time(seconds: float) -> None:
    allowed, hard = resource.getrlimit(resource.RLIMIT_CPU)
    added = math.ceil(seconds * (os.cpu_count() or 1))
    resource.setrlimit(resource.RLIMIT_CPU, (allowed + added, hard))


def _serve(
    command: dict[str, Any],
    send: Callable[[dict[str, Any]], None],
    receive: Callable[[], dict[str, Any]],
) -> dict[str, Any]:
    def ask(question: Mapping[str, Any]) -> dict[str, Any]:
        send({"question": dict(question)})
        reply = receive()
        if granted := reply.get("seconds"):
            _add_time(granted)
        return reply

    try:
        module, function = command["target"].split(":")
        target = getattr(importlib.import_module(module), function)
        result = target(command["request"], Path(command["directory"]), _Reporter(send), ask)
    except RagflowError as error:
        facts = json.loads(json.dumps(error.facts, default=str))
        return {"error": type(error).__name__, "message": str(error), "facts": facts}
    except MemoryError:
        return {"error": "MemoryError", "message": "", "facts": {}, "fatal": True}
    except Exception as error:  # noqa: BLE001 - a parser may fail in any way; the file is at fault
        return _fault(error)
    except BaseException as error:
        if not is_panic(error):
            raise
        return _fault(error)
    return {"result": result}


def _fault(error: BaseException) -> dict[str, Any]:
    where = traceback.extract_tb(error.__traceback__)[-1]
    return {
        "error": type(error).__name__,
        "message": f"{error} [{Path(where.filename).name}:{where.lineno}]",
        "facts": {},
        "fatal": True,
    }


class _Reporter:
    """Send progress, a few times a second at most; the last of a burst may be left out."""

    def __init__(self, send: Callable[[dict[str, Any]], None]) -> None:
        self._send = send
        self._next = 0.0

    def __call__(self, share: float, message: str) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _PROGRESS_SECONDS
            self._send({"progress": share, "message": message})


def _reply(descriptor: int, message: dict[str, Any]) -> None:
    data = json.dumps(message).encode() + b"\n"
    while data:
        data = data[os.write(descriptor, data) :]


if __name__ == "__main__":
    main()
