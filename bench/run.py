"""Run the benchmarks one after another; each writes its own file under `bench/results`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCRIPTS = ("speed/first_answer.py", "speed/ingest.py", "speed/api.py", "speed/agents.py")
WITH_DATA = ("quality/parsing.py", "quality/robustness.py", "quality/retrieval.py")
"""These need documents with references (`docs`) and judged queries (`ir`) in a data folder; without
one they are left out."""


def main() -> None:
    """Run what can be run here, and say what was left out."""
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    for script in SCRIPTS:
        _run(script)
    if data is None:
        print(f"Left out, for want of a data folder as argument: {', '.join(WITH_DATA)}")
        return
    _run("quality/parsing.py", "--data", str(data / "docs"))
    _run("quality/robustness.py", "--data", str(data / "docs"))
    _run("quality/retrieval.py", str(data / "ir"))


def _run(script: str, *arguments: str) -> None:
    print(f"== {script}", flush=True)
    subprocess.run([sys.executable, str(HERE / script), *arguments], check=True)


if __name__ == "__main__":
    main()
