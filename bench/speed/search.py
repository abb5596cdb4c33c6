"""Measure the embedded search engine: load, size, search, small writes, on random chunks.

python bench/speed/search.py [--chunks 10000]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import save

from ragflow.adapters.search.lancedb import LanceEngine
from ragflow.domain.queries import IndexRecord, SearchRequest, Term

LENGTH = 384
WORDS = np.array([f"word{number}" for number in range(30_000)])
SHARES = 1 / np.arange(1, len(WORDS) + 1)
SHARES /= SHARES.sum()
CHUNKS_PER_DOCUMENT = 500


class Source:
    """Make random chunks and questions; words are as frequent as in natural texts."""

    def __init__(self, seed: int) -> None:
        self._chance = np.random.default_rng(seed)
        self._topics = self._chance.standard_normal((200, LENGTH)).astype(np.float32)

    def records(self, document: int, count: int) -> list[IndexRecord]:
        """Return the records of one document."""
        texts = self._chance.choice(WORDS, (count, 120), p=SHARES)
        return [
            IndexRecord(
                dataset_id=f"dataset{document % 4}",
                document_id=f"document{document}",
                chunk_id=f"{number:016x}",
                available=True,
                content_tokens=" ".join(text),
                title_tokens="some title",
                keyword_tokens="",
                question_tokens="",
                vector=self._vector(),
            )
            for number, text in enumerate(texts)
        ]

    def request(self, datasets: int) -> SearchRequest:
        """Return a question of eight words over the first datasets."""
        words = dict.fromkeys(str(word) for word in self._chance.choice(WORDS, 8, p=SHARES))
        return SearchRequest(
            dataset_ids=tuple(f"dataset{number}" for number in range(datasets)),
            document_ids=None,
            terms=tuple(Term(word, 1 / len(words)) for word in words),
            vector=self._vector(),
            top_k=1024,
        )

    def _vector(self) -> Any:
        topic = self._topics[self._chance.integers(len(self._topics))]
        return topic + self._chance.standard_normal(LENGTH).astype(np.float32)


def main() -> None:
    """Print the figures and write them to the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=10_000)
    chunks = parser.parse_args().chunks
    with tempfile.TemporaryDirectory() as directory:
        results = measure(Path(directory), chunks)
    save(f"search-{chunks}", results, f"python bench/speed/search.py --chunks {chunks}")


def measure(directory: Path, chunks: int) -> dict[str, Any]:
    """Load an engine and time it."""
    engine, source = LanceEngine(directory), Source(seed=0)
    writing = 0.0
    for document in range(chunks // CHUNKS_PER_DOCUMENT):
        records = source.records(document, CHUNKS_PER_DOCUMENT)
        writing += seconds(lambda made=records: engine.upsert(made))
    optimising = seconds(engine.optimise)
    size = sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
    small = [source.records(10**6 + number, 30) for number in range(20)]
    replace = [lambda made=records: _replace(engine, made) for records in small]
    return {
        "chunks": chunks,
        "loaded_per_second": round(chunks / writing),
        "optimise_seconds": round(optimising, 2),
        "mib_on_disk": round(size / 2**20),
        "search_one_dataset_ms": percentiles(_searches(engine, source, 1)),
        "search_all_datasets_ms": percentiles(_searches(engine, source, 4)),
        "replace_document_of_30_ms": percentiles(replace),
    }


def percentiles(actions: list[Callable[[], object]]) -> dict[str, float]:
    """Return the median and the 95th percentile of the times of actions, in milliseconds."""
    times = [1000 * seconds(action) for action in actions]
    return {
        "p50": round(statistics.median(times), 1),
        "p95": round(statistics.quantiles(times, n=20)[-1], 1),
    }


def seconds(action: Callable[[], object]) -> float:
    """Return how long an action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _searches(engine: LanceEngine, source: Source, datasets: int) -> list[Callable[[], object]]:
    requests = [source.request(datasets) for _ in range(40)]
    return [lambda asked=request: engine.search(asked) for request in requests]


def _replace(engine: LanceEngine, records: list[IndexRecord]) -> None:
    engine.replace_document(records[0].dataset_id, records[0].document_id, records)


if __name__ == "__main__":
    main()
