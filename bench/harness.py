"""What every benchmark shares: the machine, memory of a process family, peers, result files."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"
PEERS = ROOT / ".venv-bench"
PEER_PACKAGES = (
    "pypdfium2",
    "pdfplumber",
    "docling-parse",
    "markitdown[pdf,docx,pptx,xlsx,xls,outlook]",
    "kreuzberg>=4.10,<5",
    "chromadb",
    "onnxruntime",
    "tokenizers",
)
"""All that the peers of any benchmark need: whichever runs first makes the environment of all."""


@dataclass(frozen=True, slots=True)
class ProcessMemory:
    """Give the resident memory of one process in MiB."""

    pid: int
    command: str
    rss_mib: float


def machine() -> dict[str, Any]:
    """Describe the machine."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
    }


def commit() -> str:
    """Return the commit that was measured, marked when the tree is not clean."""

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()

    return git("rev-parse", "--short", "HEAD") + (
        "+changes" if git("status", "--porcelain") else ""
    )


def peer_python(environment: Path) -> Path:
    """Return the Python of the peers' environment, which has all of them and is made if need be."""
    python, installed = environment / "bin" / "python", environment / "peers.txt"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    wanted = "\n".join(PEER_PACKAGES)
    if not installed.exists() or installed.read_text() != wanted:
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, *PEER_PACKAGES], check=True)
        installed.write_text(wanted)
    return python


def family(pid: int) -> Iterator[ProcessMemory]:
    """Yield a process and all its descendants with their resident memory."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
    wanted = [pid]
    for current in wanted:
        wanted += [child for child, parent in parents.items() if parent == current]
        try:
            status = Path(f"/proc/{current}/status").read_text()
            command = Path(f"/proc/{current}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        resident = next((line for line in status.splitlines() if line.startswith("VmRSS")), "")
        if resident:
            yield ProcessMemory(current, command.strip(), int(resident.split()[1]) / 1024)


def total_rss_mib(pid: int) -> float:
    """Sum the resident memory of a process family, shared pages counted in each."""
    return sum(process.rss_mib for process in family(pid))


def save(name: str, results: dict[str, Any], command: str, *, show: bool = True) -> None:
    """Write results to `bench/results/<name>.json` and print them, where that shows them well."""
    RESULTS.mkdir(exist_ok=True)
    record = {
        "command": command,
        "commit": commit(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "results": results,
    }
    text = json.dumps(record, indent=2, ensure_ascii=False)
    (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    if show:
        print(json.dumps(results, indent=2, ensure_ascii=False))
