"""Quality of parsing: ours beside the peers', in one run on the same files.

In: a folder of documents with references, see `references.py`. Out: per kind of file and reader,
means over files (and pooled figures) of word recall (`words`: all text extracted; `kept`: without
what was set aside as headers and the like), number recall, reading order, table-cell recall and
heading F1, see `metrics.py`; pages per CPU-second and peak memory; saved as
`bench/results/parsing.json` when nothing was left out. A format that a reader does not take counts
in none of its figures, nor do headings or tables of one that tells of none. Peers run without OCR,
so scans are read by ours alone. `ours` has all models, `ours-layout` the layout model alone and
`ours-plain` none, not even OCR.

    .venv/bin/python bench/quality/parsing.py --data FOLDER [--kind pdf] [--only NAME]
        [--ours] [--worst N]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import PEERS, save
from readers import OURS, Reader, ours, peers
from references import TABLES, Reference, references
from scans import FOREIGN_SCANS, SCANS, scans
from scores import MEASURES, Score, score, summary

OCR_KINDS = ("ocr", SCANS, FOREIGN_SCANS)
PAGE_KINDS = ("pdf", TABLES)
"""Kinds that the models look at although they hold their text as text."""
BORN_DIGITAL = "born-digital"
"""All kinds that hold their text as text and have whole references."""

POOLED = ("words", "cells", "heading_precision", "heading_recall", "headings")
HEADINGS = {"heading_precision": "head.p", "heading_recall": "head.r", "headings": "head.f1"}


def main() -> None:
    """Measure what was asked for."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--kind", help="one kind of file alone, e.g. pdf, tables or scan")
    arguments.add_argument("--only", help="files alone whose name holds this")
    arguments.add_argument("--ours", action="store_true", help="leave out the peers")
    arguments.add_argument("--worst", type=int, default=0, help="list our N worst files")
    arguments.add_argument("--peers", type=Path, default=PEERS)
    options = arguments.parse_args()
    readers = ours() if options.ours else [*ours(), *peers(options.peers)]
    with tempfile.TemporaryDirectory() as folder:
        wanted = [
            reference
            for reference in _with_scans(list(references(options.data)), Path(folder))
            if options.kind in (None, reference.kind) and (options.only or "") in reference.name
        ]
        scores = {reader.name: list(_scores(reader, wanted)) for reader in readers}
    results = _results(scores)
    _print(results)
    _print_worst(scores[OURS], options.worst)
    if not (options.kind or options.only or options.ours):
        save("parsing", results, "bench/quality/parsing.py", show=False)


def _with_scans(known: Sequence[Reference], folder: Path) -> Iterator[Reference]:
    yield from known
    yield from scans((each.path for each in known if each.kind == "pdf"), folder)


def _scores(reader: Reader, wanted: Sequence[Reference]) -> Iterator[Score]:
    """Score a reader kind by kind, each in a process of its own: its memory is the kind's."""
    for kind in dict.fromkeys(reference.kind for reference in wanted):
        if (kind in OCR_KINDS and reader.name != OURS) or (
            kind not in PAGE_KINDS and reader.fewer_models
        ):
            continue
        files = [reference for reference in wanted if reference.kind == kind]
        readings = reader.read(reference.path for reference in files)
        for reference, reading in zip(files, readings, strict=True):
            yield score(reference, reading)


def _results(scores: dict[str, list[Score]]) -> dict[str, Any]:
    """Return the figures per kind and reader."""
    kinds = sorted({each.kind for of_reader in scores.values() for each in of_reader})
    groups = {kind: (kind,) for kind in kinds}
    digital = tuple(kind for kind in kinds if kind not in (*OCR_KINDS, TABLES))
    if len(digital) > 1:
        groups[BORN_DIGITAL] = digital
    return {
        group: {
            reader: summary(found)
            for reader, of_reader in scores.items()
            if (found := [each for each in of_reader if each.kind in members])
        }
        for group, members in groups.items()
    }


def _print(results: dict[str, Any]) -> None:
    means = [f"{name:>8}" for name in MEASURES]
    pooled = [f"{HEADINGS.get(name, name):>8}" for name in POOLED]
    print(f"{'':28}{'':>14} | mean over files {'':38} | pooled")
    print(
        f"{'kind':13}{'reader':15}{'files':>6}{'failed':>8} |{''.join(means)}"
        f" |{''.join(pooled)} | {'pages/cpu-s':>11} {'peak MiB':>8}"
    )
    for kind, readers in results.items():
        for reader, figures in readers.items():
            if not figures["files"]:
                print(f"{kind:13}{reader:15} does not read this format")
                continue
            print(
                f"{kind:13}{reader:15}{figures['files']:6}{figures['failed']:8} |"
                + "".join(f"{_share(figures['mean'][name]):>8}" for name in MEASURES)
                + " |"
                + "".join(f"{_share(figures['pooled'][name]):>8}" for name in POOLED)
                + f" | {_number(figures['pages_per_cpu_second']):>11}"
                + f" {_number(figures['peak_mib']):>8}"
            )


def _print_worst(scores: Sequence[Score], count: int) -> None:
    for each in scores:
        if each.error:
            print(f"{'unread' if each.unread else 'failed'}: {each.name}: {each.error}")
    read = [each for each in scores if not each.unread]
    for name, measure in MEASURES.items():
        values = [(value, each) for each in read if (value := measure(each)) is not None]
        values.sort(key=lambda item: item[0])
        for value, each in values[:count]:
            print(f"worst {name:9} {value:.3f} {each.name}")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


if __name__ == "__main__":
    main()
