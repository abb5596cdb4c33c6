"""Summaries of passages that belong together, each a chunk of the document.

In: the chunks of a cluster. Out: what to ask a model, and the chunk that holds its answer, or the
most central sentences where there is none. A summary has no characters of the document; its boxes
are the parts of the pages that its passages stand on, one for each page.
"""

from __future__ import annotations

from collections.abc import Sequence

from ragflow.domain.answers import ChatTurn
from ragflow.domain.chunks import Chunk, ChunkKind
from ragflow.domain.documents import Box
from ragflow.ingest.enrich.prompts import prompt, prompt_text
from ragflow.ingest.enrich.writer import Request, Writer
from ragflow.ingest.extract import chunk_id
from ragflow.text.sentences import split_sentences
from ragflow.text.slots import fill
from ragflow.text.summary import extracted_summary
from ragflow.text.tokens import count_tokens, truncate_tokens

_SLOT = "cluster_content"
_BETWEEN = "\n\n"


def summary_request(
    chunks: Sequence[Chunk], template: str, most_tokens: int, writer: Writer
) -> Request:
    """Return what to ask for a summary of chunks; an empty template means the default one."""
    system = prompt("raptor_length", max_token=str(most_tokens))
    template = template or prompt_text("raptor")
    if f"{{{_SLOT}}}" not in template:
        template = f"{template}{_BETWEEN}{{{_SLOT}}}"
    room = writer.room(count_tokens(system) + count_tokens(template) + most_tokens)
    content = _BETWEEN.join(fitted([chunk.content for chunk in chunks], room))
    text = fill(template, {_SLOT: content})
    return Request((ChatTurn("system", system), ChatTurn("user", text)), most_tokens)


def written_summary(answer: str, most_tokens: int) -> str:
    """Return the first sentences of an answer that keep within a number of tokens."""
    if count_tokens(answer) <= most_tokens:
        return answer
    end = 0
    for span in split_sentences(answer):
        if count_tokens(answer[: span.end]) > most_tokens:
            break
        end = span.end
    return answer[:end] or truncate_tokens(answer, most_tokens).strip()


def sentences_of(chunks: Sequence[Chunk], most_tokens: int) -> str:
    """Return the most central sentences of chunks."""
    return extracted_summary([chunk.content for chunk in chunks], most_tokens)


def summary_chunk(content: str, chunks: Sequence[Chunk]) -> Chunk:
    """Return the chunk of a summary; its ordinal and time are set when it is stored."""
    first = chunks[0]
    return Chunk(
        id=chunk_id(first.document_id, content),
        document_id=first.document_id,
        dataset_id=first.dataset_id,
        content=content,
        ordinal=0,
        token_count=count_tokens(content),
        create_timestamp=0.0,
        kind=ChunkKind.SUMMARY,
        boxes=areas([box for chunk in chunks for box in chunk.boxes]),
    )


def areas(boxes: Sequence[Box]) -> tuple[Box, ...]:
    """Return the smallest box around those of each page, by page."""
    pages: dict[int, list[Box]] = {}
    for box in boxes:
        pages.setdefault(box.page, []).append(box)
    return tuple(
        Box(
            page,
            min(box.x0 for box in each),
            max(box.x1 for box in each),
            min(box.top for box in each),
            max(box.bottom for box in each),
        )
        for page, each in sorted(pages.items())
    )


def fitted(texts: Sequence[str], room: int) -> list[str]:
    """Cut texts so that together they have at most so many tokens; the longest give way."""
    sizes = [count_tokens(text) for text in texts]
    if sum(sizes) <= room:
        return list(texts)
    share, left, open_ = 0, room, len(texts)
    for size in sorted(sizes):
        share = left // open_
        if size > share:
            break
        left, open_ = left - size, open_ - 1
    return [truncate_tokens(text, max(share, 1)) for text in texts]
