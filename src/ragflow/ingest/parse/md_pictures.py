"""Pictures in Markdown that the text carries itself, as Google Docs and notebooks write them.

In: inline source such as `![a pump](data:image/png;base64,…)` or `![a pump][image1]` with the
address of `image1` on a line of its own. Out: the text without them, and a piece for each. Pictures
of other places stay in the text as their author wrote them; nothing is fetched.
"""

from __future__ import annotations

import re

from ragflow.domain.documents import BlockKind
from ragflow.ingest.parse.figures import Images
from ragflow.ingest.parse.pieces import Piece

_DEFINITION = re.compile(
    r"^ {0,3}\[([^\[\]\n]+)\]:[ \t]*<?(data:image/[^\s<>]+)>?[ \t]*$\n?", re.MULTILINE
)
_PICTURE = re.compile(
    r"!\[(?P<alt>[^\[\]]*)\]"
    r"(?:\(\s*<?(?P<address>[^\s()<>]+)>?(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'))?\s*\)"
    r"|\[(?P<label>[^\[\]]*)\])?"
)


class MarkdownPictures:
    """Take the pictures out of one text."""

    def __init__(self, images: Images) -> None:
        self._images = images
        self._addresses: dict[str, str] = {}

    def without_definitions(self, source: str) -> str:
        """Return the source without the lines that hold the pictures of labels."""

        def keep(definition: re.Match[str]) -> str:
            self._addresses[definition[1].lower()] = definition[2]
            return ""

        return _DEFINITION.sub(keep, source)

    def taken_from(self, text: str) -> tuple[str, list[Piece]]:
        """Return a text without the pictures that it carries, and these."""
        if "![" not in text:
            return text, []
        pieces: list[Piece] = []

        def take(found: re.Match[str]) -> str:
            label = (found["label"] or found["alt"]).lower()
            image = self._images(found["address"] or self._addresses.get(label, ""))
            if image is None:
                return found[0]
            alt = "" if found["alt"].lower() in self._addresses else found["alt"]
            pieces.append(Piece(BlockKind.FIGURE, alt.strip(), image=image))
            return ""

        return _PICTURE.sub(take, text), pieces
