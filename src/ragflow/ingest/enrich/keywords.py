"""Keywords: words by which each chunk is found, beside those in its text.

In: chunks, and how many words each is to have. Out: chunks with more important keywords; those that
a chunk has already stay before them. Without a model they are the words and phrases that the
chunk uses often and the document's other chunks seldom.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from pydantic import BaseModel, Field

from ragflow.domain.answers import ChatTurn
from ragflow.domain.chunks import Chunk
from ragflow.ingest.enrich.answers import keywords_in, united
from ragflow.ingest.enrich.base import Configs, Desk, Place, Step, enrichers, read_options
from ragflow.ingest.enrich.by_parts import enrich_by_parts
from ragflow.ingest.enrich.prompts import prompt
from ragflow.ingest.enrich.writer import Request, Writer
from ragflow.text.phrases import Phrases
from ragflow.text.tokens import count_tokens

MOST = 32
_TOKENS_OF_ONE = 6  # that a model writes for a keyword


class _Options(BaseModel):
    auto_keywords: int = Field(0, ge=0, le=MOST)


@enrichers.register("keywords")
class Keywords:
    """Give each chunk keywords."""

    name: ClassVar[str] = "keywords"
    stands: ClassVar[Place] = "before"

    def is_wanted(self, configs: Configs) -> bool:
        """Tell whether the document asks for some. Raises `InvalidInput`."""
        return _count(configs) > 0

    def enrich(self, desk: Desk, step: Step) -> tuple[str, ...]:
        """Give every chunk keywords; return warnings. Raises `Cancelled`."""
        way = _Way(_count(desk.configs), desk.writer, _PhrasesOf(desk))
        return enrich_by_parts(desk, step, self.name, way)


def _count(configs: Configs) -> int:
    return read_options(_Options, configs.document).auto_keywords


class _PhrasesOf:
    """Count the phrases of a document when they are asked for, once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._phrases: Phrases | None = None

    def of(self, content: str, most: int) -> tuple[str, ...]:
        if self._phrases is None:
            self._phrases = Phrases(chunk.content for chunk in self._desk.all_chunks())
        return self._phrases.telling(content, most)


@dataclass(frozen=True, slots=True)
class _Way:
    count: int
    writer: Writer
    phrases: _PhrasesOf
    title: str = "Keywords"
    otherwise: str = "by word statistics of the document"

    def expected_tokens(self, chunk: Chunk) -> int:
        return self.request(chunk).expected_tokens

    def settled(self, chunk: Chunk) -> Chunk | None:
        return chunk if not chunk.content.strip() else None

    def request(self, chunk: Chunk) -> Request:
        instruction = prompt("keywords", count=str(self.count))
        reply = self.count * _TOKENS_OF_ONE
        text = self.writer.fitting(chunk.content, count_tokens(instruction) + reply)
        return Request((ChatTurn("system", instruction), ChatTurn("user", text)), reply)

    def answered(self, chunk: Chunk, answer: str) -> Chunk | None:
        found = keywords_in(answer, self.count)
        return _with(chunk, found) if found else None

    def unanswered(self, chunk: Chunk) -> Chunk:
        return _with(chunk, self.phrases.of(chunk.content, self.count))


def _with(chunk: Chunk, keywords: tuple[str, ...]) -> Chunk:
    return replace(chunk, important_keywords=united(chunk.important_keywords, keywords))
