"""A document of every shape, in English and Chinese, is cut as the files beside this one show.

After a wanted change of the cutting, write the new text that a failing test shows into the file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ragflow.domain.chunks import ChunkDraft
from ragflow.domain.documents import BlockKind, Box, DropKind, ParsedDocument
from ragflow.ingest.chunk.naive import NaiveChunker, NaiveOptions
from ragflow.ingest.coverage import account
from ragflow.ingest.parse.base import CellDraft, DocumentBuilder, ParseLimits

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


CASES: dict[str, tuple[ParsedDocument, dict[str, Any]]] = {
    "report": (report(), {}),
    "report_small": (report(), {"chunk_token_num": 24, "delimiter": "\\n。；"}),
    "workbook_rows": (workbook(), {}),
    "workbook_html": (workbook(), {"html4excel": True}),
    "notes_delimiters": (notes(), {"chunk_token_num": 1, "delimiter": "`##`\\n;；。！"}),
}


def rendered(chunks: tuple[ChunkDraft, ...]) -> str:
    parts = []
    for number, chunk in enumerate(chunks):
        spans = " ".join(f"{span.start}-{span.end}" for span in chunk.spans)
        boxes = " ".join(
            f"p{box.page}[{box.x0:g},{box.x1:g},{box.top:g},{box.bottom:g}]" for box in chunk.boxes
        )
        places = f"spans {spans}" + (f" | boxes {boxes}" if boxes else "")
        parts.append(f"--- {number} {chunk.kind} | {places}\n{chunk.content}\n")
    return "".join(parts)


@pytest.mark.parametrize("name", CASES)
def test_a_document_is_cut_as_its_golden_file_shows(name: str) -> None:
    document, config = CASES[name]
    chunked = NaiveChunker().chunk(document, NaiveOptions.model_validate(config))
    account(document, chunked)
    assert rendered(chunked.chunks) == (HERE / f"{name}.txt").read_text("utf-8")
