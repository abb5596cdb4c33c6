from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

from ragflow.domain.chunks import ChunkedDocument
from ragflow.domain.documents import BlockKind, Box, ParsedDocument
from ragflow.ingest.parse.base import CellDraft, DocumentBuilder, ParseOptions, SourceFile
from ragflow.ingest.parse.eml import EmailParser

Cut = Callable[..., ChunkedDocument]
Document = Callable[[str], ParsedDocument]


def test_one_keeps_the_order_of_the_file(cut: Cut, written: Document) -> None:
    document = written("# A\n\nBefore.\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\nAfter.\n\n- item")
    (chunk,) = cut("one", document).chunks
    assert chunk.content == (
        "A\nBefore.\n<table><tr><th>A</th><th>B</th></tr>\n"
        "<tr><td>1</td><td>2</td></tr></table>\nAfter.\nitem"
    )


def test_one_is_never_cut(cut: Cut, plain: Document) -> None:
    text = "A sentence of some words. " * 5000
    (chunk,) = cut("one", plain(text)).chunks
    assert chunk.content == text.strip()


def test_sheets_of_one_are_tables_named_by_their_sheet(cut: Cut, builder: DocumentBuilder) -> None:
    for sheet in ("Prices", "Sizes"):
        rows = [[CellDraft("N", header=True)], *([CellDraft(str(n))] for n in range(500))]
        builder.table(rows, sheet=sheet)
    (chunk,) = cut("one", builder.build()).chunks
    assert chunk.content.count("<table>") == 2
    assert chunk.content.count("<tr>") == 1002
    assert "<caption>Sizes</caption>" in chunk.content


def test_one_has_a_box_on_each_page(cut: Cut, builder: DocumentBuilder) -> None:
    for page in (1, 2):
        builder.page(page, 600, 800)
        builder.block(BlockKind.TEXT, f"Page {page}", box=Box(page, 50, 90, 10, 20))
    (chunk,) = cut("one", builder.build()).chunks
    assert [chunk.content[span.start : span.end] for span in chunk.box_spans] == [
        "Page 1",
        "Page 2",
    ]


def letter() -> ParsedDocument:
    message = EmailMessage()
    message["From"] = "ada@engine.org"
    message["Subject"] = "The pump"
    message.set_content("See what is attached.")
    message.add_attachment("Open the valve.", filename="start.txt")
    message.add_attachment("Close the valve.", filename="stop.txt")
    source = SourceFile("letter.eml", message.as_bytes())
    return EmailParser().parse(source, ParseOptions(), lambda _share, _text: None)


def test_attachments_share_no_chunk_with_the_message_or_each_other(cut: Cut) -> None:
    for method in ("email", "naive"):
        chunks = cut(method, letter(), name="letter.eml").chunks
        assert [chunk.content for chunk in chunks] == [
            "From: ada@engine.org\nSubject: The pump\nSee what is attached.",
            "start.txt\nOpen the valve.",
            "stop.txt\nClose the valve.",
        ]
