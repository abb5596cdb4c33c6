"""Robustness of parsing: damaged copies of files through the real child process.

In: a folder of files of every format. Out: how many ended DONE or FAIL, and why; the worst seconds
and memory; and faults: whatever ended in another way than DONE or a message for the file's owner.
Saved as `bench/results/robustness.json` when nothing was left out.

    .venv/bin/python bench/quality/robustness.py --data FOLDER [--count 2400] [--seed 0]
        [--only NAME] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import math
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import family, save

from ragflow.ingest.isolate import Isolation, IsolationLimits
from ragflow.ingest.parse.base import parsers
from ragflow.ingest.parse.load import load_parsers
from ragflow.testing.mutants.make import Mutant, mutants
from ragflow.testing.mutants.trial import DONE, Outcome, try_out

AS_IT_IS = "as it is"
TELLING_MIB = 16
SLOW = 20.0
"""Seconds from which a mutant is worth a look."""


def main() -> None:
    """Run what was asked for and tell how it went."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--count", type=int, default=2400, help="mutants of all files together")
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--only", default="", help="files alone whose name holds this")
    arguments.add_argument("--keep", type=Path, help="keep what showed faults or was slow here")
    options = arguments.parse_args()
    load_parsers()
    everything = sorted(_files(options.data))
    files = [path for path in everything if options.only in path.name]
    each = math.ceil(options.count / len(everything))
    isolation = Isolation(IsolationLimits())
    memory = _Memory()
    outcomes = []
    try:
        for path in files:
            for mutant in _with_original(path, each, options.seed):
                outcome = try_out(isolation, mutant, partial(memory.look, mutant))
                memory.look(mutant)
                outcomes.append(outcome)
                if outcome.fault:
                    print(f"FAULT {outcome.name} ({outcome.how}): {outcome.message}", flush=True)
                    _keep(options.keep, mutant)
                elif outcome.seconds > SLOW:
                    print(f"slow: {_line(outcome)}", flush=True)
                    _keep(options.keep, mutant)
            print(f"{len(outcomes)} done, {path.name}", flush=True)
    finally:
        isolation.close()
    results = _results(outcomes, memory)
    if options.only:
        print(results)
    else:
        save("robustness", results, "bench/quality/robustness.py")


def _files(data: Path) -> Iterator[Path]:
    for path in data.rglob("*"):
        if path.is_file() and path.suffix[1:].lower() in parsers and "ref" not in path.parts:
            yield path


def _with_original(path: Path, count: int, seed: int) -> Iterator[Mutant]:
    data = path.read_bytes()
    yield Mutant(path.name, AS_IT_IS, data)
    yield from mutants(path.name, data, count, seed)


class _Memory:
    """Watch the peak memory of the child processes."""

    def __init__(self) -> None:
        self.peak_mib = 0.0
        self.where = ""

    def look(self, mutant: Mutant) -> None:
        for process in family(os.getpid()):
            if process.pid == os.getpid():
                continue
            try:
                status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
            except OSError:
                continue
            match = re.search(r"VmHWM:\s+(\d+)", status)
            peak = int(match[1]) / 1024 if match else 0.0
            if peak > self.peak_mib + TELLING_MIB:  # a child keeps the peak of its earlier calls
                self.peak_mib = peak
                self.where = f"{mutant.name} ({mutant.how})"


def _line(outcome: Outcome) -> str:
    return f"{outcome.seconds:.1f} s: {outcome.name} ({outcome.how}): {outcome.end}"


def _keep(folder: Path | None, mutant: Mutant) -> None:
    if folder is not None:
        target = folder / re.sub(r"\W+", "_", mutant.how)
        target.mkdir(parents=True, exist_ok=True)
        (target / mutant.name).write_bytes(mutant.data)


def _results(outcomes: Sequence[Outcome], memory: _Memory) -> dict[str, Any]:
    by_format: dict[str, Counter[str]] = {}
    for outcome in outcomes:
        suffix = outcome.name.rpartition(".")[2].lower()
        by_format.setdefault(suffix, Counter())[outcome.end] += 1
    slowest = sorted(outcomes, key=lambda outcome: -outcome.seconds)[:10]
    return {
        "files": sum(outcome.how == AS_IT_IS for outcome in outcomes),
        "mutants": sum(outcome.how != AS_IT_IS for outcome in outcomes),
        "refused_as_they_are": [
            f"{outcome.name}: {outcome.message}"
            for outcome in outcomes
            if outcome.how == AS_IT_IS and outcome.end != DONE
        ],
        "ends": dict(Counter(outcome.end for outcome in outcomes).most_common()),
        "ends_by_format": {name: dict(ends) for name, ends in sorted(by_format.items())},
        "limits": dict(
            Counter(
                re.sub(r".*exceeds the limit: ", "", outcome.message)
                for outcome in outcomes
                if outcome.end == "LimitExceeded"
            )
        ),
        "children_that_died": sum("its parser crashed" in outcome.message for outcome in outcomes),
        "faults": [
            f"{outcome.name} ({outcome.how}): {outcome.message}"
            for outcome in outcomes
            if outcome.fault
        ],
        "slowest": [_line(outcome) for outcome in slowest],
        "seconds": round(sum(outcome.seconds for outcome in outcomes)),
        "peak_mib": round(memory.peak_mib),
        "peak_of": memory.where,
    }


if __name__ == "__main__":
    main()
