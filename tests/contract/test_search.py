import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ragflow.adapters.search.lancedb import LanceEngine
from ragflow.adapters.search.memory import MemoryEngine
from ragflow.testing.search import (
    LENGTH,
    SearchEngineContract,
    keys,
    random_records,
    record,
    request,
    unit,
)

_WRITER = """
import sys
from pathlib import Path
from ragflow.adapters.search.lancedb import LanceEngine
from ragflow.testing.search import record

name, rounds = sys.argv[2], int(sys.argv[3])
engine = LanceEngine(Path(sys.argv[1]), optimise_every=5)
for number in range(rounds):
    document = f"{name}{number % 7}"
    chunks = [record(f"round{number}", document, f"{n}") for n in range(5)]
    engine.replace_document("data", document, chunks)
    print(number, flush=True)
"""


def _start_writer(directory: Path, name: str, rounds: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _WRITER, str(directory), name, str(rounds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


class TestMemoryEngine(SearchEngineContract):
    @pytest.fixture
    def engine(self) -> MemoryEngine:
        return MemoryEngine()


class TestLanceEngine(SearchEngineContract):
    @pytest.fixture
    def engine(self, tmp_path: Path) -> LanceEngine:
        return LanceEngine(tmp_path / "search")

    def test_every_write_may_be_followed_by_an_optimise(self, tmp_path: Path) -> None:
        engine = LanceEngine(tmp_path, optimise_every=1)
        for number in range(4):
            engine.upsert([record("alpha", chunk_id=f"{number}")])

        assert len(engine.search(request("alpha", unit(1.0)))) == 4

    def test_records_outlive_the_engine(self, tmp_path: Path) -> None:
        first = LanceEngine(tmp_path)
        first.upsert([record("alpha")])
        first.close()

        assert keys(LanceEngine(tmp_path).search(request("alpha"))) == [("doc", "chunk")]

    def test_it_finds_what_the_memory_engine_finds(self, tmp_path: Path) -> None:
        chance = np.random.default_rng(5)
        lance, memory = LanceEngine(tmp_path), MemoryEngine()
        for engine in (lance, memory):
            engine.upsert(random_records(200))
            engine.replace_document("data1", "doc1", random_records(20, seed=1)[13:17])
        for number in range(20):
            words = " ".join(f"word{n}" for n in chance.integers(0, 45, size=number % 5))
            vector = chance.standard_normal(LENGTH).astype(np.float32)
            asked = request(
                words,
                vector if number % 3 else None,
                ["data0", "data1"][: 1 + number % 2],
                ["doc1", "doc3", "doc4"] if number % 4 == 0 else None,
            )

            ours, theirs = lance.search(asked), memory.search(asked)

            assert keys(ours) == keys(theirs)
            assert [c.vector_rank for c in ours] == [c.vector_rank for c in theirs]
            assert np.allclose([c.cosine for c in ours], [c.cosine for c in theirs], atol=1e-6)
            assert [c.title_tokens for c in ours] == [c.title_tokens for c in theirs]

    def test_the_approximate_index_of_a_large_table_finds_nearly_the_same(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ragflow.adapters.search.lancedb.ANN_ROWS", 500)
        monkeypatch.setattr("ragflow.adapters.search.lancedb._INDEXED_ROWS", 500)
        engine = LanceEngine(tmp_path)
        engine.upsert(random_records(600))
        asked = [request(vector=unit(1.0, n), datasets=["data0"], top_k=20) for n in range(-5, 5)]
        exact = [set(keys(engine.search(question))) for question in asked]

        engine.optimise()
        engine.upsert([record("late", "late", dataset_id="data0", vector=unit(1.0))])

        found = [set(keys(engine.search(question))) for question in asked]
        shared = sum(len(one & other) for one, other in zip(exact, found, strict=True))
        assert shared >= 0.9 * 20 * len(asked)
        assert ("late", "chunk") in found[5]

    def test_two_processes_write_and_a_third_reads_at_once(self, tmp_path: Path) -> None:
        writers = [_start_writer(tmp_path, name, 12) for name in ("one", "two")]
        reader = LanceEngine(tmp_path)
        while any(writer.poll() is None for writer in writers):
            found = keys(reader.search(request(vector=unit(1.0))))
            time.sleep(0.02)
            assert len(found) % 5 == 0  # a document is there in whole or not at all
        for writer in writers:
            assert writer.communicate()[0].split()[-1:] == ["11"]

        found = keys(reader.search(request("round11", unit(1.0))))

        assert len(found) == reader.count(["data"]) == 2 * 7 * 5
        assert len(reader.search(request("round11"))) == 10

    def test_a_killed_writer_harms_nothing(self, tmp_path: Path) -> None:
        engine = LanceEngine(tmp_path)
        for attempt in range(2):
            writer = _start_writer(tmp_path, "doc", 1000)
            assert writer.stdout is not None
            writer.stdout.readline()  # it has imported and written
            time.sleep(0.05 + 0.13 * attempt)
            os.kill(writer.pid, signal.SIGKILL)
            done = writer.communicate()[0].split()

            engine.upsert([record("alive", document_id="survivor")])

            assert len(engine.search(request("alive"))) == 1
            assert (engine.count(["data"]) - 1) % 5 == 0
            if done:
                assert len(engine.search(request(f"round{done[-1]}"))) in (0, 5)
