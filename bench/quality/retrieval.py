"""Measure nDCG@10 of retrieval on public collections, beside BM25 alone and vectors alone.

    python bench/quality/retrieval.py DATA [--model multilingual-e5-small] [--vectors DIR]

DATA holds a folder per collection with corpus.jsonl (id, title, text), queries.jsonl (id, text) and
qrels.tsv (query, document, score). `--vectors` keeps the vectors for the next run.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import save

from ragflow.adapters.models.onnx_embedding import OnnxEmbedding
from ragflow.adapters.models.store import ModelStore
from ragflow.adapters.search.memory import MemoryEngine
from ragflow.domain.chunks import Chunk
from ragflow.domain.ports import EmbeddingModel
from ragflow.domain.queries import Candidate, Question, SearchRequest, Term
from ragflow.ingest.index import index_records
from ragflow.retrieve.hybrid import Retriever, Sources
from ragflow.text.weights import question_words, term_texts

COLLECTIONS = ("xquad_en", "cranfield", "musique_100")
DEPTH = 10
TITLE_SHARE = 0.1  # of a chunk's vector, as the product has it
Ranking = list[str]


@dataclass(frozen=True, slots=True)
class Collection:
    """Hold documents, queries and which documents answer which query how well."""

    name: str
    documents: list[dict[str, Any]]
    queries: list[dict[str, Any]]
    judgements: dict[str, dict[str, float]]


class StoredVectors:
    """Answer from vectors that were computed before, as an embedding model."""

    def __init__(self, model: EmbeddingModel, directory: Path) -> None:
        self.name = model.name
        self.dimensions = model.dimensions
        self._model = model
        self._directory = directory
        self._known: dict[str, NDArray[np.float32]] = {}

    def embed(self, texts: Sequence[str], kind: Literal["query", "passage"]) -> NDArray[np.float32]:
        """Return the vectors of texts that `prepare` has seen."""
        return np.stack([self._known[f"{kind}: {text}"] for text in texts])

    def prepare(self, label: str, texts: Sequence[str], kind: Literal["query", "passage"]) -> None:
        """Embed the texts, or read their vectors from the directory."""
        path = self._directory / f"{self.name}-{label}.npy"
        if path.exists():
            vectors = np.load(path)
        else:
            vectors = self._model.embed(texts, kind)
            self._directory.mkdir(parents=True, exist_ok=True)
            np.save(path, vectors)
        keys = (f"{kind}: {text}" for text in texts)
        self._known.update(zip(keys, vectors, strict=True))


def main() -> None:
    """Print a table and write it to the results."""
    options = _options()
    store = ModelStore(options.models)
    model = OnnxEmbedding(options.model, 384, lambda: store.ensure(options.model))
    vectors = StoredVectors(model, options.vectors)
    table = {name: measure(read(options.data / name), vectors) for name in COLLECTIONS}
    ways = list(next(iter(table.values())))
    print(f"nDCG@{DEPTH}, {options.model}")
    print(f"{'':14}" + "".join(f"{way:>14}" for way in ways))
    for name, row in table.items():
        print(f"{name:14}" + "".join(f"{row[way]:14.3f}" for way in ways))
    name = f"retrieval-{options.model}"
    save(
        name,
        {f"nDCG@{DEPTH}": table},
        f"python bench/quality/retrieval.py DATA --model {options.model}",
    )


def read(folder: Path) -> Collection:
    """Read a collection."""
    judgements: dict[str, dict[str, float]] = defaultdict(dict)
    for line in (folder / "qrels.tsv").read_text().splitlines()[1:]:
        query, document, score = line.split("\t")
        judgements[query][document] = float(score)
    return Collection(
        folder.name,
        [json.loads(line) for line in (folder / "corpus.jsonl").open()],
        [json.loads(line) for line in (folder / "queries.jsonl").open()],
        dict(judgements),
    )


def measure(collection: Collection, vectors: StoredVectors) -> dict[str, float]:
    """Return the mean nDCG of each way to rank."""
    engine, chunks = _indexed(collection, vectors)
    texts = [query["text"] for query in collection.queries]
    vectors.prepare(f"{collection.name}-queries", texts, "query")
    names = {document["id"]: document["title"] for document in collection.documents}
    sources = Sources(lambda keys: {key: chunks[key] for key in keys}, lambda _: names)
    retriever = Retriever(engine, sources)
    gains: dict[str, list[float]] = defaultdict(list)
    for query in collection.queries:
        wanted = collection.judgements.get(query["id"], {})
        if not wanted:
            continue
        for way, ranking in _rankings(query["text"], engine, retriever, vectors):
            gains[way].append(ndcg(ranking, wanted))
    return {way: sum(values) / len(values) for way, values in gains.items()}


def ndcg(ranking: Ranking, wanted: Mapping[str, float]) -> float:
    """Return the normalised discounted cumulative gain of the first documents."""

    def gain(scores: Sequence[float]) -> float:
        return sum(
            (2**score - 1) / math.log2(place + 2) for place, score in enumerate(scores[:DEPTH])
        )

    best = gain(sorted(wanted.values(), reverse=True))
    return gain([wanted.get(document, 0.0) for document in ranking]) / best if best else 0.0


def _indexed(
    collection: Collection, vectors: StoredVectors
) -> tuple[MemoryEngine, dict[tuple[str, str], Chunk]]:
    titles = [document["title"] for document in collection.documents]
    contents = [document["text"] for document in collection.documents]
    vectors.prepare(f"{collection.name}-titles", titles, "passage")
    vectors.prepare(f"{collection.name}-contents", contents, "passage")
    mixed = TITLE_SHARE * vectors.embed(titles, "passage")
    mixed += (1 - TITLE_SHARE) * vectors.embed(contents, "passage")
    mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
    engine, chunks = MemoryEngine(), {}
    for document, vector in zip(collection.documents, mixed, strict=True):
        chunk = Chunk(
            id="0",
            document_id=document["id"],
            dataset_id="data",
            content=document["text"],
            ordinal=0,
            token_count=0,
            create_timestamp=0.0,
            vector=vector.astype("<f4").tobytes(),
        )
        chunks[chunk.document_id, chunk.id] = chunk
        engine.upsert(index_records([chunk], document["title"]))
    return engine, chunks


def _rankings(
    text: str, engine: MemoryEngine, retriever: Retriever, vectors: StoredVectors
) -> Iterator[tuple[str, Ranking]]:
    terms = tuple(Term(term, 1.0) for term in term_texts(question_words(text)))
    vector = vectors.embed([text], "query")[0]
    found = engine.search(SearchRequest(("data",), None, terms, vector, DEPTH))
    yield "BM25", _by_rank(found, "lexical_rank")
    yield "vectors", _by_rank(found, "vector_rank")
    question = Question(text, ("data",), page_size=DEPTH, similarity_threshold=0.0, highlight=False)
    for way, asked, model in (("words alone", question, None), ("ours", question, vectors)):
        hits = retriever.retrieve(asked, model).hits
        yield way, [hit.chunk.document_id for hit in hits]


def _by_rank(found: Sequence[Candidate], rank: str) -> Ranking:
    placed = [candidate for candidate in found if getattr(candidate, rank) is not None]
    placed.sort(key=lambda candidate: getattr(candidate, rank))
    return [candidate.document_id for candidate in placed]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="multilingual-e5-small")
    parser.add_argument("--models", type=Path, default=Path.home() / ".cache/ragflow/models")
    parser.add_argument("--vectors", type=Path, default=Path(tempfile.gettempdir()) / "vectors")
    return parser.parse_args()


if __name__ == "__main__":
    main()
