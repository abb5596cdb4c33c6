"""Reading: what is in a file, for somebody who asks about it now. Runs in a child process, see
`isolate`.

In: the path of a file. Out: its text, or for a picture a JPEG of it, as a file in a directory.
Refused with a `ParseError`: what the parser of its format refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ragflow.domain.file_types import PICTURE_SUFFIXES
from ragflow.domain.ports import Progress
from ragflow.ingest.extract import parse_options
from ragflow.ingest.help import Ask, AskedHelp
from ragflow.ingest.isolate import MORE_TIME
from ragflow.ingest.parse.base import SourceFile, VisionFiles

TEXT_NAME = "text"
PICTURE_NAME = "picture.jpg"


def read_file(
    request: Mapping[str, Any], directory: Path, progress: Progress, ask: Ask
) -> dict[str, Any]:
    """Write what is in a file; return the name of what was written, and how long a text is.

    Of a text at most `most` characters are written.
    """
    source = SourceFile(request["name"], Path(request["path"]).read_bytes())
    if source.suffix in PICTURE_SUFFIXES:
        return _picture(source, directory)
    from ragflow.ingest.parse.load import parse

    vision = VisionFiles(**{kind: Path(path) for kind, path in request["vision"].items() if path})
    options = parse_options(
        {}, request["limits"], vision, AskedHelp(ask, directory), lambda: ask(MORE_TIME)
    )
    text = parse(source, options, progress).text
    written = text[: request["most"]].encode("utf-8", "replace")
    (directory / TEXT_NAME).write_bytes(written)
    return {"written": TEXT_NAME, "chars": len(text)}


def _picture(source: SourceFile, directory: Path) -> dict[str, Any]:
    from ragflow.domain.errors import EmptyFile
    from ragflow.ingest.parse.image import picture_as_jpeg

    if not source.data:
        raise EmptyFile(name=source.name)
    (directory / PICTURE_NAME).write_bytes(picture_as_jpeg(source))
    return {"written": PICTURE_NAME, "chars": 0}
