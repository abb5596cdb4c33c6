"""A document of every shape, in English and Chinese, is cut as the files beside this one show.

After a wanted change of the cutting, write the new text that a failing test shows into the file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ragflow.domain.chunks import ChunkedDocument
from ragflow.domain.documents import BlockKind, Box, DropKind, ParsedDocument
from ragflow.ingest.chunk.base import ChunkContext
from ragflow.ingest.chunk.load import chunkers, load_chunkers
from ragflow.ingest.coverage import account
from ragflow.ingest.parse.base import CellDraft, DocumentBuilder, ParseLimits
from ragflow.testing.sample_documents import (
    BOOK,
    CHINESE_LAW,
    LAW,
    RESUME,
    handbook,
    mail,
    paper,
    plain,
    slides,
)

load_chunkers()

HERE = Path(__file__).parent


def report() -> ParsedDocument:
    builder = DocumentBuilder("report.pdf", ParseLimits())
    builder.page(1, 600, 800)
    builder.drop(DropKind.HEADER, "Harbour Trust · Annual report", Box(1, 50, 550, 20, 32))
    builder.block(BlockKind.TITLE, "1 The bridge", level=1, box=Box(1, 50, 200, 60, 80))
    builder.block_of_lines(
        BlockKind.TEXT,
        [
            ("The harbour bridge opened on 19 March 1932 after eight", Box(1, 50, 290, 90, 102)),
            ("years of work. It carries trains, cars and walkers.", Box(1, 50, 290, 104, 116)),
        ],
    )
    builder.block(BlockKind.LIST_ITEM, "• Arch span: 503 m", box=Box(1, 60, 290, 120, 132))
    builder.block(BlockKind.LIST_ITEM, "• Height: 134 m", box=Box(1, 60, 290, 134, 146))
    builder.table(
        [
            [CellDraft("Year", header=True), CellDraft("Trains & cars", header=True)],
            [CellDraft("2020"), CellDraft("5,000")],
            [CellDraft("2021"), CellDraft("7,500")],
        ],
        caption="Table 1: crossings a day",
        box=Box(1, 320, 550, 90, 200),
    )
    builder.block(BlockKind.TITLE, "2 上海中心大厦", level=1, box=Box(1, 320, 550, 220, 240))
    builder.block(
        BlockKind.TEXT,
        "上海中心大厦位于陆家嘴，总高度632米；于2015年建成。它有128层，是中国最高的建筑。",
        box=Box(1, 320, 550, 250, 290),
    )
    builder.drop(DropKind.PAGE_NUMBER, "- 1 -", Box(1, 290, 310, 780, 790))
    return builder.build()


def workbook() -> ParsedDocument:
    builder = DocumentBuilder("people.xlsx", ParseLimits())
    builder.table(
        [
            [CellDraft(name, header=True) for name in ("姓名", "City", "Score")],
            [CellDraft("李雷"), CellDraft("北京"), CellDraft("88.5")],
            [CellDraft("Ada"), CellDraft("London"), CellDraft("")],
        ],
        sheet="People",
    )
    return builder.build()


def notes() -> ParsedDocument:
    builder = DocumentBuilder("notes.txt", ParseLimits())
    builder.block(
        BlockKind.TEXT,
        "Buy milk; call Ada##Read chapter 3\n\n会议在三点开始。带上报告；不要迟到！",
    )
    return builder.build()


CASES: dict[str, tuple[str, ParsedDocument, dict[str, Any]]] = {
    "report": ("naive", report(), {}),
    "report_small": ("naive", report(), {"chunk_token_num": 24, "delimiter": "\\n。；"}),
    "workbook_rows": ("naive", workbook(), {}),
    "workbook_html": ("naive", workbook(), {"html4excel": True}),
    "notes_delimiters": ("naive", notes(), {"chunk_token_num": 1, "delimiter": "`##`\\n;；。！"}),
    "manual": ("manual", handbook(), {}),
    "paper": ("paper", paper(), {}),
    "book": ("book", plain(BOOK), {"chunk_token_num": 40}),
    "laws": ("laws", plain(LAW), {}),
    "laws_chinese": ("laws", plain(CHINESE_LAW), {}),
    "presentation": ("presentation", slides(), {}),
    "one": ("one", handbook(), {}),
    "one_workbook": ("one", workbook(), {}),
    "email": ("email", mail(), {}),
    "resume": ("resume", plain(RESUME), {}),
}


def rendered(chunked: ChunkedDocument) -> str:
    parts = []
    for number, chunk in enumerate(chunked.chunks):
        spans = " ".join(f"{span.start}-{span.end}" for span in chunk.spans)
        boxes = " ".join(
            f"p{box.page}[{box.x0:g},{box.x1:g},{box.top:g},{box.bottom:g}]" for box in chunk.boxes
        )
        places = f"spans {spans}" + (f" | boxes {boxes}" if boxes else "")
        marks = " | image" if chunk.image else ""
        if chunk.important_keywords:
            marks += f" | keywords {', '.join(chunk.important_keywords)}"
        parts.append(f"--- {number} {chunk.kind} | {places}{marks}\n{chunk.content}\n")
    parts.extend(f"--- warning {warning}\n" for warning in chunked.warnings)
    return "".join(parts)


@pytest.mark.parametrize("name", CASES)
def test_a_document_is_cut_as_its_golden_file_shows(name: str) -> None:
    method, document, config = CASES[name]
    chunker = chunkers[method]()
    context = ChunkContext("any.pptx")
    chunked = chunker.chunk(document, chunker.Options.model_validate(config), context)
    account(document, chunked)
    assert rendered(chunked) == (HERE / f"{name}.txt").read_text("utf-8")
