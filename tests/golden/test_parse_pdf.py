"""A whole report, as the PDF parser reads it, against the reading that was reviewed."""

import io
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from ragflow.ingest.parse.base import ParseOptions, SourceFile
from ragflow.ingest.parse.pdf import PdfParser

GOLDEN = Path(__file__).parent / "parse" / "report.pdf.txt"
WIDTH, HEIGHT = 595, 842

LEFT = """Retrieval begins with reading. A page of two columns
must be read down the left one before the right one,
or its sentences fall apart. This report shows such a
page, with a table that both columns share and a docu-
ment in two languages.
1. Columns are read one after the other.
2. Tables keep their rows.""".splitlines()
RIGHT = """What repeats on every page is not part of the text:
the running header, the footer and the numbers of the
pages. They are kept aside, with their kind, so that
nothing is lost without a trace and no answer ever
cites a footer.""".splitlines()
CHINESE = ["检索增强生成先从文档中找到相关段落，再由语言模型根据这些段落作", "答，并注明出处。"]
TABLE = [["Method", "Recall", "Seconds"], ["Columns", "0.98", "1.2"], ["Lines", "0.71", "0.9"]]


def write(canvas, lines, x, top, size=10, font="Helvetica"):
    canvas.setFont(font, size)
    for index, line in enumerate(lines):
        canvas.drawString(x, HEIGHT - top - index * size * 1.2, line)


def furniture(canvas, number):
    write(canvas, ["Institute of Reading"], 60, 40, 9)
    write(canvas, ["Draft of the spring"], 60, 800, 8)
    write(canvas, [f"Page {number} of 2"], 480, 800, 8)


def report():
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    furniture(canvas, 1)
    write(canvas, ["How Pages Are Read"], 60, 100, 20, "Helvetica-Bold")
    write(canvas, LEFT, 60, 150)
    write(canvas, RIGHT, 320, 150)
    write(canvas, ["Table 1: Reading by columns and by lines."], 60, 280)
    for x in (60, 200, 340, 480):
        canvas.line(x, HEIGHT - 290, x, HEIGHT - 350)
    for row, cells in enumerate(TABLE):
        canvas.line(60, HEIGHT - 290 - 20 * row, 480, HEIGHT - 290 - 20 * row)
        for column, text in enumerate(cells):
            write(canvas, [text], 66 + 140 * column, 304 + 20 * row)
    canvas.line(60, HEIGHT - 350, 480, HEIGHT - 350)
    canvas.showPage()
    furniture(canvas, 2)
    write(canvas, ["1.1 In Chinese"], 60, 100, 14, "Helvetica-Bold")
    write(canvas, CHINESE, 60, 140, 12, "STSong-Light")
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def as_text(document):
    """Write one line per block, drop and table row, in the order of the text."""
    written = []
    for part in sorted([*document.blocks, *document.drops], key=lambda part: part.span):
        text = document.text[part.span.start : part.span.end]
        boxes = [line.box for line in document.lines if part.span.overlaps(line.span)]
        place = _place(boxes[0], text) if boxes else "-"
        kind = part.kind.value + (f"{part.level}" if getattr(part, "level", 0) else "")
        table = getattr(part, "table", None)
        if table is None:
            written.append(f"{kind} [{place}] {text}")
            continue
        written.append(f"{kind} [{place}] {table.caption}")
        written += [
            "  | " + " | ".join(cell.text + ("*" if cell.header else "") for cell in row)
            for row in table.rows
        ]
    return "\n".join(written) + "\n"


def _place(box, text):
    """Say where a text begins; how tall Chinese is depends on the machine's fonts."""
    return f"p{box.page} x{box.x0:.0f}" + (f" y{box.top:.0f}" if text.isascii() else "")


def test_a_report_in_two_columns_reads_as_reviewed():
    document = PdfParser().parse(
        SourceFile("report.pdf", report()), ParseOptions(), lambda share, line: None
    )

    assert as_text(document) == GOLDEN.read_text(encoding="utf-8")
