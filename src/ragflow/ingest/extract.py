"""Extraction: a file becomes chunks. Runs in a child process, see `isolate`.

In: the path of a file, its name and its parser_config. Out, in a directory: parts of chunks (see
`artefacts`), pictures named by chunk id and a thumbnail; and a summary in plain data. Refused with
a `ParseError`: files that the chunk method does not take or the parser refuses; with a
`CoverageError`: a document of which characters would be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xxhash
from pydantic import BaseModel, ValidationError

from ragflow.domain.chunks import ROWS, Chunk, ChunkDraft, ChunkedDocument
from ragflow.domain.documents import Box, Coverage, ParsedDocument, Span
from ragflow.domain.errors import InvalidInput, UnsupportedFile
from ragflow.domain.ports import ModelHelp, Progress
from ragflow.ingest.artefacts import CHUNKS_PER_PART, THUMBNAIL_NAME, chunks_name, encode_chunks
from ragflow.ingest.chunk.base import ChunkContext, Chunker, ReadsText
from ragflow.ingest.help import Ask, AskedHelp, NoHelp
from ragflow.ingest.idle_options import idle_options
from ragflow.ingest.isolate import MORE_TIME
from ragflow.ingest.parse.base import ParseLimits, ParseOptions, SourceFile, VisionFiles

if TYPE_CHECKING:
    from ragflow.ingest.parse.pictures import PagePictures

DEFAULT_METHOD = "naive"


@dataclass(frozen=True, slots=True)
class ExtractRequest:
    """Say which file is to become which document's chunks; plain data throughout."""

    path: str
    name: str
    document_id: str
    dataset_id: str
    chunk_method: str
    parser_config: Mapping[str, Any]
    limits: Mapping[str, int]
    language: str = "English"
    vision: Mapping[str, str | None] = field(default_factory=dict)


def extract(
    request: Mapping[str, Any], directory: Path, progress: Progress, ask: Ask
) -> dict[str, Any]:
    """Write a file's chunks and pictures to a directory; return their numbers and coverage."""
    wanted = ExtractRequest(**request)
    source = SourceFile(wanted.name, Path(wanted.path).read_bytes())
    chunker, warnings = _chunker(wanted.chunk_method, source)
    warnings += idle_options(wanted.parser_config, source.suffix)
    options = _options(chunker, wanted.parser_config)
    models = AskedHelp(ask, directory)
    document = _parse(source, wanted, chunker, models, progress, lambda: ask(MORE_TIME))
    progress(1.0, "Finish parsing.")
    context = ChunkContext(source.name, wanted.language, models)
    chunked = merge_duplicates(chunker.chunk(document, options, context))
    drafts = chunked.chunks
    coverage = _account(document, chunked, warnings + chunked.warnings)
    pictures = _write_pictures(source, drafts, wanted.document_id, directory)
    parts = _write_chunks(drafts, pictures, wanted, directory)
    return {
        "parts": parts,
        "chunks": len(drafts),
        "tokens": sum(_tokens(draft.content) for draft in drafts),
        "pages": len(document.pages),
        "pictures": sorted(pictures),
        "thumbnail": (directory / THUMBNAIL_NAME).exists(),
        "field_map": dict(chunked.field_map),
        "coverage": {
            "extracted": coverage.extracted,
            "in_chunks": coverage.in_chunks,
            "dropped": dict(coverage.dropped),
            "warnings": list(coverage.warnings),
            "ocr_pages": coverage.ocr_pages,
            "ocr_confidence": coverage.ocr_confidence,
        },
    }


def chunk_id(document_id: str, content: str) -> str:
    """Return the id of a chunk: 16 hex digits, the same for the same content of a document."""
    return xxhash.xxh64_hexdigest((content + document_id).encode("utf-8", "surrogatepass"))


def merge_duplicates(chunked: ChunkedDocument) -> ChunkedDocument:
    """Leave one chunk of those with the same content; it points to every place of all of them."""
    alike: dict[str, list[ChunkDraft]] = {}
    for draft in chunked.chunks:
        alike.setdefault(draft.content, []).append(draft)
    return replace(chunked, chunks=tuple(_merged(drafts) for drafts in alike.values()))


def _merged(drafts: Sequence[ChunkDraft]) -> ChunkDraft:
    first = drafts[0]
    if len(drafts) == 1:
        return first
    repeats = dict.fromkeys(span for draft in drafts for span in (*draft.spans, *draft.repeats))
    for span in first.spans:
        del repeats[span]
    placed = dict(pair for draft in reversed(drafts) for pair in _placed(draft))
    boxes = tuple(dict.fromkeys(box for draft in drafts for box in draft.boxes))
    return replace(
        first,
        boxes=boxes,
        box_spans=tuple(placed[box] for box in boxes) if len(placed) == len(boxes) else (),
        image=next((draft.image for draft in drafts if draft.image), None),
        repeats=tuple(repeats),
        tags={tag: weight for draft in drafts for tag, weight in draft.tags.items()},
        fields=first.fields and {**first.fields, ROWS: len(drafts)},
    )


def _placed(draft: ChunkDraft) -> Iterator[tuple[Box, Span]]:
    """Yield the boxes of a draft with what of its content stands in each, where that is known."""
    return zip(draft.boxes, draft.box_spans, strict=False)


