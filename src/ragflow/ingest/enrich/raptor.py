"""RAPTOR: summaries of passages that belong together, and summaries of these, up to one of all.

    vectors → clusters → a summary of each, with its vector → … until one is left → store → index

In: the chunks of a document that can be found already, and their vectors. Out: further chunks, by
which questions that go over many passages are answered (Sarthi et al. 2024). Without a model a
summary is made of the most central sentences of its passages. The clusters of a layer are kept
before they are summed up, so that a repeated step sums up the same.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, Field

from ragflow.domain.chunks import Chunk, ChunkKind
from ragflow.domain.jobs import OutboxKind
from ragflow.domain.repositories import UnitOfWork
from ragflow.ingest.artefacts import CHUNKS_PER_PART
from ragflow.ingest.embed import chunk_vectors, embedded_text, title_weight
from ragflow.ingest.enrich.base import Configs, Desk, Place, Step, enrichers, read_options
from ragflow.ingest.enrich.clusters import Clustering, clustered
from ragflow.ingest.enrich.summaries import (
    sentences_of,
    summary_chunk,
    summary_request,
    written_summary,
)
from ragflow.ingest.enrich.writer import Costs
from ragflow.ingest.settle import settle_index

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TITLE = "RAPTOR"
_USUAL_CLUSTER = 8  # chunks, for the estimate
_PROMPT_TOKENS = 200  # about
_OTHERWISE = "of the most central sentences"


class _Raptor(BaseModel):
    use_raptor: bool = False
    prompt: str = ""
    max_token: int = Field(256, ge=1, le=2048)
    threshold: float = Field(0.1, ge=0, le=1)
    max_cluster: int = Field(64, ge=1, le=1024)
    random_seed: int = Field(0, ge=0)


class _Options(BaseModel):
    raptor: _Raptor = Field(default_factory=_Raptor)


@dataclass(frozen=True, slots=True)
class _Layer:
    """Name what one round made: so many items, kept in parts under a stage."""

    stage: str
    vectors: str
    items: int

    @property
    def parts(self) -> int:
        return -(-self.items // CHUNKS_PER_PART)


@dataclass(frozen=True, slots=True)
class _Sum:
    """Sum up the summaries: those that the model wrote, and those made of sentences."""

    costs: Costs = field(default_factory=Costs)
    written: int = 0
    extracted: int = 0

    def recorded(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def read(record: dict[str, Any]) -> _Sum:
        return _Sum(**record | {"costs": Costs(**record["costs"])})


@enrichers.register("raptor")
class Raptor:
    """Add summaries to a document."""

    name: ClassVar[str] = "raptor"
    stands: ClassVar[Place] = "after"

    def is_wanted(self, configs: Configs) -> bool:
        """Tell whether the document asks for summaries. Raises `InvalidInput`."""
        return read_options(_Options, configs.document).raptor.use_raptor

    def enrich(self, desk: Desk, step: Step) -> tuple[str, ...]:
        """Add summaries, layer by layer; return warnings. Raises `Cancelled` or `ModelError`."""
        began = time.monotonic()
        tree = _Tree(desk, read_options(_Options, desk.configs.document).raptor)
        step("estimate", tree.estimate)
        layers = [_Layer(desk.stage, "", desk.chunk_count)]
        done = _Sum()
        while layers[-1].items > 1:
            number = len(layers)
            below = layers[-1]
            above = _Layer(
                f"raptor-{number}",
                f"raptor-{number}",
                step(f"{number}:clusters", partial(tree.cluster, number, below)),
            )
            for part in range(above.parts):
                action = partial(tree.sum_up, number, below, above, part, done)
                done = _Sum.read(step(f"{number}:{part}", action))
            layers.append(above)
            desk.report(0.9 * (1 - above.items / desk.chunk_count), "")
        stored = step("store", lambda: tree.store(layers[1:]))
        step("index", lambda: settle_index(desk.database, desk.engine, desk.document.id))

        def end() -> None:
            seconds = time.monotonic() - began
            desk.report(1.0, tree.result_line(stored, len(layers) - 1, done, seconds))

        step("end", end)
        return tree.warnings(done)


@dataclass(frozen=True, slots=True)
class _Tree:
    """Hold the steps, one method each; all may be repeated."""

    desk: Desk
    options: _Raptor

    def estimate(self) -> None:
        """Tell what the summaries will cost."""
        desk, writer = self.desk, self.desk.writer
        chunks = f"{desk.chunk_count:,} chunks"
        if not writer.name:
            line = f"{chunks}, no chat model that writes is set: summaries {_OTHERWISE}."
        else:
            clusters = max(desk.chunk_count // _USUAL_CLUSTER, 1)
            read = sum(chunk.token_count for chunk in desk.all_chunks())
            tokens = read + 2 * clusters * self.options.max_token
            budget = writer.limits.enrich_tokens
            told = f"{budget:,}" if budget else "unlimited"
            line = f"about {tokens:,} tokens for {chunks} with model {writer.name}; budget {told}."
        desk.report(0.0, f"{_TITLE}: {line}")

    def cluster(self, number: int, below: _Layer) -> int:
        """Keep which items of a layer belong together; return how many clusters they are."""
        self.desk.job.check()
        options = self.options
        clusters = clustered(
            self._vectors(below),
            Clustering(
                options.max_cluster,
                self._least_clusters(below),
                options.threshold,
                options.random_seed,
            ),
        )
        self.desk.work.put(_clusters_name(number), json.dumps(clusters).encode())
        return len(clusters)

    def _least_clusters(self, below: _Layer) -> int:
        """Return how many clusters it takes that the model can read the passages of each."""
        if not self.desk.writer.name:
            return 1
        items = self.desk.work.all_chunks(below.parts, below.stage)
        room = self.desk.writer.room(_PROMPT_TOKENS + self.options.max_token)
        return -(-sum(chunk.token_count for chunk in items) // room)

    def sum_up(
        self, number: int, below: _Layer, above: _Layer, part: int, before: _Sum
    ) -> dict[str, Any]:
        """Keep the summaries of a part of the clusters, and their vectors."""
        desk = self.desk
        clusters = json.loads(desk.work.get(_clusters_name(number)))
        items = list(desk.work.all_chunks(below.parts, below.stage))
        wanted = [
            [items[row] for row in rows]
            for rows in clusters[part * CHUNKS_PER_PART : (part + 1) * CHUNKS_PER_PART]
        ]
        chunks, done = self._summaries(wanted, before)
        desk.work.keep_chunks(part, above.stage, chunks)
        desk.work.keep_vectors(part, self._embedded(chunks), above.vectors)
        return done.recorded()

    def _summaries(
        self, clusters: Sequence[Sequence[Chunk]], before: _Sum
    ) -> tuple[list[Chunk], _Sum]:
        """Return a chunk for each cluster; a single passage stands for itself."""
        most, writer = self.options.max_token, self.desk.writer
        several = [chunks for chunks in clusters if len(chunks) > 1]
        requests = [
            summary_request(chunks, self.options.prompt, most, writer)
            for chunks in (several if writer.name else ())
        ]
        answers, costs = writer.write(requests, before.costs)
        texts = [
            written_summary(answer, most) if answer else ""
            for answer in (answers if requests else [None] * len(several))
        ]
        written = sum(bool(text) for text in texts)
        made = iter(
            summary_chunk(text or sentences_of(chunks, most), chunks)
            for text, chunks in zip(texts, several, strict=True)
        )
        summaries = [next(made) if len(chunks) > 1 else chunks[0] for chunks in clusters]
        extracted = before.extracted + len(several) - written
        return summaries, _Sum(costs, before.written + written, extracted)

    def store(self, layers: Sequence[_Layer]) -> int:
        """Add the summaries to the document's chunks, in one transaction with its counts."""
        desk = self.desk
        known = {chunk.id for chunk in desk.all_chunks()}
        summaries = {
            chunk.id: replace(chunk, vector=vector.tobytes())
            for layer in layers
            for part in range(layer.parts)
            for chunk, vector in zip(
                desk.work.chunks(part, layer.stage),
                desk.work.vectors(part, layer.vectors),
                strict=True,
            )
            if chunk.kind is ChunkKind.SUMMARY and chunk.content and chunk.id not in known
        }
        with desk.database.transaction() as unit:
            document = desk.job.closing(unit, "")
            made_at = _time_of_chunks(unit, desk)
            tokens = document.token_count
            for place, chunk in enumerate(summaries.values()):
                stored = replace(
                    chunk,
                    ordinal=desk.chunk_count + place,
                    create_timestamp=made_at,
                    available=document.status == "1",
                )
                tokens += chunk.token_count if unit.chunks.put(stored) else 0
            _, count = unit.chunks.page(document.id, 0, 0)
            unit.documents.update(replace(document, chunk_count=count, token_count=tokens))
            unit.outbox.add(OutboxKind.INDEX_DOCUMENT, {"document_id": document.id})
        return len(summaries)

    def result_line(self, stored: int, layers: int, done: _Sum, seconds: float) -> str:
        """Tell what was made and what it cost."""
        ways = (
            (done.written, f"by {self.desk.writer.name} for {done.costs.tokens:,} tokens"),
            (done.extracted, _OTHERWISE),
        )
        how = "; ".join(f"{count:,} {told}" for count, told in ways if count) or "nothing to sum up"
        return (
            f"{_TITLE}: {stored:,} summaries in {layers} layers "
            f"completed in {seconds:.2f}s ({how})."
        )

    def warnings(self, done: _Sum) -> tuple[str, ...]:
        """Return a warning for summaries that a model should have written."""
        if not done.extracted or not self.desk.writer.name:
            return ()
        why = done.costs.trouble or "the model gave no usable answer"
        count = f"{done.extracted:,} of {done.extracted + done.written:,}"
        return (f"{_TITLE}: {count} summaries are made {_OTHERWISE}, since {why}.",)

    def _vectors(self, layer: _Layer) -> NDArray[np.float32]:
        import numpy as np

        parts = [self.desk.work.vectors(part, layer.vectors) for part in range(layer.parts)]
        return np.concatenate(parts)

    def _embedded(self, chunks: Sequence[Chunk]) -> NDArray[np.float32]:
        desk = self.desk
        document, dataset = desk.document, desk.dataset
        model = desk.models.embedding(document.tenant_id, dataset.embedding_model)
        texts = [embedded_text(chunk) for chunk in chunks]
        return chunk_vectors(model, document.name, texts, title_weight(document.parser_config))


def _time_of_chunks(unit: UnitOfWork, desk: Desk) -> float:
    """Return when the document's chunks were made, which repeating does not change."""
    first, _ = unit.chunks.page(desk.document.id, 0, 1)
    return first[0].create_timestamp if first else desk.clock.seconds()


def _clusters_name(number: int) -> str:
    return f"raptor-{number}-clusters.json"
