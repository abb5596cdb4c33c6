"""The chunk method `resume`: a person's résumé.

In: a résumé. Out: one chunk that begins with the facts (name, e-mail, phone, links, education,
experience, skills) and holds the whole text below them; of a long résumé each section as well,
under the person's name. Facts are told by a chat model where one is set, else by rules; an answer
of the model that is no such object is a warning. The facts repeat the file in other words: the
ledger counts the text alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from ragflow.domain.chunks import ChunkedDocument
from ragflow.domain.documents import ParsedDocument, Span
from ragflow.domain.errors import ModelUnavailable
from ragflow.ingest.chunk.base import ChunkContext, chunkers
from ragflow.ingest.chunk.drafts import Drafts
from ragflow.ingest.chunk.elements import Element, paragraphs, table_caption
from ragflow.ingest.chunk.figures import FigureOptions, Figures, generated
from ragflow.ingest.chunk.merge import UNLIMITED, Piece, text_pieces
from ragflow.ingest.chunk.outline import Outline
from ragflow.ingest.chunk.resume_facts import MOST_ITEMS, Facts, facts_of, kind_of_heading
from ragflow.ingest.chunk.sections import Cutting, Section, SectionCutter, sections_of
from ragflow.ingest.chunk.stored import MOST_TOKENS, StoredOptions
from ragflow.ingest.chunk.tables import table_pieces
from ragflow.text.prompts import Prompts
from ragflow.text.tokens import truncate_tokens

_MOST_ASKED = 6000  # tokens of a résumé that a model is shown


class ResumeOptions(StoredOptions):
    """Steer the method."""

    chunk_token_num: int = Field(
        256,
        ge=1,
        le=MOST_TOKENS,
        description="Size above which a résumé is cut by sections as well, in tokens.",
    )


class _Answer(BaseModel):
    """Check what a model says."""

    model_config = ConfigDict(extra="ignore")

    name: str = ""
    email: str = ""
    phone: str = ""
    links: list[str] = []
    education: list[str] = []
    experience: list[str] = []
    skills: list[str] = []

    def facts(self) -> Facts:
        return Facts(
            _one_line(self.name),
            _one_line(self.email),
            _one_line(self.phone),
            _lines(self.links),
            _lines(self.education),
            _lines(self.experience),
            _lines(self.skills),
        )


@chunkers.register("resume")
class ResumeChunker:
    """Make one structured chunk of a résumé."""

    Options: ClassVar[type[BaseModel]] = ResumeOptions
    suffixes: ClassVar[frozenset[str]] = frozenset(["pdf", "doc", "docx", "txt", "odt", "rtf"])

    def chunk(
        self, document: ParsedDocument, options: BaseModel, context: ChunkContext
    ) -> ChunkedDocument:
        """Return the chunks of a résumé."""
        if not isinstance(options, ResumeOptions):
            options = ResumeOptions.model_validate(options.model_dump())
        text, drafts = document.text, Drafts(document)
        figures = Figures(document, drafts, FigureOptions(figure_descriptions=0), context)
        found = paragraphs(document)
        sections = _sections(text, found)
        pieces = [piece for element in found for piece in _pieces(text, element, figures)]
        if not pieces:
            return drafts.result()
        facts = _facts(text, sections, drafts, context)
        told = facts.described(chinese=context.language == "Chinese")
        shown = [generated(told, at=pieces[0].spans[0].start)] if told else []
        drafts.add_block([*shown, *pieces], important_keywords=facts.keywords)
        if sum(piece.tokens for piece in pieces) > options.chunk_token_num:
            named = _below(_place(text, facts.name), sections)
            cutting = Cutting(options.chunk_token_num, tables_in_place=True)
            SectionCutter(document, drafts, figures, cutting).cut(named)
        return drafts.result()


def _sections(text: str, elements: Sequence[Element]) -> list[Section]:
    depths = tuple(
        int(element.is_text and bool(kind_of_heading(text[element.span.start : element.span.end])))
        for element in elements
    )
    return sections_of(text, Outline(tuple(elements), depths))


def _pieces(text: str, element: Element, figures: Figures) -> list[Piece]:
    if element.table is not None:
        caption = table_caption(text, element, fallback=element.table.sheet)
        return list(table_pieces(text, element.table, caption, UNLIMITED))
    if element.image is not None:
        return figures.pieces(element, UNLIMITED)
    return list(text_pieces(text, element.span, UNLIMITED))


def _facts(text: str, sections: Sequence[Section], drafts: Drafts, context: ChunkContext) -> Facts:
    told = [(_kind(text, section), _words(text, section)) for section in sections]
    asked = Prompts("ragflow.ingest.chunk").text("resume")
    try:
        answer = context.models.complete(asked, truncate_tokens(text, _MOST_ASKED))
    except ModelUnavailable as error:
        drafts.warn(f"The résumé was read by rules: {error}")
        answer = None
    if answer is not None:
        try:
            return _Answer.model_validate(json.loads(_object_in(answer))).facts()
        except ValueError:
            drafts.warn("The chat model's answer is not the object asked for; rules were used.")
    return facts_of(told)


def _object_in(answer: str) -> str:
    """Return the JSON object of an answer that may wear a code fence or a sentence around it."""
    return answer[answer.find("{") : answer.rfind("}") + 1]


def _kind(text: str, section: Section) -> str:
    heading = section.heading
    return kind_of_heading(text[heading.start : heading.end]) if heading is not None else ""


def _words(text: str, section: Section) -> str:
    spans = [element.span for element in section.elements if element.span != section.heading]
    return "\n".join(text[span.start : span.end] for span in spans)


def _place(text: str, name: str) -> tuple[Span, ...]:
    start = text.find(name) if name else -1
    return () if start < 0 else (Span(start, start + len(name)),)


def _below(name: tuple[Span, ...], sections: Sequence[Section]) -> list[Section]:
    """Put sections with a heading under the person's name."""
    return [
        section
        if section.heading is None
        else Section((*name, *section.above), section.heading, section.elements)
        for section in sections
    ]


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _lines(items: Sequence[str]) -> tuple[str, ...]:
    return tuple(_one_line(item) for item in items[:MOST_ITEMS])
