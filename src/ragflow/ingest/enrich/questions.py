"""Questions: what each chunk answers, in the words of those who ask.

In: chunks, and how many questions each is to have. Out: chunks with more questions, of which their
vectors are made then; those that a chunk has already stay before them. There is no sound way to
make questions without a model, so without one the chunks stay as they are and a warning says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from pydantic import BaseModel, Field

from ragflow.domain.answers import ChatTurn
from ragflow.domain.chunks import Chunk
from ragflow.ingest.enrich.answers import questions_in, united
from ragflow.ingest.enrich.base import Configs, Desk, Place, Step, enrichers, read_options
from ragflow.ingest.enrich.by_parts import enrich_by_parts
from ragflow.ingest.enrich.prompts import prompt
from ragflow.ingest.enrich.writer import Request, Writer
from ragflow.text.tokens import count_tokens

MOST = 10
_TOKENS_OF_ONE = 24  # that a model writes for a question


class _Options(BaseModel):
    auto_questions: int = Field(0, ge=0, le=MOST)


@enrichers.register("questions")
class Questions:
    """Give each chunk the questions that it answers."""

    name: ClassVar[str] = "questions"
    stands: ClassVar[Place] = "before"

    def is_wanted(self, configs: Configs) -> bool:
        """Tell whether the document asks for some. Raises `InvalidInput`."""
        return _count(configs) > 0

    def enrich(self, desk: Desk, step: Step) -> tuple[str, ...]:
        """Give every chunk questions; return warnings. Raises `Cancelled`."""
        return enrich_by_parts(desk, step, self.name, _Way(_count(desk.configs), desk.writer))


def _count(configs: Configs) -> int:
    return read_options(_Options, configs.document).auto_questions


@dataclass(frozen=True, slots=True)
class _Way:
    count: int
    writer: Writer
    title: str = "Questions"
    otherwise: str = ""

    def expected_tokens(self, chunk: Chunk) -> int:
        return self.request(chunk).expected_tokens

    def settled(self, chunk: Chunk) -> Chunk | None:
        return chunk if not chunk.content.strip() else None

    def request(self, chunk: Chunk) -> Request:
        instruction = prompt("questions", count=str(self.count))
        reply = self.count * _TOKENS_OF_ONE
        text = self.writer.fitting(chunk.content, count_tokens(instruction) + reply)
        return Request((ChatTurn("system", instruction), ChatTurn("user", text)), reply)

    def answered(self, chunk: Chunk, answer: str) -> Chunk | None:
        found = questions_in(answer, self.count)
        return replace(chunk, questions=united(chunk.questions, found)) if found else None

    def unanswered(self, chunk: Chunk) -> Chunk:
        return chunk
