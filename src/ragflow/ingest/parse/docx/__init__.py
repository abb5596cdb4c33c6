"""Word documents: the body in order, with what hangs on it.

Out: titles, paragraphs, list items with their numbers, tables, text boxes, formulas, pictures with
the text that they show, notes and comments. Headers, footers, the table of contents and deleted or
hidden text are drops.
"""

from __future__ import annotations

from ragflow.domain.documents import BlockKind, DropKind, ParsedDocument
from ragflow.domain.errors import CorruptFile
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.archive import check_archive
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.docx.body import Body, Story
from ragflow.ingest.parse.docx.looks import titles_by_look
from ragflow.ingest.parse.docx.names import WORD
from ragflow.ingest.parse.opc import Package
from ragflow.ingest.parse.picture_text import PictureReader
from ragflow.ingest.parse.pieces import Piece, add_pieces, lines_of


@parsers.register("docx")
class DocxParser:
    """Read Word documents of both dialects, strict and transitional."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return the document's blocks; Word stores no pages."""
        builder = DocumentBuilder(source.name, options.limits)
        with check_archive(source, options.limits, builder) as archive:
            package = Package(source.name, archive)
            main = package.main_part("word/document.xml")
            body = package.root(main).find(f"{WORD}body")
            if body is None:
                raise CorruptFile(name=source.name, reason="it has no document body")
            story = Story(package, main)
            add_pieces(builder, _margins(story, "header", DropKind.HEADER))
            reader = PictureReader(options, builder)
            titles = titles_by_look(body, story.styles)
            add_pieces(builder, Body(story, main, titles).pieces(body), reader)
            add_pieces(builder, _comments(story))
            add_pieces(builder, _margins(story, "footer", DropKind.FOOTER))
        return builder.build()


def _margins(story: Story, kind: str, drop: DropKind) -> list[Piece]:
    """Return the running headers or footers, each distinct text once per part."""
    texts: list[str] = []
    for part in story.parts(kind):
        text = lines_of(Body(story, part).pieces(story.package.root(part)))
        if text not in texts:
            texts.append(text)
    return [Piece(BlockKind.TEXT, text, drop=drop) for text in texts]


def _comments(story: Story) -> list[Piece]:
    pieces: list[Piece] = []
    for part in story.parts("comments"):
        for comment in story.package.root(part).iterfind(f"{WORD}comment"):
            author = comment.get(f"{WORD}author") or "unknown"
            text = lines_of(Body(story, part).pieces(comment))
            if text:
                pieces.append(Piece(BlockKind.FOOTNOTE, f"Comment by {author}: {text}"))
    return pieces
