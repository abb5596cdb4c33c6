"""Tags: what each chunk is about, in the words of the datasets that are examples.

In: chunks, and the tag sets that the dataset names, as far as the document's tenant may use them.
Out: chunks with tags and weights; those that a chunk has already stay. A chunk that shares words
with examples gets their tags; for others the chat model is asked, which may choose among the known
tags; without one, the examples nearest in meaning decide. Where nothing is near, there is no tag.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from ragflow.domain.answers import ChatTurn
from ragflow.domain.chunks import Chunk
from ragflow.domain.errors import InvalidInput
from ragflow.ingest.enrich.base import Configs, Desk, Place, Step, enrichers, read_options
from ragflow.ingest.enrich.by_parts import enrich_by_parts
from ragflow.ingest.enrich.prompts import prompt
from ragflow.ingest.enrich.writer import Request
from ragflow.ingest.tag_sets import DEFAULT_MOST, HEAVIEST, Example, TagSets
from ragflow.text.tokens import count_tokens, truncate_tokens

_TOLD_TAGS = 200
_TOLD_EXAMPLES = 3
_EXAMPLE_TOKENS = 100
_INSTRUCTION_TOKENS = 600  # about, with examples
_TOKENS_OF_ONE = 8  # that a model writes for a tag
_PAIR = re.compile(r'"((?:[^"\\]|\\.)+)"\s*:\s*"?(\d+)')


class _Options(BaseModel):
    tag_kb_ids: tuple[str, ...] = ()
    topn_tags: int = Field(DEFAULT_MOST, ge=1, le=10)


@enrichers.register("tags")
class Tagging:
    """Tag each chunk."""

    name: ClassVar[str] = "tags"
    stands: ClassVar[Place] = "before"

    def is_wanted(self, configs: Configs) -> bool:
        """Tell whether the dataset names tag sets. Raises `InvalidInput`."""
        return bool(tag_options(configs)[0])

    def enrich(self, desk: Desk, step: Step) -> tuple[str, ...]:
        """Tag every chunk; return warnings. Raises `Cancelled`."""
        named, most = tag_options(desk.configs)
        named = tuple(dict.fromkeys(each for each in named if each != desk.dataset.id))
        found = step("sets", lambda: _tag_sets(desk, named))
        if not found["tags"]:
            raise InvalidInput("the tag sets that it names have no tags, or may not be used.")
        datasets = desk.readable(desk.document.tenant_id, tuple(found["ids"]))
        sets = TagSets(desk.database, desk.engine, datasets)
        warnings: tuple[str, ...] = ()
        if len(found["ids"]) < len(named):
            missing = len(named) - len(found["ids"])
            warnings = (f"Tags: {missing} of the tag sets are gone or not shared any more.",)
        return warnings + enrich_by_parts(desk, step, self.name, _Way(most, desk, sets))


def _tag_sets(desk: Desk, named: tuple[str, ...]) -> dict[str, Any]:
    """Return the tag sets that may be used, and how many tags they have."""
    datasets = desk.readable(desk.document.tenant_id, named)
    known = TagSets(desk.database, desk.engine, datasets).known
    return {"ids": [dataset.id for dataset in datasets], "tags": len(known)}


def tag_options(configs: Configs) -> tuple[tuple[str, ...], int]:
    """Return the tag sets that a dataset names, and how many tags a chunk gets."""
    options = read_options(_Options, configs.dataset)
    return options.tag_kb_ids, options.topn_tags


@dataclass(frozen=True, slots=True)
class _Way:
    most: int
    desk: Desk
    sets: TagSets
    title: str = "Tags"
    otherwise: str = "by the examples nearest in meaning"

    def expected_tokens(self, chunk: Chunk) -> int:
        return _INSTRUCTION_TOKENS + chunk.token_count + self.most * _TOKENS_OF_ONE

    def settled(self, chunk: Chunk) -> Chunk | None:
        tags = self.sets.by_words(chunk.content, self.most)
        return _with(chunk, tags) if tags or not chunk.content.strip() else None

    def request(self, chunk: Chunk) -> Request:
        told = sorted(self.sets.known, key=lambda tag: (-self.sets.known[tag], tag))[:_TOLD_TAGS]
        near = self.sets.nearest_by_words(chunk.content)[:_TOLD_EXAMPLES]
        examples = "\n".join(self._told(near))
        instruction = prompt("tags", count=str(self.most), tags=", ".join(told), examples=examples)
        reply = self.most * _TOKENS_OF_ONE
        text = self.desk.writer.fitting(chunk.content, count_tokens(instruction) + reply)
        return Request((ChatTurn("system", instruction), ChatTurn("user", text)), reply)

    def answered(self, chunk: Chunk, answer: str) -> Chunk | None:
        if "{" not in answer:
            return None
        return _with(chunk, tags_in(answer, tuple(self.sets.known), self.most))

    def unanswered(self, chunk: Chunk) -> Chunk:
        return _with(chunk, self.sets.by_vectors(chunk.content, self.desk.models, self.most))

    def _told(self, examples: Sequence[Example]) -> list[str]:
        with self.desk.database.reading() as unit:
            chunks = unit.chunks.get_many([each.key for each in examples])
        return [
            f"Example: {truncate_tokens(' '.join(chunk.content.split()), _EXAMPLE_TOKENS)}\n"
            f"Its tags: {', '.join(chunk.tags)}\n"
            for chunk in (chunks.get(each.key) for each in examples)
            if chunk is not None and chunk.tags
        ]


def tags_in(answer: str, known: Sequence[str], most: int) -> dict[str, int]:
    """Return the known tags that an answer names, heaviest first."""
    spelled = {tag.casefold(): tag for tag in known}
    found = {
        spelled[name.strip().casefold()]: min(max(int(weight), 1), HEAVIEST)
        for name, weight in _PAIR.findall(answer)
        if name.strip().casefold() in spelled and int(weight) > 0
    }
    return dict(sorted(found.items(), key=lambda pair: -pair[1])[:most])


def _with(chunk: Chunk, tags: dict[str, int]) -> Chunk:
    return replace(chunk, tags={**tags, **chunk.tags})
