"""EPUB books: the chapters in the order of reading, and what the package says about the book.

Out: the cover, then each chapter as the web page that it is, with its pictures. Tables of contents
that lie between the chapters are drops. Refused: books under a digital lock, and packages that name
no chapter. Nothing outside the file is read.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ragflow.domain.documents import BlockKind, DropKind, ParsedDocument
from ragflow.domain.errors import CorruptFile, EncryptedFile
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.archive import check_archive
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.figures import data_image
from ragflow.ingest.parse.html import decode_page, read_html
from ragflow.ingest.parse.opc import Package
from ragflow.ingest.parse.picture_text import PictureReader
from ragflow.ingest.parse.pieces import Piece, add_pieces, lines_of

if TYPE_CHECKING:
    from lxml.etree import _Element

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FONTS_ONLY = frozenset(  # ways to scramble fonts, which no reader of text needs
    {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}
)
_PAGES = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml"})
_METADATA = ("title", "creator", "language", "publisher", "date", "identifier", "description")
_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"


@dataclass(frozen=True, slots=True)
class _Item:
    """Hold one entry of a package's manifest; `path` is its name within the archive."""

    path: str
    media_type: str
    properties: frozenset[str]

    @property
    def is_page(self) -> bool:
        return self.media_type in _PAGES

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")


@parsers.register("epub")
class EpubParser:
    """Read EPUB 2 and 3."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return the book's blocks; the size of its pages is up to the reader's screen."""
        builder = DocumentBuilder(source.name, options.limits)
        with check_archive(source, options.limits, builder) as archive:
            package = Package(source.name, archive)
            _refuse_locked(package)
            book = _Book(package)
            book.add_to(builder, PictureReader(options, builder), progress)
        return builder.build(book.metadata())


class _Book:
    """Read one package."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._path = _package_path(package)
        self._root = package.root(self._path, doctype=True)
        self._items = dict(self._manifest())
        self._shown: set[str] = set()

    def metadata(self) -> dict[str, str]:
        """Return what the package says about the book; several authors are joined."""
        found: dict[str, list[str]] = {}
        for name in _METADATA:
            for element in self._root.iter(f"{_DUBLIN_CORE}{name}"):
                text = " ".join("".join(element.itertext()).split())
                if text and text not in found.get(name, ()):
                    found.setdefault(name, []).append(text)
        return {name: ", ".join(texts) for name, texts in found.items()}

    def add_to(self, builder: DocumentBuilder, reader: PictureReader, progress: Progress) -> None:
        """Add the cover and the chapters."""
        cover = self._cover()
        if cover:
            add_pieces(builder, self._picture(cover), reader)
        spine = list(self._spine())
        if not spine:
            raise CorruptFile(name=self._package.name, reason="its package names no chapter")
        for number, item in enumerate(spine):
            progress(number / len(spine), f"Chapter {number + 1} of {len(spine)}")
            if not self._package.has(item.path):
                builder.warn(f"The chapter {item.path} is missing in the file.")
            elif item.is_page:
                add_pieces(builder, self._page(builder, item), reader)
            elif item.is_picture:
                add_pieces(builder, self._picture(item), reader)
            else:
                builder.warn(f"A part of the type {item.media_type} was not read.")

    def _page(self, builder: DocumentBuilder, item: _Item) -> list[Piece]:
        def image(address: str) -> bytes | None:
            if (data := data_image(address)) is not None:
                return data
            path = _resolved(item.path, address)
            if not self._package.has(path) or path in self._shown:
                return None
            self._shown.add(path)
            return self._package.data(path)

        markup = decode_page(self._package.name, self._package.data(item.path))
        _, pieces = read_html(builder, markup, image)
        if "nav" in item.properties:
            text = lines_of(pieces)
            return [Piece(BlockKind.TEXT, text, drop=DropKind.CONTENTS)]
        return pieces

    def _picture(self, item: _Item) -> list[Piece]:
        if item.path in self._shown:
            return []
        self._shown.add(item.path)
        return [Piece(BlockKind.FIGURE, "", image=self._package.data(item.path))]

    def _manifest(self) -> Iterator[tuple[str, _Item]]:
        for element in _all(self._root, "item"):
            path = _resolved(self._path, element.get("href", ""))
            properties = frozenset(element.get("properties", "").split())
            media_type = element.get("media-type", "").strip().lower()
            yield element.get("id", ""), _Item(path, media_type, properties)

    def _spine(self) -> Iterator[_Item]:
        """Yield the parts in the order of reading; all pages where the package has no order."""
        named = [
            item
            for element in _all(self._root, "itemref")
            if (item := self._items.get(element.get("idref", ""))) is not None
        ]
        yield from dict.fromkeys(named or [item for item in self._items.values() if item.is_page])

    def _cover(self) -> _Item | None:
        marked = [item for item in self._items.values() if "cover-image" in item.properties]
        marked += [
            self._items[identifier]
            for element in _all(self._root, "meta")
            if element.get("name") == "cover"
            and (identifier := element.get("content", "")) in self._items
        ]
        return next(
            (item for item in marked if item.is_picture and self._package.has(item.path)), None
        )


def _package_path(package: Package) -> str:
    """Return the name of the part that describes the book."""
    if package.has(_CONTAINER):
        for element in _all(package.root(_CONTAINER, doctype=True), "rootfile"):
            path = str(element.get("full-path", ""))
            if package.has(path):
                return path
    path = next((name for name in package.names() if name.lower().endswith(".opf")), "")
    if not path:
        raise CorruptFile(name=package.name, reason="it holds no book")
    return path


def _refuse_locked(package: Package) -> None:
    """Raise `EncryptedFile` where more than fonts is encrypted."""
    if not package.has(_ENCRYPTION):
        return
    for data in _all(package.root(_ENCRYPTION, doctype=True), "EncryptedData"):
        method = next(_all(data, "EncryptionMethod"), None)
        if method is None or method.get("Algorithm", "") not in _FONTS_ONLY:
            raise EncryptedFile(
                f"{package.name} is locked (DRM). Upload a copy without the lock.",
                name=package.name,
            )


def _resolved(base: str, address: str) -> str:
    """Return the name within the archive that an address on the part `base` means."""
    path = unquote(address.partition("#")[0].strip())
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(base), path)).lstrip("/")


def _all(element: _Element, name: str) -> Iterator[_Element]:
    """Yield the elements of a name in any namespace, below `element` at any depth."""
    yield from element.iter(f"{{*}}{name}")
