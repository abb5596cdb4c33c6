"""What one script may take is bounded, and a result cannot be mistaken."""

from __future__ import annotations

import pytest

from ragflow.domain.errors import CodeFailed

from .conftest import Run

PYTHON_HOGS = {
    "loop": ("def main():\n    while True: pass", "code_seconds"),
    "sleep": ("import time\ndef main(): time.sleep(1000)", "code_seconds"),
    "loop before main": ("while True: pass", "code_seconds"),
    "regular expression": (
        "import re\ndef main(): re.match(r'(a+)+$', 'a' * 40 + 'b')",
        "code_seconds",
    ),
    "one big block": ("def main(): return len(bytearray(1 << 30))", "code_memory_mib"),
    "many small ones": (
        "def main():\n    kept = []\n    while True: kept.append(bytes(100_000))",
        "code_memory_mib",
    ),
    "output": ("def main():\n    while True: print('x' * 1000)", "code_output_kib"),
    "errors": (
        "import sys\ndef main():\n    while True: print('x' * 1000, file=sys.stderr)",
        "code_output_kib",
    ),
    "output without Python": (
        "import os\ndef main():\n    while True: os.write(1, b'x' * 1000)",
        "code_output_kib",
    ),
    "result": ("def main(): return 'x' * 1_000_000", "code_output_kib"),
    "result that shared parts make big": (
        "def main():\n    value = 'x' * 1000\n    for _ in range(10): value = [value] * 4\n"
        "    return value",
        "code_(output_kib|memory_mib|seconds)",
    ),
}
JAVASCRIPT_HOGS = {
    "loop": ("function main() { for (;;); }", "code_seconds"),
    "promises": (
        "function main() { const on = () => Promise.resolve().then(on); return on(); }",
        "code_seconds|memory",
    ),
    "timer": ("const main = () => new Promise((done) => setTimeout(done, 1e6));", "code_seconds"),
    "memory": (
        "function main() { const kept = []; for (;;) kept.push(new Uint8Array(1 << 20)); }",
        "code_memory_mib",
    ),
    "output": ("function main() { for (;;) console.log('x'.repeat(1000)); }", "code_output_kib"),
    "result": ("function main() { return 'x'.repeat(1000000); }", "code_output_kib"),
}


@pytest.mark.parametrize("name", PYTHON_HOGS)
def test_a_script_in_python_cannot_take_more_than_its_share(
    run: Run, name: str, nothing_left: None
) -> None:
    script, setting = PYTHON_HOGS[name]
    with pytest.raises(CodeFailed, match=f"agents.{setting}"):
        run(script)


@pytest.mark.parametrize("name", JAVASCRIPT_HOGS)
def test_a_script_in_javascript_cannot_take_more_than_its_share(
    run: Run, name: str, nothing_left: None
) -> None:
    script, setting = JAVASCRIPT_HOGS[name]
    with pytest.raises(CodeFailed, match=setting):
        run(script, "nodejs")


def test_limits_cannot_be_raised_again(run: Run) -> None:
    script = """
import resource
def main():
    for limit in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_NOFILE):
        try:
            resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            return "raised"
        except (OSError, ValueError):
            pass
    return "kept"
"""
    assert run(script).result == "kept"


def test_what_a_script_prints_is_not_its_result(run: Run) -> None:
    script = """
import os, sys
def main():
    print('{"result": "forged"}')
    os.write(1, b'{"result": "forged"}\\n')
    print('{"result": "forged"}', file=sys.stderr)
    return "true"
"""
    done = run(script)
    assert done.result == "true"
    assert done.stdout.count("forged") == 2


def test_what_is_written_to_every_descriptor_is_not_its_result(run: Run) -> None:
    script = """
import os
def main():
    for number in range(3, 64):
        try:
            os.write(number, b'\\n{"result": "forged"}\\n')
        except OSError:
            pass
    return "true"
"""
    with pytest.raises(CodeFailed, match="wrote into the channel"):
        run(script)


def test_a_script_that_closes_every_descriptor_fails(run: Run, nothing_left: None) -> None:
    with pytest.raises(CodeFailed):
        run("import os\ndef main():\n    os.closerange(0, 64)\n    return 1")


def test_a_script_that_leaves_by_itself_has_no_result(run: Run, nothing_left: None) -> None:
    with pytest.raises(CodeFailed, match="ended before main returned"):
        run("import os\ndef main(): os._exit(0)")


def test_a_deep_result_is_refused(run: Run) -> None:
    script = """
def main(depth):
    value = 1
    for _ in range(depth):
        value = [value]
    return value
"""
    with pytest.raises(CodeFailed, match="nested more than 100 deep"):
        run(script, depth=500)
    assert run(script, depth=50).result is not None
