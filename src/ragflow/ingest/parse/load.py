"""The front door of parsing: any file in, its document out.

Out: a `ParsedDocument`. Refused with a `ParseError`: empty files, extensions that no parser knows,
content that belongs to another extension, and whatever the parser of the format refuses.
"""

from __future__ import annotations

from importlib import import_module

from ragflow.domain.documents import ParsedDocument
from ragflow.domain.errors import EmptyFile, UnsupportedFile
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import ParseOptions, Parser, SourceFile, parsers
from ragflow.ingest.parse.sniff import check_content, written_as

MODULES = (
    *("audio", "code", "csv", "doc", "docx", "eml", "epub", "html", "image", "ipynb", "json", "md"),
    *("msg", "odf", "pdf", "ppt", "pptx", "rst", "rtf", "txt", "xlsx", "xml"),
)
"""The modules beside this one that register a parser."""


_VIDEOS = """mpg mpeg avi rm rmvb mov wmv asf dat asx wvx mpe mpa mp4 mkv webm"""
VIDEOS = frozenset(_VIDEOS.split())
NO_VIDEOS = (
    "Nothing here reads videos. Upload its sound as an MP3 or WAV file to have it written down, "
    "or its frames as pictures."
)
CONVERT = "Convert it to PDF or DOCX."


def load_parsers() -> None:
    """Make the registry complete."""
    for module in MODULES:
        import_module(f"ragflow.ingest.parse.{module}")


def parser_for(source: SourceFile) -> Parser:
    """Return the parser of a file's format. Raises `UnsupportedFile`."""
    load_parsers()
    if source.suffix in VIDEOS:
        raise UnsupportedFile(
            f"{source.name}: file type not supported yet. {NO_VIDEOS}", name=source.name
        )
    if source.suffix not in parsers:
        raise UnsupportedFile(
            f"{source.name}: file type not supported yet. {CONVERT}", name=source.name
        )
    return parsers[source.suffix]()


def parse(
    source: SourceFile, options: ParseOptions, progress: Progress, parser: Parser | None = None
) -> ParsedDocument:
    """Return all that a file says, to the parser of its format or a given one.

    Raises `ParseError`.
    """
    parser = parser or parser_for(source)
    if not source.data:
        raise EmptyFile(name=source.name)
    check_content(source)
    if suffix := written_as(source):
        parser = parsers[suffix]()
    return parser.parse(source, options, progress)
