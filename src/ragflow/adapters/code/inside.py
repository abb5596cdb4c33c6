"""What runs inside a sandbox: it gives up its rights, runs one script and tells what came of it.

In: on the channel (descriptor 0), the length of a request in eight bytes, then the request as JSON.
Out: on the same channel, a line when the script starts and one with its result or its error; each
begins with the request's secret word, so that nothing which a script writes is taken for it. What
the script prints goes to descriptors 1 and 2.

The file is handed to a bare interpreter as text, so it stands alone: the standard library, no more.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import time

TYPE_CHECKING = False  # `typing` takes a while to import, and so does all that is imported below
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_PYTHON_FILE = "script.py"
_JAVASCRIPT_FILE = "script.js"
_MIB = 1 << 20
_MOST_ERROR_CHARS = 4000
_FAR = 1_000_000  # where the lines of the prelude begin, so that they are told from a script's
_MOST_FILES = 64
_NICENESS = 10
_JAVASCRIPT_ROOM_MIB = 128  # of addresses, for Python and the engine around what a script may use
_NO_NEW_PRIVILEGES, _SET_FILTER, _FILTER = 38, 22, 2  # of prctl
_INSTRUCTION_BYTES = 8


class Failure(Exception):
    """Carry what to tell of a script that failed; `kind` is script, or the limit that it broke."""

    def __init__(self, text: str, kind: str = "script") -> None:
        super().__init__(text)
        self.kind = kind


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def main() -> None:
    """Serve the one request of this process."""
    request = _receive()
    channel = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    secret = request["secret"].encode()
    streams = (sys.stdout, sys.stderr)
    javascript = request["language"] == "nodejs"
    run = _javascript(request) if javascript else _python(request)
    give_up_rights(request, javascript)
    _send(channel, secret + b"started\n")
    try:
        result = run()
        if len(result) > request["output_bytes"]:
            raise Failure("", "output")
        said = b'{"result": ' + result.encode() + b"}"
    except Failure as failure:
        said = json.dumps({"error": str(failure), "kind": failure.kind}).encode()
    except MemoryError:
        said = b'{"error": "", "kind": "memory"}'
    for stream in streams:
        if not stream.closed:
            stream.flush()
    _send(channel, secret + said + b"\n")
    os._exit(0)  # threads of the script end here


def give_up_rights(request: dict[str, Any], javascript: bool) -> None:
    """Let go of all that a script needs not, for good."""
    os.nice(_NICENESS)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    seconds = int(request["seconds"]) + 1
    room = _JAVASCRIPT_ROOM_MIB if javascript else 0
    for limit, value in (
        (resource.RLIMIT_AS, (request["memory_mib"] + room) * _MIB),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_NOFILE, _MOST_FILES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    signal.setitimer(signal.ITIMER_REAL, request["seconds"])
    program = bytes.fromhex(request["filter"])
    buffer = ctypes.create_string_buffer(program, len(program))
    rules = _Filter(len(program) // _INSTRUCTION_BYTES, ctypes.addressof(buffer))
    system = ctypes.CDLL(None, use_errno=True)
    if (
        system.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0
        or system.prctl(_SET_FILTER, _FILTER, ctypes.byref(rules), 0, 0) != 0
    ):
        raise OSError(ctypes.get_errno(), "the system takes no filter of calls")


def _receive() -> dict[str, Any]:
    length = int.from_bytes(_read(8), "big")
    request: dict[str, Any] = json.loads(_read(length))
    return request


def _read(count: int) -> bytes:
    parts = []
    while count:
        part = os.read(0, min(count, _MIB))
        if not part:
            os._exit(1)  # nobody wants the result any more
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _send(channel: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(channel, view) :]


def _python(request: dict[str, Any]) -> Callable[[], str]:
    source = request["script"]

    def run() -> str:
        try:
            module = sys.modules["script"] = type(sys)("script")
            exec(compile(source, _PYTHON_FILE, "exec"), vars(module))  # noqa: S102 - its purpose
            function = getattr(module, "main", None)
            if not callable(function):
                raise Failure("the script defines no function main")
            result = function(**request["arguments"])
            if hasattr(result, "__await__"):
                import asyncio

                result = asyncio.run(result)
        except Failure:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it raises, the script failed
            raise _failure(error, source) from None
        return _as_json(result)

    return run


def _as_json(result: Any) -> str:
    try:
        return json.dumps(result, allow_nan=False)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - objects of the script take part
        raise Failure(f"what main returned cannot be written as JSON: {error}") from None


def _failure(error: BaseException, source: str) -> Failure:
    """Return the traceback from the script's own first line on."""
    if isinstance(error, MemoryError):
        return Failure("", "memory")
    import linecache
    import traceback

    lines = source.splitlines(keepends=True)
    linecache.cache[_PYTHON_FILE] = (len(source), None, lines, _PYTHON_FILE)
    place = error.__traceback__
    while place is not None and place.tb_frame.f_code.co_filename != _PYTHON_FILE:
        place = place.tb_next
    try:
        text = "".join(traceback.format_exception(type(error), error, place)).strip()
        # where the library lies tells of the machine
        text = text.replace(os.path.dirname(os.__file__) + "/", "")
    except Exception:  # noqa: BLE001 - an error of the script that cannot even be shown
        text = type(error).__name__
    return Failure(text[-_MOST_ERROR_CHARS:])


def _javascript(request: dict[str, Any]) -> Callable[[], str]:
    from importlib.machinery import ExtensionFileLoader, ModuleSpec

    loader = ExtensionFileLoader("_quickjs", request["quickjs"])
    spec = ModuleSpec("_quickjs", loader, origin=request["quickjs"])
    engine: Any = loader.create_module(spec)
    loader.exec_module(engine)
    context = engine.Context()
    context.set_memory_limit(request["memory_mib"] * _MIB)
    context.add_callable("__write", lambda target, text: _print(target, text))
    surroundings = context.eval("\n" * _FAR + request["prelude"])

    def run() -> str:
        try:
            context.set("__surroundings", surroundings)
            start, pending, fire, outcome = (
                context.eval(f"__surroundings.{name}")
                for name in ("start", "pending", "fire", "outcome")
            )
            context.eval("delete globalThis.__surroundings")
            context.eval(request["script"])
            found = context.eval("typeof main === 'function' ? main : module.exports.main")
            if not isinstance(found, engine.Object):
                raise Failure("the script defines no function main")
            start(found, context.parse_json(json.dumps(request["arguments"])))
            while True:
                while context.execute_pending_job():
                    pass
                wait = pending()
                if wait < 0:
                    break
                time.sleep(wait / 1000)
                fire()
            said = json.loads(outcome())
        except engine.JSException as error:
            raise _javascript_failure(str(error)) from None
        if "error" in said:
            raise _javascript_failure(said["error"])
        result: str = said["result"]
        return result

    return run


def _print(target: int, text: str) -> None:
    (sys.stderr if target == 2 else sys.stdout).write(text)


def _javascript_failure(text: str) -> Failure:
    if text.startswith("InternalError: out of memory"):
        return Failure("", "memory")
    if text.strip() == "null":  # the engine has no room left for an error of its own
        return Failure("null was thrown, by the script or because memory ran out")
    lines = [line for line in text.splitlines() if f"<input>:{_FAR // 1000}" not in line]
    text = "\n".join(lines).replace("<input>", _JAVASCRIPT_FILE).strip()
    return Failure(text[:_MOST_ERROR_CHARS])


if __name__ == "__main__":
    main()
