"""The chunk method `picture`: what an image says and shows, as one chunk with the image.

In: a document with the picture and the words that were read from it. Out: one chunk. Where the
words are few, the description of an image-to-text model stands below them; it is the model's text,
no character of the file, and so outside the ledger. Refused with a `NeedsModel`: a picture of few
words where no such model is set.
"""

from __future__ import annotations

import re
from typing import ClassVar

from pydantic import BaseModel

from ragflow.domain.chunks import ChunkedDocument, ChunkKind
from ragflow.domain.documents import ParsedDocument
from ragflow.domain.errors import NeedsModel
from ragflow.ingest.chunk.base import ChunkContext, chunkers
from ragflow.ingest.chunk.describe import picture_prompt
from ragflow.ingest.chunk.drafts import Drafts
from ragflow.ingest.chunk.elements import Element, elements, table_caption
from ragflow.ingest.chunk.figures import generated
from ragflow.ingest.chunk.merge import UNLIMITED, Piece, text_pieces
from ragflow.ingest.chunk.stored import StoredOptions
from ragflow.ingest.chunk.tables import table_pieces

FEW_WORDS = 32
"""Up to this many words, or characters of a script without spaces, ask for a description."""

_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")


class PictureOptions(StoredOptions):
    """Have no effect; the method has nothing to steer."""


@chunkers.register("picture")
class PictureChunker:
    """Make one chunk of an image."""

    Options: ClassVar[type[BaseModel]] = PictureOptions
    suffixes: ClassVar[frozenset[str]] = frozenset(
        """jpg jpeg png apng tif tiff gif bmp webp avif ico icon pcx tga psd eps""".split()  # noqa: SIM905, a word list reads best
    )

    def chunk(
        self,
        document: ParsedDocument,
        options: BaseModel,  # noqa: ARG002 - there are none
        context: ChunkContext,
    ) -> ChunkedDocument:
        """Return the chunk of a picture. Raises `NeedsModel`."""
        found = elements(document)
        image = next((element.image for element in found if element.image is not None), None)
        pieces = [piece for element in found for piece in _words(document.text, element)]
        if image is not None and _count(pieces) <= FEW_WORDS:
            told = context.models.describe(image, picture_prompt(context.language))
            if told is None:
                raise NeedsModel(
                    name=context.name,
                    reason=f"no more than {FEW_WORDS} words can be read in the picture",
                    kind="image-to-text",
                    setting="models.vision",
                )
            if told.strip():
                pieces.append(generated(told.strip(), at=len(document.text)))
        drafts = Drafts(document)
        if pieces:
            drafts.add_block(pieces, kind=ChunkKind.IMAGE, image=image)
        return drafts.result()


def _words(text: str, element: Element) -> list[Piece]:
    if element.table is not None:
        caption = table_caption(text, element)
        return list(table_pieces(text, element.table, caption, UNLIMITED))
    spans = [span for span in (element.span, element.caption) if span is not None and len(span)]
    return [piece for span in sorted(spans) for piece in text_pieces(text, span, UNLIMITED)]


def _count(pieces: list[Piece]) -> int:
    return sum(len(_WORDS.findall(piece.content)) for piece in pieces)
