"""Files of records are cut by each method as the files beside this one show.

After a wanted change of the cutting, write the new text that a failing test shows into the file.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from ragflow.domain.chunks import ChunkedDocument
from ragflow.ingest.chunk.base import ChunkContext, ReadsText
from ragflow.ingest.chunk.load import chunkers, load_chunkers
from ragflow.ingest.coverage import account
from ragflow.ingest.extract import merge_duplicates
from ragflow.ingest.parse.base import ParseOptions, SourceFile
from ragflow.ingest.parse.load import parse
from ragflow.ingest.parse.txt import TextParser
from ragflow.testing.sample_files import docx, xlsx

HERE = Path(__file__).parent
FAQ = """preface
# Pump
It **moves** water.

## Care
1. Oil it.
2. `wipe` it & rest.

# Valve
"""
PAIRS = 'loose line\nWhat is it?,"A ""pump"", red"\nIt is heavy.\nQ: 谁?,答：安'
STAFF = """id,Name/Person(Employee),Joined,Salary,Remote,Postcode
1,Ada,2024-03-01,"1,250.50",yes,01234
2,Bob,01/02/2024,980,no,53111
2,Bob,01/02/2024,980,no,53111
3,李雷,,n/a,,
"""
TAGS = 'It leaks\nand drips.,"repair, v1.2"\nIt hums.,noise\nno tags'

CASES: dict[str, tuple[str, str, bytes, str]] = {
    "qa_markdown": ("qa", "faq.md", FAQ.encode(), "English"),
    "qa_lines": ("qa", "faq.csv", PAIRS.encode(), "Chinese"),
    "qa_word": ("qa", "manual.docx", docx(), "English"),
    "table_lines": ("table", "staff.csv", STAFF.encode(), "English"),
    "table_workbook": ("table", "prices.xlsx", xlsx(), "English"),
    "tag_lines": ("tag", "tags.csv", TAGS.encode(), "English"),
}


def rendered(text: str, chunked: ChunkedDocument) -> str:
    lines: list[str] = []
    for number, chunk in enumerate(chunked.chunks):
        spans = " ".join(f"{span.start}-{span.end}" for span in chunk.spans)
        lines += [f"--- {number} {chunk.kind} | spans {spans}", chunk.content]
        lines += [f"search: {chunk.search_text!r}"] if chunk.search_text else []
        lines += [f"fields: {dict(chunk.fields)}"] if chunk.fields else []
        lines += [f"tags: {dict(chunk.tags)}"] if chunk.tags else []
    lines.append("--- left out")
    lines += [
        f"{d.kind} {text[d.span.start : d.span.end]!r}"
        for d in sorted(chunked.drops, key=lambda d: d.span)
    ]
    lines += [f"warning: {warning}" for warning in chunked.warnings]
    lines += [f"columns: {dict(chunked.field_map)}"] if chunked.field_map else []
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", CASES)
def test_records_are_cut_as_their_golden_file_shows(name: str) -> None:
    method, file_name, data, language = CASES[name]
    load_chunkers()
    chunker = chunkers[method]()
    source = SourceFile(file_name, data)
    as_text = isinstance(chunker, ReadsText) and source.suffix in chunker.read_as_text
    parser = TextParser() if as_text else None
    document = parse(source, ParseOptions(), lambda _share, _line: None, parser)
    context = ChunkContext(file_name, language)
    chunked = merge_duplicates(chunker.chunk(document, chunker.Options(), context))
    account(document, chunked)
    assert rendered(document.text, chunked) == (HERE / f"{name}.txt").read_text("utf-8")
