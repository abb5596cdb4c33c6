"""Citing: a model's marks are checked as they come, before anybody reads them.

In: a model's growing answer, and the sources of the run. Out: the same without the marks that name
no source, or one that does not hold what the sentence before says. Whatever could be the beginning
of a mark is held back until it is one or is not.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from ragflow.agents.sources import SourceBook
from ragflow.domain.agents import Source
from ragflow.domain.answers import ChatTurn, ModelDelta, Passage
from ragflow.domain.chunks import Chunk
from ragflow.domain.queries import Candidate, Hit, ScoredCandidate
from ragflow.generate.cite import SUPPORT_THRESHOLD
from ragflow.generate.evidence import Claim
from ragflow.generate.evidence import Source as Evidence
from ragflow.generate.marks import MARK, normalise_marks, strip_marks
from ragflow.generate.prompts import prompt_text
from ragflow.text.sentences import split_sentences

_OPENING = re.compile(r"\s*[\[【(（#][^\]】)）]{0,24}$")


def with_citation_rules(turns: Sequence[ChatTurn], rules: str = "") -> list[ChatTurn]:
    """Tell a model how to cite, by the rules given or by ours."""
    rules = rules or prompt_text("citation")
    if turns and turns[0].role == "system":
        return [replace(turns[0], content=f"{turns[0].content}\n\n{rules}"), *turns[1:]]
    return [ChatTurn("system", rules), *turns]


def passages_of(sources: SourceBook) -> list[Passage]:
    """Return the sources of a run for a model that answers in their sentences."""
    return [
        Passage(number, source.document_name, source.content)
        for number, source in sources.all().items()
    ]


async def cited(
    pieces: AsyncIterator[ModelDelta], sources: SourceBook, *, keep: bool = True
) -> AsyncIterator[ModelDelta]:
    """Yield an answer with the marks that hold; with `keep` false, without any."""
    checker = _Checker(sources if keep else SourceBook({}))
    async for piece in pieces:
        ready = checker.take(piece.content) if piece.content else ""
        if ready or piece.reasoning or piece.tool_calls:
            yield replace(piece, content=ready)
    rest = checker.rest()
    if rest:
        yield ModelDelta(rest)


class _Checker:
    """Hold back what may become a mark, and drop marks that do not hold."""

    def __init__(self, sources: SourceBook) -> None:
        self._sources = sources
        self._held = ""
        self._said = ""
        self._evidence: dict[int, Evidence] = {}

    def take(self, content: str) -> str:
        """Return what can be said after a piece more."""
        text = normalise_marks(self._held + content)
        opening = _OPENING.search(text)
        cut = opening.start() if opening else len(text)
        trailing = len(text[:cut]) - len(text[:cut].rstrip())
        cut -= trailing if not opening else 0  # a blank may stand before a mark that is dropped
        self._held = text[cut:]
        return self._checked(text[:cut])

    def rest(self) -> str:
        """Return what was still held back."""
        held, self._held = self._held, ""
        return self._checked(held)

    def _checked(self, text: str) -> str:
        kept: list[str] = []
        position = 0
        for mark in MARK.finditer(text):
            before = text[position : mark.start()]
            self._said += before
            if self._holds(int(mark[1])):
                kept += [before, mark[0]]
            else:
                kept.append(before.rstrip(" \t"))
            position = mark.end()
        kept.append(text[position:])
        self._said += text[position:]
        return "".join(kept)

    def _holds(self, number: int) -> bool:
        source = self._sources.get(number)
        if source is None:
            return False
        if number not in self._evidence:
            self._evidence[number] = Evidence(number, as_hit(source))
        said = strip_marks(self._said)
        sentences = split_sentences(said)
        if not sentences:
            return False
        last = sentences[-1]
        quote = self._evidence[number].best_quote(Claim(said[last.start : last.end]))
        return quote is not None and quote.support >= SUPPORT_THRESHOLD


def as_hit(source: Source) -> Hit:
    """Return a source in the form in which evidence is looked for."""
    chunk = Chunk(source.id, source.document_id, source.dataset_id, source.content, 0, 0, 0.0)
    candidate = Candidate(source.dataset_id, source.document_id, source.id, "", "", "", "", 0.0)
    return Hit(chunk, source.document_name, ScoredCandidate(candidate, 0.0, 0.0, 0.0, 0.0))
