"""What is said about a slide beside it: the speaker's notes and the comments of readers.

In: a slide as the presentation reader gives it. Out: texts in the order of the file; comments, of
the old kind and of threads, with their author and date.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ragflow.domain.documents import BlockKind, Box
from ragflow.ingest.parse.encoding import clean
from ragflow.ingest.parse.pieces import Piece


def authors_of(presentation: Any) -> dict[str, str]:
    """Return the names of those who commented, by the id that comments carry."""
    return {
        element.get("id", ""): name
        for part in _parts(presentation, "/commentAuthors", "/authors")
        for element in _root(part).iter()
        if isinstance(element.tag, str) and (name := element.get("name"))
    }


def remarks(slide: Any, authors: dict[str, str], page: Box) -> list[Piece]:
    """Return the notes and the comments of a slide."""
    texts: list[str] = []
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        texts.append(clean(slide.notes_slide.notes_text_frame.text).replace("\v", "\n"))
    for part in _parts(slide, "/comments"):
        texts.extend(_comments(_root(part), authors))
    return [Piece(BlockKind.FOOTNOTE, text, box=page) for text in texts if text.strip()]


def _comments(root: Any, authors: dict[str, str]) -> Iterator[str]:
    for element in root.iter():
        if _local(element) not in ("cm", "reply"):
            continue
        text = "".join(_words(element)).strip()
        author = authors.get(element.get("authorId", ""), "unknown")
        date = element.get("dt") or element.get("created")
        said = f"Comment by {author}, {date}" if date else f"Comment by {author}"
        if text:
            yield f"{said}: {text}"


def _words(comment: Any) -> Iterator[str]:
    """Yield the words of a comment, not those of its replies."""
    for child in comment:
        name = _local(child)
        if name in ("t", "text"):
            yield clean(child.text or "")
        elif name not in ("replyLst", "extLst"):
            yield from _words(child)
        if name == "p":
            yield "\n"


def _parts(owner: Any, *kinds: str) -> Iterator[Any]:
    for relationship in owner.part.rels.values():
        if not relationship.is_external and relationship.reltype.endswith(kinds):
            yield relationship.target_part


def _root(part: Any) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(part.blob, parser)


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
