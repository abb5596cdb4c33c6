"""Small files of the commonest formats but PDF, made in code and the same each time.

In: nothing. Out: the bytes of a file with the features that its parser has to get right.
"""

from __future__ import annotations

import io
import zipfile
from datetime import date
from email.message import EmailMessage
from typing import Any

_ZIP_DATE = (2020, 1, 1, 0, 0, 0)

CSV = 'Name;Größe;Price\r\nBolt;M4;0,25\r\n"Nut; hex";M4;0,10;extra\r\n'.encode("cp1252")

MARKDOWN = b"""---
title: Pump manual
---
# Pump *manual*

Read **all** of this
before use.

1. Open the valve.
   - Slowly.
2. Start the pump.

| Part | Price |
|------|------:|
| Seal | 4.20  | in stock |

```sh
pump --start
```

> Keep dry.

<table><tr><th>Key</th><th>Value</th></tr><tr><td>Bar</td><td>16</td></tr></table>
"""

TEXT = "第一章 总则。\n第二章 附则。\n\nLine three.\n".encode("gb18030")

JSON = b"""{"name": "Pump", "sizes": [10, 20.50], "maker": {"city": "K\\u00f6ln", "open": true},
"notes": [], "gone": null}"""

JSON_LINES = '{"q": "How far?", "a": {"km": 12}}\nnot json\n{"q": "谁?"}\n'.encode()

CODE = b"def area(radius: float) -> float:\n\treturn 3.14 * radius**2\r\n"

HTML = b"""<!doctype html><html><head><meta charset="utf-8"><title>Pumps &amp; valves</title>
<style>p { color: red }</style><script>var hidden = "no text";</script></head><body>
<nav><a href="/">Home</a></nav>
<h1>Pumps</h1><p>A <b>pump</b>   moves<br>fluids.</p>
<p style="display: none">Not shown.</p>
<ol start="3"><li>Open</li><li>Close<ul><li>gently</li></ul></li></ol>
<table><caption>Prices</caption><thead><tr><th>Part</th><th colspan="2">Cost</th></tr></thead>
<tr><td rowspan="2">Seal</td><td>4</td><td>EUR</td></tr><tr><td>5</td><td>USD</td></tr></table>
<pre>a  b
  c</pre><dl><dt>bar</dt><dd>a unit</dd></dl>
<figure><img src="p.png" alt="A red pump"><figcaption>Figure 1</figcaption></figure>
</body></html>"""


def picture(kind: str = "PNG") -> bytes:
    """Return a small red image."""
    from PIL import Image

    target = io.BytesIO()
    Image.new("RGB", (8, 6), (200, 30, 30)).save(target, kind)
    return target.getvalue()


def docx() -> bytes:
    """Return a Word document with most of what Word documents hold."""
    import docx as python_docx

    document = python_docx.Document()
    section = document.sections[0]
    section.header.paragraphs[0].text = "Running header"
    section.footer.paragraphs[0].text = "Running footer"
    document.add_heading("Pump manual", 0)
    document.add_heading("Setting up", 1)
    paragraph = document.add_paragraph("Read all ")
    paragraph.add_run("of this.").bold = True
    paragraph.add_run(" secret").font.hidden = True
    document.add_paragraph("Open the valve.", style="List Number")
    document.add_paragraph("Start the pump.", style="List Number")
    document.add_paragraph("A bullet", style="List Bullet")
    table = document.add_table(rows=3, cols=3)
    for row, texts in enumerate(
        (("Part", "Price", "Unit"), ("Seal", "4", "EUR"), ("", "5", "USD"))
    ):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(0, 1).merge(table.cell(0, 2))
    document.add_picture(io.BytesIO(picture("BMP")))
    document.add_paragraph("Figure 1: a pump", style="Caption")
    target = io.BytesIO()
    document.save(target)
    return _same_each_time(target.getvalue())


def xlsx() -> bytes:
    """Return a workbook with dates, merged cells, a gap, a hidden sheet and a comment."""
    import openpyxl
    from openpyxl.comments import Comment

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Prices"
    for row in (
        ("Part", "Bought", "Price", "Paid"),
        ("Seal", date(2024, 3, 1), 4.0, True),
        (None, None, None, None),
        ("Bolt", date(2024, 3, 2), 0.25, False),
        (None, None, 1234567.0, None),
    ):
        sheet.append(row)
    sheet.merge_cells("A4:A5")
    sheet["C2"].comment = Comment("Includes tax", "Ann")
    hidden = book.create_sheet("Hidden")
    hidden["B2"] = "kept"
    hidden.sheet_state = "hidden"
    target = io.BytesIO()
    book.save(target)
    return _same_each_time(target.getvalue())


def pptx() -> bytes:
    """Return a presentation of two slides with a table, a chart, a group, a picture and notes."""
    import pptx as python_pptx
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches

    presentation = python_pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    slide.shapes.title.text = "Pumps"
    slide.placeholders[1].text = "They move fluids\nThey wear out"
    group = slide.shapes.add_group_shape()
    box = group.shapes.add_textbox(Inches(6), Inches(1), Inches(2), Inches(1))
    box.text_frame.text = "Grouped"
    slide.shapes.add_picture(io.BytesIO(picture()), Inches(1), Inches(6))
    slide.notes_slide.notes_text_frame.text = "Speak slowly"
    second = presentation.slides.add_slide(presentation.slide_layouts[6])
    table = second.shapes.add_table(2, 2, Inches(1), Inches(1), Inches(4), Inches(1)).table
    for row, texts in enumerate((("Part", "Price"), ("Seal", "4"))):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    data: Any = CategoryChartData()  # type: ignore[no-untyped-call]
    data.categories = ["2019", "2020"]
    data.add_series("Sold", (3, 4.5))
    place = (Inches(1), Inches(3), Inches(4), Inches(3))
    second.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *place, data)
    target = io.BytesIO()
    presentation.save(target)
    return _same_each_time(target.getvalue())


def eml() -> bytes:
    """Return a message in plain text and HTML with three attachments, one of them unreadable."""
    message = EmailMessage()
    message["From"] = "Ann Ä <ann@example.com>"
    message["To"] = "Bob <bob@example.com>"
    message["Date"] = "Fri, 01 Mar 2024 10:00:00 +0000"
    message["Subject"] = "Größe of the pump"
    message.set_content("Dear Bob,\n\nsee the files.\n")
    message.add_alternative("<p>Dear <b>Bob</b>,</p><p>see the files.</p>", subtype="html")
    message.add_attachment(CSV, maintype="text", subtype="csv", filename="prices.csv")
    message.add_attachment(b"PK", maintype="application", subtype="zip", filename="broken.docx")
    inner = EmailMessage()
    inner["Subject"] = "Forwarded"
    inner.set_content("An older text.\n")
    message.add_attachment(inner)
    for number, part in enumerate(message.walk()):
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            part.set_boundary(f"boundary{number}")
    return bytes(message)


def zipped(members: dict[str, bytes]) -> bytes:
    """Return a ZIP archive of the members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_DATE), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def members_of(archive: bytes) -> dict[str, bytes]:
    """Return the members of a ZIP archive."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def _same_each_time(archive: bytes) -> bytes:
    return zipped(members_of(archive))
