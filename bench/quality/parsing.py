"""Quality of parsing: how much of reviewed reference texts the parsers find, per format.

In: a folder with `manifest.jsonl` (`{"file", "ref", "kind"}`) that pairs files with Markdown.
Out: a table of word, number and table-cell recall, and `bench/results/parsing.json`.

    .venv/bin/python bench/quality/parsing.py [--data FOLDER] [--worst N]
"""

from __future__ import annotations

import argparse
import html
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import ROOT, save

from ragflow.domain.documents import ParsedDocument
from ragflow.domain.errors import ParseError
from ragflow.ingest.parse.base import ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.load import load_parsers, parse

_FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ADDRESS = re.compile(r"\]\([^\s()]*(?:\([^()]*\)[^\s()]*)*(?:\s+\"[^\"]*\")?\)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_WORD = re.compile(r"\w+")
_RULE = re.compile(r"[\s|:-]+")


@dataclass(slots=True)
class Recall:
    """Count what was found of what was wanted."""

    found: int = 0
    wanted: int = 0

    def add(self, wanted: Counter[str], given: Counter[str]) -> None:
        """Count a file."""
        self.found += (wanted & given).total()
        self.wanted += wanted.total()

    @property
    def share(self) -> float | None:
        """Return the recall; None where nothing was wanted."""
        return self.found / self.wanted if self.wanted else None


@dataclass(slots=True)
class Score:
    """Hold the figures of a format or of a file."""

    files: int = 0
    failed: int = 0
    seconds: float = 0.0
    words: Recall = field(default_factory=Recall)
    numbers: Recall = field(default_factory=Recall)
    cells: Recall = field(default_factory=Recall)


def plain(markdown: str) -> str:
    """Return the words of Markdown without its marks, formulas and addresses."""
    text = _FORMULA.sub(" ", _COMMENT.sub(" ", markdown))
    text = _ADDRESS.sub(" ", text)
    return html.unescape(_ESCAPE.sub(r"\1", text)).replace("**", "").replace("~~", "")


def words(text: str) -> Counter[str]:
    """Count the words of a text."""
    return Counter(word.strip("_") for word in _WORD.findall(text.lower()))


def numbers(counted: Counter[str]) -> Counter[str]:
    """Keep the words with digits."""
    return Counter({word: n for word, n in counted.items() if any(c.isdigit() for c in word)})


def reference_cells(markdown: str) -> Iterator[str]:
    """Yield the table cells of a reference."""
    for line in markdown.splitlines():
        if line.startswith("|") and not _RULE.fullmatch(line):
            yield from (plain(cell) for cell in re.split(r"(?<!\\)\|", line)[1:-1])


def document_words(document: ParsedDocument) -> Counter[str]:
    """Count the words of a document; the reference repeats a merged cell over all that it spans."""
    counted = words(document.text)
    for block in document.blocks:
        for row in block.table.rows if block.table else ():
            for cell in row:
                for word, count in words(cell.text).items():
                    counted[word] += count * (cell.row_span * cell.column_span - 1)
    return counted


def document_cells(document: ParsedDocument) -> Iterator[str]:
    """Yield the texts of all table cells, merged ones as often as they span."""
    for block in document.blocks:
        for row in block.table.rows if block.table else ():
            for cell in row:
                yield from [cell.text] * (cell.row_span * cell.column_span)


def normal(cells: Iterator[str]) -> Counter[str]:
    """Count cells by their letters and digits alone."""
    return Counter(key for cell in cells if (key := "".join(_WORD.findall(cell.lower()))))


def measure(file: Path, reference: Path) -> Score:
    """Score one file."""
    score = Score(files=1)
    markdown = reference.read_text(encoding="utf-8")
    started = time.perf_counter()
    try:
        document = parse(
            SourceFile(file.name, file.read_bytes()), ParseOptions(), lambda share, line: None
        )
    except ParseError:
        score.failed = 1
        document = ParsedDocument("", ())
    score.seconds = time.perf_counter() - started
    wanted, given = words(plain(markdown)), document_words(document)
    score.words.add(wanted, given)
    score.numbers.add(numbers(wanted), numbers(given))
    score.cells.add(normal(reference_cells(markdown)), normal(document_cells(document)))
    return score


def merge(total: Score, part: Score) -> None:
    """Add a file's figures to its format's."""
    total.files += part.files
    total.failed += part.failed
    total.seconds += part.seconds
    for name in ("words", "numbers", "cells"):
        recall: Recall = getattr(total, name)
        recall.found += getattr(part, name).found
        recall.wanted += getattr(part, name).wanted


def show(share: float | None) -> str:
    """Return a share for people."""
    return "     -" if share is None else f"{share:6.3f}"


def line(name: str, score: Score) -> str:
    """Return one row of the printed table."""
    shares = "  ".join(show(recall.share) for recall in (score.words, score.numbers, score.cells))
    return f"{name:44.44} {score.files:5} {score.failed:6}  {shares}  {score.seconds:7.2f}"


def main() -> None:
    """Measure all pairs whose format has a parser."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=ROOT.parent / "shared/data/docs/mixed")
    arguments.add_argument("--worst", type=int, default=0, help="also list the N worst files")
    options = arguments.parse_args()
    load_parsers()
    totals: dict[str, Score] = {}
    single: list[tuple[str, Score]] = []
    for entry in map(json.loads, (options.data / "manifest.jsonl").read_text().splitlines()):
        file = options.data / entry["file"]
        if not entry["ref"] or file.suffix[1:].lower() not in parsers or not file.exists():
            continue
        score = measure(file, options.data / entry["ref"])
        merge(totals.setdefault(entry["kind"], Score()), score)
        single.append((entry["file"], score))
    print(f"{'format':44} {'files':>5} {'failed':>6}   words  numbers   cells  seconds")
    for kind, score in sorted(totals.items()):
        print(line(kind, score))
    single.sort(key=lambda item: item[1].words.share or 0.0)
    for name, score in single[: options.worst]:
        print(line(name, score))
    results = {
        kind: {
            "files": score.files,
            "failed": score.failed,
            "word_recall": score.words.share,
            "number_recall": score.numbers.share,
            "cell_recall": score.cells.share,
        }
        for kind, score in sorted(totals.items())
    }
    save("parsing", results, "bench/quality/parsing.py")


if __name__ == "__main__":
    main()
