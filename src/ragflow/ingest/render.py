"""Rendering: pages of a document as people see them. Runs in a child process, see `isolate`.

In: the path of a file and which pages are wanted how wide. Out: pictures in a directory, named by
page, and the size of every page in points. Refused with a `ParseError`: files that do not open.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ragflow.domain.file_types import PICTURE_SUFFIXES
from ragflow.domain.ports import Progress
from ragflow.ingest.help import Ask
from ragflow.ingest.parse.base import ParseLimits, SourceFile
from ragflow.ingest.parse.image import picture_as_pdf
from ragflow.ingest.parse.pictures import PagePictures

RENDERED_SUFFIXES = frozenset({"pdf", *PICTURE_SUFFIXES})
"""The extensions of files whose pages can be drawn."""


def page_name(number: int) -> str:
    """Name the file of a page's picture."""
    return f"page-{number}.jpg"


def page_sizes(
    request: Mapping[str, Any], directory: Path, progress: Progress, ask: Ask
) -> dict[str, Any]:
    """Return the width and the height of every page, in points."""
    del directory, progress, ask
    with _pictures(request) as pages:
        return {"sizes": pages.sizes()}


def render(
    request: Mapping[str, Any], directory: Path, progress: Progress, ask: Ask
) -> dict[str, Any]:
    """Write the pictures of pages; return which could be drawn."""
    del progress, ask
    drawn: list[int] = []
    with _pictures(request) as pages:
        for number in request["pages"]:
            picture = pages.page(number, request["width"])
            if picture is not None:
                (directory / page_name(number)).write_bytes(picture)
                drawn.append(number)
    return {"drawn": drawn}


def _pictures(request: Mapping[str, Any]) -> PagePictures:
    source = SourceFile(request["name"], Path(request["path"]).read_bytes())
    if source.suffix in PICTURE_SUFFIXES:
        return PagePictures(picture_as_pdf(source, ParseLimits().pages), source.name)
    return PagePictures(source.data, source.name)