def parse_options(
    parser_config: Mapping[str, Any],
    limits: Mapping[str, int],
    vision: VisionFiles = VisionFiles(),  # noqa: B008 - frozen
    models: ModelHelp = NoHelp(),  # noqa: B008 - has no state
    more_time: Callable[[], object] = lambda: None,
) -> ParseOptions:
    """Read what parser_config says about parsing. Raises `InvalidInput`."""
    layout = parser_config.get("layout_recognize", "DeepDOC")
    if isinstance(layout, bool):
        layout = "DeepDOC" if layout else "Plain Text"
    try:
        pages = tuple(
            (max(int(first), 1), int(last)) for first, last in parser_config.get("pages") or ()
        )
    except (TypeError, ValueError):
        raise InvalidInput("parser_config.pages must be a list of [from, to].") from None
    return ParseOptions(
        str(layout or "DeepDOC"), pages, ParseLimits(**limits), vision, models, more_time
    )


def _chunker(method: str, source: SourceFile) -> tuple[Chunker, tuple[str, ...]]:
    from ragflow.ingest.chunk.load import chunkers, load_chunkers, way_out

    load_chunkers()
    if method not in chunkers:
        warning = f"The chunk method {method} is not available; {DEFAULT_METHOD} was used."
        return chunkers[DEFAULT_METHOD](), (warning,)
    chunker = chunkers[method]()
    if source.suffix not in chunker.suffixes:
        advice = way_out(source.suffix)
        raise UnsupportedFile(name=source.name, method=method, way_out=advice)
    return chunker, ()


def _options(chunker: Chunker, parser_config: Mapping[str, Any]) -> BaseModel:
    try:
        return chunker.Options.model_validate(dict(parser_config))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"parser_config.{key}: {first['msg']}.") from None


def _parse(
    source: SourceFile,
    wanted: ExtractRequest,
    chunker: Chunker,
    models: ModelHelp,
    progress: Progress,
    more_time: Callable[[], object],
) -> ParsedDocument:
    from ragflow.ingest.parse.load import parse
    from ragflow.ingest.parse.txt import TextParser

    vision = VisionFiles(**{kind: Path(path) for kind, path in wanted.vision.items() if path})
    options = parse_options(wanted.parser_config, wanted.limits, vision, models, more_time)
    if isinstance(chunker, ReadsText) and source.suffix in chunker.read_as_text:
        return parse(source, options, progress, TextParser())
    return parse(source, options, progress)


def _account(
    document: ParsedDocument, chunked: ChunkedDocument, warnings: tuple[str, ...]
) -> Coverage:
    from ragflow.ingest.coverage import account

    coverage = account(document, chunked)
    warnings += coverage.warnings
    if not chunked.chunks and not coverage.warnings:
        why = "all its text was left out" if coverage.extracted else "it holds no text"
        warnings += (f"Nothing of this file can be found: {why}.",)
    return replace(coverage, warnings=warnings)


def _write_chunks(
    drafts: Sequence[ChunkDraft], pictures: set[str], wanted: ExtractRequest, directory: Path
) -> int:
    parts = 0
    for start in range(0, len(drafts), CHUNKS_PER_PART):
        chunks = [
            _chunk(draft, start + offset, pictures, wanted)
            for offset, draft in enumerate(drafts[start : start + CHUNKS_PER_PART])
        ]
        (directory / chunks_name(parts)).write_bytes(encode_chunks(chunks))
        parts += 1
    return parts


def _chunk(draft: ChunkDraft, ordinal: int, pictures: set[str], wanted: ExtractRequest) -> Chunk:
    identity = chunk_id(wanted.document_id, draft.content)
    return Chunk(
        id=identity,
        document_id=wanted.document_id,
        dataset_id=wanted.dataset_id,
        content=draft.content,
        ordinal=ordinal,
        token_count=_tokens(draft.content),
        create_timestamp=0.0,  # known to the job, not to this process
        kind=draft.kind,
        spans=draft.spans + draft.repeats,
        boxes=draft.boxes,
        box_spans=draft.box_spans,
        has_image=identity in pictures,
        important_keywords=draft.important_keywords,
        questions=draft.questions,
        tags=dict(draft.tags),
        search_text=draft.search_text,
        fields=dict(draft.fields),
    )


def _write_pictures(
    source: SourceFile, drafts: Sequence[ChunkDraft], document_id: str, directory: Path
) -> set[str]:
    """Write the chunks' pictures and the file's thumbnail; return the chunks that have one."""
    from ragflow.ingest.parse.thumbnails import thumbnail_of

    written: set[str] = set()
    with ExitStack() as stack:
        pages = stack.enter_context(_page_pictures(source))
        thumbnail = pages.thumbnail() if pages else thumbnail_of(source)
        if thumbnail:
            (directory / THUMBNAIL_NAME).write_bytes(thumbnail)
        for draft in drafts:
            picture = draft.image or (pages.crop(draft.boxes) if pages and draft.boxes else None)
            if picture:
                identity = chunk_id(document_id, draft.content)
                (directory / identity).write_bytes(picture)
                written.add(identity)
    return written


def _page_pictures(source: SourceFile) -> AbstractContextManager[PagePictures | None]:
    if source.suffix != "pdf":
        return nullcontext()
    from ragflow.ingest.parse.pictures import PagePictures

    return PagePictures(source.data)


def _tokens(text: str) -> int:
    from ragflow.text.tokens import count_tokens

    return count_tokens(text)
