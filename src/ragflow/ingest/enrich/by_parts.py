"""The frame of an enrichment that treats each chunk by itself, one part of them per durable step.

    estimate → part 0 → part 1 → … , each: what needs no model → questions to the model → the rest

In: a way to enrich a chunk. Out: every chunk, under the enrichment's name as its stage; one line
with the expected costs before, one with the real ones behind; and a warning for chunks that were to
be done by a model and were not.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, Protocol

from ragflow.domain.chunks import Chunk
from ragflow.ingest.enrich.base import Desk, Step
from ragflow.ingest.enrich.writer import Costs, Request

_LEFT = "left as they are"


class ChunkWay(Protocol):
    """Enrich chunks one by one."""

    @property
    def title(self) -> str:
        """Return the word that begins its lines, such as `Keywords`."""
        ...

    @property
    def otherwise(self) -> str:
        """Say how chunks are done without a model; empty where they are left as they are."""
        ...

    def expected_tokens(self, chunk: Chunk) -> int:
        """Return about what asking the model about a chunk costs."""
        ...

    def settled(self, chunk: Chunk) -> Chunk | None:
        """Return the chunk enriched where that needs no model, else None."""
        ...

    def request(self, chunk: Chunk) -> Request:
        """Return what to ask the model about a chunk."""
        ...

    def answered(self, chunk: Chunk, answer: str) -> Chunk | None:
        """Return the chunk enriched by an answer, None where the answer is of no use."""
        ...

    def unanswered(self, chunk: Chunk) -> Chunk:
        """Return the chunk as it is without a model."""
        ...


@dataclass(frozen=True, slots=True)
class _Sum:
    """Sum up the parts: chunks that needed no model, those done by it and otherwise, and not."""

    costs: Costs = field(default_factory=Costs)
    settled: int = 0
    written: int = 0
    otherwise: int = 0
    left: int = 0

    def recorded(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def read(record: dict[str, Any]) -> _Sum:
        return _Sum(**record | {"costs": Costs(**record["costs"])})


def enrich_by_parts(desk: Desk, step: Step, name: str, way: ChunkWay) -> tuple[str, ...]:
    """Enrich the chunks of all parts; return warnings. Raises `Cancelled`."""
    began = time.monotonic()
    step("estimate", lambda: _estimate(desk, way))
    done = _Sum()
    for part in range(desk.parts):
        done = _Sum.read(step(str(part), partial(_part, desk, name, way, part, done)))
    step("end", lambda: desk.report(1.0, _result_line(desk, way, done, time.monotonic() - began)))
    return _warnings(desk, way, done)


def _estimate(desk: Desk, way: ChunkWay) -> None:
    desk.report(0.0, _estimate_line(desk, way))


def _estimate_line(desk: Desk, way: ChunkWay) -> str:
    writer, chunks = desk.writer, f"{desk.chunk_count:,} chunks"
    if not writer.name:
        how = way.otherwise or "they are left as they are"
        return f"{way.title}: {chunks}, no chat model that writes is set: {how}."
    tokens = sum(way.expected_tokens(chunk) for chunk in desk.all_chunks())
    return (
        f"{way.title}: about {tokens:,} tokens for {chunks} with model {writer.name}; "
        f"budget {writer.limits.budget}."
    )


def _part(desk: Desk, name: str, way: ChunkWay, part: int, before: _Sum) -> dict[str, Any]:
    desk.job.check()
    chunks = desk.chunks(part)
    done = [way.settled(chunk) for chunk in chunks]
    open_ = [number for number, chunk in enumerate(done) if chunk is None]
    asks = desk.writer.name and not before.costs.trouble
    requests = [way.request(chunks[number]) for number in open_] if asks else []
    answers, costs = desk.writer.write(requests, before.costs)
    written = left = 0
    for place, number in enumerate(open_):
        answer = answers[place] if requests else None
        done[number] = None if answer is None else way.answered(chunks[number], answer)
        if done[number] is not None:
            written += 1
            continue
        done[number] = way.unanswered(chunks[number])
        left += done[number] == chunks[number]
    desk.work.keep_chunks(part, name, [chunk for chunk in done if chunk is not None])
    desk.report((part + 1) / desk.parts, "")
    return _Sum(
        costs,
        before.settled + len(chunks) - len(open_),
        before.written + written,
        before.otherwise + len(open_) - written - left,
        before.left + left,
    ).recorded()


def _result_line(desk: Desk, way: ChunkWay, done: _Sum, seconds: float) -> str:
    ways: Sequence[tuple[int, str]] = (
        (done.written, f"by {desk.writer.name} for {done.costs.tokens:,} tokens"),
        (done.settled, "without asking a model"),
        (done.otherwise, way.otherwise),
        (done.left, _LEFT),
    )
    how = "; ".join(f"{count:,} {told}" for count, told in ways if count)
    return (
        f"{way.title} generation {desk.chunk_count:,} chunks completed in {seconds:.2f}s ({how})."
    )


def _warnings(desk: Desk, way: ChunkWay, done: _Sum) -> tuple[str, ...]:
    missed = done.otherwise + done.left
    if not missed or (not desk.writer.name and way.otherwise):
        return ()
    why = done.costs.trouble or "the model gave no usable answer"
    if not desk.writer.name:
        why = "no chat model that writes is set"
    how = way.otherwise if done.otherwise else _LEFT
    count = f"{missed:,} of {desk.chunk_count:,} chunks"
    return (f"{way.title}: {count} {how}, since {why}.",)
