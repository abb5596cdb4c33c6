"""The chunk method `qa`: one chunk for each question with its answer.

In: two columns of a workbook or a delimited text (without any, its lines that begin with `Q:` and
`A:`); headings with the text below them, or questions
that are marked as such, in running text. Out: `Question: q<TAB>Answer: a`, in the words of the
dataset's language; only the question is searched by its words. What is no pair is dropped as
malformed, and a warning says where it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from ragflow.domain.chunks import ChunkDraft, ChunkedDocument
from ragflow.domain.documents import Drop, DropKind, ParsedDocument, Span
from ragflow.domain.file_types import SPREADSHEET_SUFFIXES
from ragflow.ingest.chunk.base import ChunkContext, chunkers
from ragflow.ingest.chunk.fragments import Fragment, in_order, in_reading_order, rest
from ragflow.ingest.chunk.headed import Asking, Said, by_marks, questions_in
from ragflow.ingest.chunk.marked_up import markdown_questions
from ragflow.ingest.chunk.pairs import (
    DELIMITED,
    Leavings,
    Row,
    is_delimited,
    is_sheet,
    is_text,
    sheet_rows,
    suffix_of,
    text_rows,
)
from ragflow.ingest.chunk.places import Places, Run
from ragflow.text.questions import mark_length, pair_prefixes

_PAIRS = "question-answer pairs"
_MARKDOWN = frozenset({"md", "markdown", "mdx"})


class QaOptions(BaseModel):
    """Steer nothing: the method has no keys of its own."""

    model_config = ConfigDict(frozen=True, extra="ignore")


@chunkers.register("qa")
class QaChunker:
    """Cut a document into pairs of a question and its answer."""

    Options: ClassVar[type[BaseModel]] = QaOptions
    suffixes: ClassVar[frozenset[str]] = (
        SPREADSHEET_SUFFIXES | {"pdf", "docx"} | DELIMITED | _MARKDOWN
    )
    read_as_text: ClassVar[frozenset[str]] = DELIMITED | _MARKDOWN

    def chunk(
        self,
        document: ParsedDocument,
        options: BaseModel,  # noqa: ARG002 - none are read
        context: ChunkContext,
    ) -> ChunkedDocument:
        """Return a chunk for each pair."""
        return _Pairs(document, context).result()


class _Pairs:
    """Work through one document."""

    def __init__(self, document: ParsedDocument, context: ChunkContext) -> None:
        self._document = document
        self._name = context.name
        self._prefixes = pair_prefixes(context.language)
        self._places = Places(document)
        self._leavings = Leavings(_PAIRS)
        self._drafts: list[ChunkDraft] = []

    def result(self) -> ChunkedDocument:
        document = self._document
        if is_delimited(document, self._name):
            self._add_lines(text_rows(document, self._name, self._leavings))
            if not self._drafts and (asking := by_marks(document)).answered():
                self._leavings = Leavings(_PAIRS)
                self._add_asking(asking)
        elif any(is_sheet(block) for block in document.blocks):
            self._add_sheets()
        elif suffix_of(self._name) in _MARKDOWN and is_text(document):
            self._add_asking(markdown_questions(document.text, document.blocks[0].span))
        else:
            headings_first = suffix_of(self._name) != "pdf"
            self._add_asking(questions_in(document, headings_first=headings_first))
        return ChunkedDocument(
            in_reading_order(self._drafts),
            tuple(self._leavings.drops),
            warnings=self._leavings.warnings(len(self._drafts)),
        )

    def _add_sheets(self) -> None:
        for block in self._document.blocks:
            if not is_sheet(block) or block.table is None:
                self._leavings.drops.append(Drop(DropKind.OUTSIDE, block.span))
                continue
            for row in sheet_rows(block, self._leavings):
                if row.is_pair:
                    self._add([row.first], [row.second])
                else:
                    self._leavings.fail(row, f"sheet {block.table.sheet}, rows")

    def _add_lines(self, rows: Iterable[Row]) -> None:
        """Add the pairs of a text; a line that is none goes on with the answer before it."""
        question: Fragment | None = None
        answer: list[Fragment] = []
        for row in rows:
            if row.is_pair:
                if question is not None:
                    self._add([question], answer)
                question, answer = row.first, [row.second]
            elif question is not None:
                answer += row.whole
            else:
                self._leavings.fail(row, "lines")
        if question is not None:
            self._add([question], answer)

    def _add_asking(self, asking: Asking) -> None:
        """Add questions of running text; those without an answer are left out like other text."""
        for asked in asking.asked:
            said = [each for each in asked.answer if each.text]
            image = next((each.image for each in asked.answer if each.image), None)
            if asked.question and (said or image):
                self._add(asked.question, said, image)
        taken = {span for draft in self._drafts for span in draft.spans}
        lone = [said.spans for said in asking.before]
        lone += [asked.question[-1].spans for asked in asking.asked if asked.question]
        for spans in lone:
            if not taken.issuperset(spans):
                self._leavings.fail_text(self._document.text, spans)
        taken |= {drop.span for drop in self._leavings.drops}
        blocks = [block.span for block in self._document.blocks]
        self._leavings.drops += rest(self._document.text, blocks, taken, DropKind.DELIMITER)

    def _add(
        self,
        question: Sequence[Fragment],
        answer: Sequence[Fragment | Said],
        image: bytes | None = None,
    ) -> None:
        asked = [self._unmarked(question[0]), *question[1:]]
        said = [*map(self._unmarked, answer[:1]), *answer[1:]]
        content = _Content()
        content.add(self._prefixes[0], asked)
        content.add(f"\t{self._prefixes[1]}", said)
        placed = self._places.boxes(content.runs)
        self._drafts.append(
            ChunkDraft(
                content.text.strip(),
                in_order(span for run in content.runs for span in run.spans),
                boxes=placed.boxes,
                image=image,
                box_spans=placed.spans,
                search_text="\n".join(each.text for each in asked),
            )
        )

    def _unmarked(self, part: Fragment | Said) -> Fragment | Said:
        """Return a text without the mark that it begins with, such as `Q:`, if it says more."""
        if isinstance(part, Said) and not part.exact:
            return part
        bare = Fragment(part.text, part.spans).after(mark_length(part.text))
        if not bare:
            return part
        mark = rest(self._document.text, part.spans, bare.spans, DropKind.DELIMITER)
        self._leavings.drops += mark
        return bare


class _Content:
    """Write a content, and keep which characters of the document it says where."""

    def __init__(self) -> None:
        self.text = ""
        self.runs: list[Run] = []

    def add(self, before: str, parts: Iterable[Fragment | Said]) -> None:
        """Write parts, one below the other."""
        self.text += before
        for index, part in enumerate(parts):
            self.text += "\n" if index else ""
            start = len(self.text)
            self.text += part.text
            if part.spans:
                self.runs.append(Run(Span(start, len(self.text)), part.spans))
