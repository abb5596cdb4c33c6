"""Descriptions of pictures by the image-to-text model of a document's owner.

In: pictures. Out: what the model says of each, None where there is no model, where a picture is too
small to show anything, and beyond the wanted number. The words are the model's: they stand in a
chunk's content, but are no characters of the file, so that the ledger does not count them.
"""

from __future__ import annotations

import io

from ragflow.domain.errors import ModelUnavailable
from ragflow.ingest.chunk.base import ChunkContext
from ragflow.ingest.chunk.drafts import Drafts
from ragflow.text.prompts import Prompts

SMALLEST_SIDE = 48  # pixels; less is an icon or a rule


def picture_prompt(language: str) -> str:
    """Return what a model is asked about a picture."""
    return Prompts("ragflow.ingest.chunk").filled("figure", language=language)


def side_of(picture: bytes) -> int:
    """Return the length of a picture's shorter side in pixels, 0 where it cannot be read."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(picture)) as image:
            return min(image.size)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError):
        return 0


class Descriptions:
    """Describe the pictures of one document; a model that fails is not asked again."""

    def __init__(self, context: ChunkContext, drafts: Drafts, most: int) -> None:
        self._models = context.models
        self._prompt = picture_prompt(context.language)
        self._drafts = drafts
        self._left = most
        self._most = most
        self._known: dict[bytes, str | None] = {}

    def of(self, picture: bytes) -> str | None:
        """Return a description."""
        if picture not in self._known:
            self._known[picture] = self._ask(picture)
        return self._known[picture]

    def _ask(self, picture: bytes) -> str | None:
        if self._left <= 0 or side_of(picture) < SMALLEST_SIDE:
            return None
        try:
            words = self._models.describe(picture, self._prompt)
        except ModelUnavailable as error:
            self._left = 0
            self._drafts.warn(f"Pictures were not described: {error}")
            return None
        if words is None:  # there is no model
            self._left = 0
            return None
        self._left -= 1
        if not self._left:
            self._drafts.warn(
                f"Only the first {self._most} pictures were described, as figure_descriptions says."
            )
        return words.strip() or None
