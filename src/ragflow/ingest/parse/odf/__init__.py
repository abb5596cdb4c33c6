"""OpenDocument: texts in order with what hangs on them, slides, and the sheets of spreadsheets.

Out: titles, paragraphs, list items with their numbers, tables, text boxes, formulas, charts,
pictures, notes and comments. Headers, footers, tables of contents and hidden or deleted text are
drops. Refused: files under a password.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ragflow.domain.documents import BlockKind, DropKind, ParsedDocument
from ragflow.domain.errors import CorruptFile, EncryptedFile
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.archive import check_archive
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.odf.body import Body
from ragflow.ingest.parse.odf.names import DUBLIN_CORE, MANIFEST, META, OFFICE, STYLE
from ragflow.ingest.parse.odf.sheets import add_sheets
from ragflow.ingest.parse.odf.slides import Slides
from ragflow.ingest.parse.odf.styles import Styles
from ragflow.ingest.parse.opc import Package
from ragflow.ingest.parse.picture_text import PictureReader
from ragflow.ingest.parse.pieces import Piece, add_pieces, lines_of

if TYPE_CHECKING:
    from lxml.etree import _Element

_MARGINS = {
    "header": DropKind.HEADER,
    "header-left": DropKind.HEADER,
    "header-first": DropKind.HEADER,
    "footer": DropKind.FOOTER,
    "footer-left": DropKind.FOOTER,
    "footer-first": DropKind.FOOTER,
}
_METADATA = {
    "title": f"{DUBLIN_CORE}title",
    "creator": f"{META}initial-creator",
    "subject": f"{DUBLIN_CORE}subject",
    "description": f"{DUBLIN_CORE}description",
    "date": f"{META}creation-date",
}


@parsers.register("odt")
class TextParser:
    """Read texts of LibreOffice and its kin."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return the text's blocks; the format stores no pages."""
        with _opened(source, options) as (package, builder):
            body, styles, root = _read_body(package, "text")
            margins = list(_margins(body, styles))
            add_pieces(builder, [piece for piece in margins if piece.drop is DropKind.HEADER])
            add_pieces(builder, body.pieces(root), PictureReader(options, builder))
            add_pieces(builder, [piece for piece in margins if piece.drop is DropKind.FOOTER])
            return builder.build(_metadata(package))


@parsers.register("odp")
class PresentationParser:
    """Read presentations of LibreOffice and its kin."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return one page per slide; boxes are in points."""
        with _opened(source, options) as (package, builder):
            body, styles, root = _read_body(package, "presentation")
            Slides(body, styles, PictureReader(options, builder)).add_to(builder, root, progress)
            return builder.build(_metadata(package))


@parsers.register("ods")
class SpreadsheetParser:
    """Read spreadsheets of LibreOffice and its kin."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return the tables of each sheet."""
        with _opened(source, options) as (package, builder):
            add_sheets(package, builder, PictureReader(options, builder), progress)
            return builder.build(_metadata(package))


@contextmanager
def _opened(source: SourceFile, options: ParseOptions) -> Iterator[tuple[Package, DocumentBuilder]]:
    """Open a file; give its parts and where to write its document."""
    with check_archive(source, options.limits) as archive:
        package = Package(source.name, archive)
        _refuse_encrypted(package)
        yield package, DocumentBuilder(source.name, options.limits)


def _refuse_encrypted(package: Package) -> None:
    """Raise `EncryptedFile` where the manifest says that parts are encrypted."""
    manifest = "META-INF/manifest.xml"
    if b"encryption-data" not in package.data(manifest):
        return
    if (
        next(package.root(manifest, doctype=True).iter(f"{MANIFEST}encryption-data"), None)
        is not None
    ):
        raise EncryptedFile(name=package.name)


def _read_body(package: Package, kind: str) -> tuple[Body, _Element | None, _Element]:
    """Return a reader, the root of the styles, and the element that holds the content."""
    styles = package.root("styles.xml") if package.has("styles.xml") else None
    content = package.root("content.xml")
    root = content.find(f"{OFFICE}body/{OFFICE}{kind}")
    if root is None:
        raise CorruptFile(name=package.name, reason=f"it holds no {kind}")
    return Body(package, Styles(styles, content)), styles, root


def _margins(body: Body, styles: _Element | None) -> Iterator[Piece]:
    """Yield the running headers and footers, each distinct text once."""
    seen: set[tuple[DropKind, str]] = set()
    for page in styles.iter(f"{STYLE}master-page") if styles is not None else ():
        for element in page:
            name = element.tag.removeprefix(STYLE) if isinstance(element.tag, str) else ""
            drop = _MARGINS.get(name)
            text = lines_of(body.pieces(element)).strip() if drop else ""
            if drop and (drop, text) not in seen:
                seen.add((drop, text))
                yield Piece(BlockKind.TEXT, text, drop=drop)


def _metadata(package: Package) -> dict[str, str]:
    """Return what the file says about itself."""
    if not package.has("meta.xml"):
        return {}
    root = package.root("meta.xml")
    found = {
        name: " ".join((element.text or "").split())
        for name, tag in _METADATA.items()
        if (element := next(root.iter(tag), None)) is not None
    }
    return {name: text for name, text in found.items() if text}
