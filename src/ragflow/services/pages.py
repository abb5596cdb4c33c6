"""Pages: a document as people see it, so that a passage can be shown in its place.

In: a document that the caller may use. Out: the sizes of its pages, pictures of them and a small
preview. A page is drawn when it is first asked for, by a child process with limits, together with
the pages after it; pictures are kept beside the document and go with it.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from ragflow.domain.blob_keys import (
    document_key,
    page_key,
    page_prefix,
    page_sizes_key,
    thumbnail_key,
)
from ragflow.domain.documents import Document, Page
from ragflow.domain.errors import NotFound, ParseError
from ragflow.domain.identity import Actor
from ragflow.domain.ports import BlobStore
from ragflow.domain.repositories import Database
from ragflow.ingest.isolate import Sandbox
from ragflow.ingest.render import RENDERED_SUFFIXES, page_name
from ragflow.services.access import require_dataset, require_document
from ragflow.services.errors import PictureNotFound

PAGE_WIDTHS = (400, 800, 1200, 1600, 2400)
"""The widths in pixels that pages are drawn in: the first that is no less than what is asked."""
_DRAWN_AHEAD = 3
_DRAWN_AT_ONCE = 2  # processes


class PageService:
    """Show pages."""

    def __init__(self, database: Database, blobs: BlobStore, sandbox: Sandbox) -> None:
        self._database = database
        self._blobs = blobs
        self._sandbox = sandbox
        self._turns = threading.BoundedSemaphore(_DRAWN_AT_ONCE)

    def sizes(self, actor: Actor, dataset_id: str, document_id: str) -> list[Page]:
        """List a document's pages.

        Raises `DatasetNotFound`, `DocumentNotFound`, `PictureNotFound` where a file has none, and
        `ParseError` where it cannot be opened.
        """
        return self._sizes(self._document(actor, dataset_id, document_id))

    def _sizes(self, document: Document) -> list[Page]:
        if document.suffix not in RENDERED_SUFFIXES:
            raise PictureNotFound(f"{document.name} has no pages that can be shown.")
        key = page_sizes_key(document.dataset_id, document.id)
        try:
            sizes = json.loads(self._blobs.get(key))
        except NotFound:
            sizes = self._run(document, "page_sizes", {})["sizes"]
            self._blobs.put(key, json.dumps(sizes).encode())
            self._forget_if_gone(document)
        return [Page(number, *size) for number, size in enumerate(sizes, start=1)]

    def picture(
        self, actor: Actor, dataset_id: str, document_id: str, number: int, width: int
    ) -> bytes:
        """Return a JPEG of a page, which counts from 1.

        Raises `DatasetNotFound`, `DocumentNotFound`, `PictureNotFound`.
        """
        document = self._document(actor, dataset_id, document_id)
        pages = self._sizes(document)
        if not 1 <= number <= len(pages):
            raise PictureNotFound(id=f"of page {number}")
        fitting = next((each for each in PAGE_WIDTHS if each >= width), PAGE_WIDTHS[-1])
        key = partial(page_key, dataset_id, document_id, width=fitting)
        try:
            return self._blobs.get(key(number))
        except NotFound:
            last = min(number + _DRAWN_AHEAD, len(pages))
            self._draw(document, range(number, last + 1), fitting)
        try:
            return self._blobs.get(key(number))
        except NotFound:
            raise PictureNotFound(id=f"of page {number}") from None

    def thumbnail(self, actor: Actor, dataset_id: str, document_id: str) -> bytes:
        """Return a small PNG of a document's beginning.

        Raises `DatasetNotFound`, `DocumentNotFound`, `PictureNotFound`.
        """
        document = self._document(actor, dataset_id, document_id)
        if not document.thumbnail:
            raise PictureNotFound(id=f"of {document.name}")
        return self._blobs.get(thumbnail_key(dataset_id, document_id))

    def _document(self, actor: Actor, dataset_id: str, document_id: str) -> Document:
        with self._database.reading() as unit:
            dataset = require_dataset(unit, actor, dataset_id)
            return require_document(unit, dataset, document_id)

    def _draw(self, document: Document, numbers: Sequence[int], width: int) -> None:
        with tempfile.TemporaryDirectory(prefix="pages-") as name:
            directory = Path(name)
            request = {"pages": list(numbers), "width": width}
            try:
                drawn = self._run(document, "render", request, directory)["drawn"]
            except ParseError as error:
                raise PictureNotFound(str(error), id=f"of page {numbers[0]}") from error
            for number in drawn:
                key = page_key(document.dataset_id, document.id, number, width=width)
                self._blobs.put(key, (directory / page_name(number)).read_bytes())
            self._forget_if_gone(document)

    def _forget_if_gone(self, document: Document) -> None:
        """Delete what was drawn of a document that was deleted meanwhile."""
        with self._database.reading() as unit:
            gone = unit.documents.get(document.id) is None
        if gone:
            self._blobs.delete_prefix(page_prefix(document.dataset_id, document.id))

    def _run(
        self,
        document: Document,
        function: str,
        request: dict[str, Any],
        directory: Path | None = None,
    ) -> dict[str, Any]:
        """Run a function of `ingest.render` on the document's file."""
        with self._turns, tempfile.TemporaryDirectory(prefix="page-source-") as name:
            source = Path(name) / "source"
            with source.open("wb") as file:
                for piece in self._blobs.stream(document_key(document.dataset_id, document.id)):
                    file.write(piece)
            return self._sandbox.run(
                document.name,
                f"ragflow.ingest.render:{function}",
                {"path": str(source), "name": document.name, **request},
                directory or Path(name),
                lambda _share, _line: None,
                lambda: None,
                dict,
            )
