"""Code that means no harm runs, and gets told what is wrong with it."""

from __future__ import annotations

import asyncio
import time

import pytest

from ragflow.adapters.code.local import LocalRunner
from ragflow.domain.agent_ports import CodeTask
from ragflow.domain.errors import CodeFailed

from .conftest import Run


def test_python_gets_arguments_by_name_and_returns_json(run: Run) -> None:
    script = """
import datetime, json, math, random, re, statistics, collections, decimal, hashlib, zoneinfo
def main(numbers, text):
    print("größe", len(text))
    return {
        "sum": sum(numbers),
        "mean": statistics.mean(numbers),
        "words": re.findall(r"\\w+", text),
        "day": datetime.date(2025, 2, 28).isoformat(),
        "round": json.loads(json.dumps({"ключ": "值"})),
        "digest": hashlib.sha256(b"x").hexdigest()[:8],
        "hour": datetime.datetime(2025, 7, 1, tzinfo=zoneinfo.ZoneInfo("UTC")).hour,
    }
"""
    done = run(script, numbers=[1, 2, 3, 10], text="naïve café")
    assert done.result == {
        "sum": 16,
        "mean": 4,
        "words": ["naïve", "café"],
        "day": "2025-02-28",
        "round": {"ключ": "值"},
        "digest": "2d711642",
        "hour": 0,
    }
    assert done.stdout == "größe 10\n"


def test_threads_and_coroutines_work(run: Run) -> None:
    script = """
import asyncio, concurrent.futures, sqlite3, sys
async def main(n):
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        squares = list(pool.map(lambda x: x * x, range(n)))
    await asyncio.sleep(0.01)
    rows = sqlite3.connect(":memory:").execute("select 1 + 1").fetchall()
    print("warned", file=sys.stderr)
    return [squares, rows]
"""
    done = run(script, n=4)
    assert done.result == [[0, 1, 4, 9], [[2]]]
    assert done.stderr == "warned\n"


def test_classes_of_a_script_know_their_module(run: Run) -> None:
    script = """
from __future__ import annotations
import pickle
from dataclasses import asdict, dataclass, field
from typing import NamedTuple, get_type_hints

@dataclass
class Order:
    items: list[Item] = field(default_factory=list)

class Item(NamedTuple):
    name: str
    price: float = 1.0

def main():
    order = pickle.loads(pickle.dumps(Order([Item("a")])))
    return [asdict(order), str(get_type_hints(Order)["items"])]
"""
    assert run(script).result == [{"items": [["a", 1.0]]}, "list[script.Item]"]


def test_main_may_return_nothing_and_the_script_sees_that_it_is_no_program(run: Run) -> None:
    script = "def main(): print(__name__)\nif __name__ == '__main__': raise SystemExit(3)"
    done = run(script)
    assert (done.result, done.stdout) == (None, "script\n")


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("def main(a):\n    return a['b']\n", "line 2, in main\n    return a['b']"),
        ("def main(a:\n", "SyntaxError"),
        ("x = 1\n1 / 0\n", "line 2, in <module>\n    1 / 0"),
        ("def main():\n    pass\n", "unexpected keyword argument 'a'"),
        ("main = 5\n", "defines no function main"),
        ("def main(a):\n    return {1, 2}\n", "cannot be written as JSON"),
        ("def main(a):\n    return float('nan')\n", "cannot be written as JSON"),
        ("def main(a):\n    raise SystemExit('enough')\n", "SystemExit: enough"),
        ("import numpy\n", "No module named 'numpy'"),
        ("def main(a):\n    return main(a)\n", "RecursionError"),
        ("def main(a):\n    return '\\ud800'\n", "half a character"),
    ],
)
def test_a_failure_is_told_in_the_words_of_python(run: Run, script: str, told: str) -> None:
    with pytest.raises(CodeFailed) as failure:
        run(script, a={})
    assert told in str(failure.value)
    assert "inside.py" not in str(failure.value)
    assert "<string>" not in str(failure.value)


def test_a_failure_within_the_library_does_not_tell_where_that_lies(run: Run) -> None:
    with pytest.raises(CodeFailed) as failure:
        run("import json\ndef main():\n    json.loads('{')")
    assert 'File "json/decoder.py"' in str(failure.value)
    assert 'File "/' not in str(failure.value)


def test_javascript_gets_an_object_and_is_awaited(run: Run) -> None:
    script = """
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
async function main({ a, b }) {
  await later(5);
  console.log("grün", { a });
  console.error("warned");
  return { sum: a + b, list: [1, 2, 3].map((x) => x * 2), none: undefined };
}
"""
    done = run(script, "nodejs", a=1, b=2)
    assert done.result == {"sum": 3, "list": [2, 4, 6]}
    assert (done.stdout, done.stderr) == ('grün {"a":1}\n', "warned\n")


@pytest.mark.parametrize(
    "script",
    [
        "function main(given) { return given.a * 2; }",
        "const main = async ({ a }) => a * 2;",
        "function twice({ a }) { return a * 2; }\nmodule.exports = { main: twice };",
        "exports.main = ({ a }) => Promise.resolve(a * 2);",
    ],
)
def test_javascript_may_define_main_in_several_ways(run: Run, script: str) -> None:
    assert run(script, "nodejs", a=21).result == 42


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("function main({ a }) {\n  return a.b.c;\n}", "at main (script.js:2:"),
        ("function main( {", "SyntaxError"),
        ("const x = 1;", "defines no function main"),
        ("function main() { return require('fs'); }", "there is no module fs here"),
        ("function main() { return 10n; }", "cannot be written as JSON"),
        ("function main() { return () => 1; }", "cannot be written as JSON"),
        ("function main() { return new Promise(() => {}); }", "never settled"),
        ("function main() { return Promise.reject(new Error('no')); }", "Error: no"),
        ("function main() { return main(); }", "Maximum call stack size exceeded"),
    ],
)
def test_a_failure_is_told_in_the_words_of_javascript(run: Run, script: str, told: str) -> None:
    with pytest.raises(CodeFailed) as failure:
        run(script, "nodejs", a={})
    assert told in str(failure.value)
    assert "<input>" not in str(failure.value)


def test_no_more_scripts_run_at_once_than_allowed(local_runner: LocalRunner) -> None:
    script = "import time\ndef main():\n    time.sleep(0.5)\n    return time.time()"

    async def three() -> list[float]:
        task = CodeTask("python", script)
        done = await asyncio.gather(*(local_runner.run(task) for _ in range(3)))
        return sorted(result.result for result in done)

    first, _, last = asyncio.run(three())
    assert last - first > 0.5  # two at once, then the third


def test_the_time_of_starting_is_not_taken_from_a_script(run: Run) -> None:
    began = time.monotonic()
    assert run("import time\ndef main():\n    time.sleep(3.5)\n    return 1").result == 1
    assert time.monotonic() - began > 3.5
