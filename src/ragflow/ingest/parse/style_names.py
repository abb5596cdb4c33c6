"""What the names of paragraph styles tell: headings, captions, code, contents, depths of lists.

In: a style's name, as Word and its kin call it in English whatever language they show.
"""

from __future__ import annotations

import re

from ragflow.domain.documents import BlockKind

DEEPEST_TITLE = 6
_HEADING = re.compile(r"heading\s*(\d+)")
_CODE = re.compile(r"\b(source|code|preformatted|listing)\b")
_NESTED = re.compile(r"(?:list(?: bullet| number)?|numbering) ([2-9])")
_CONTENTS = re.compile(r"(toc|contents) \d+")


def kind_of_style(name: str) -> tuple[BlockKind, int] | None:
    """Return the kind and level of a style's paragraphs; None for names that tell nothing."""
    lowered = name.lower()
    if heading := _HEADING.fullmatch(lowered):
        return BlockKind.TITLE, max(1, min(int(heading[1]), DEEPEST_TITLE))
    if lowered in ("title", "subtitle"):
        return BlockKind.TITLE, 1 if lowered == "title" else 2
    if lowered == "caption":
        return BlockKind.CAPTION, 0
    if _CODE.search(lowered):
        return BlockKind.CODE, 0
    return None


def depth_of_style(name: str) -> int:
    """Return how deep the lists of a style are nested, from 1; 0 for names that do not tell."""
    match = _NESTED.fullmatch(name.lower())
    return int(match[1]) if match else 0


def is_contents_style(name: str) -> bool:
    """Tell a style of the lines of a table of contents."""
    return _CONTENTS.fullmatch(name.lower()) is not None
