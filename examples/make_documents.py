"""Make the sample documents in `examples/documents`: a small tramway's papers, in two languages.

They are made once and kept in the repository; run this again only to change them.
"""

from __future__ import annotations

from pathlib import Path

from docx import Document
from openpyxl import Workbook
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import cm
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    FrameBreak,
    NextPageTemplate,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

HERE = Path(__file__).parent / "documents"

BRAKES = [
    ["Speed", "Dry rail", "Wet rail", "Leaves on rail"],
    ["20 km/h", "12 m", "17 m", "29 m"],
    ["40 km/h", "41 m", "58 m", "96 m"],
    ["60 km/h", "88 m", "124 m", "203 m"],
]

HANDBOOK = [
    ("1 Purpose", "This handbook tells drivers and workshop staff of the Lindholm Tramway how the "
     "AX-200 tram is inspected, driven in bad weather and put back into service after a fault. It "
     "replaces the edition of March 2019."),
    ("2 Daily inspection", "Before the first run the driver walks once around the tram, tests the "
     "doors, the bell and the sanders, and enters the result in the log. A tram whose sanders are "
     "empty must not leave the depot. The inspection takes eleven minutes on average."),
    ("3 Braking", "The AX-200 has three independent brakes: a regenerative brake, a disc brake and "
     "a magnetic track brake. Regenerative braking returns up to 28 percent of the traction energy "
     "to the overhead line. The track brake is reserved for emergencies, because each use wears "
     "the rail. Table 1 gives the braking distances that were measured in October 2023."),
    ("4 Winter service", "Between 15 November and 15 March every tram carries 60 kilograms of dry "
     "sand. When the rail temperature falls below minus 5 degrees Celsius, the speed limit on the "
     "Harbour Hill is lowered from 40 to 25 kilometres per hour. Point heaters switch on by "
     "themselves at plus 3 degrees."),
    ("5 Faults", "Fault code E-17 means that the door control has lost contact with a door. The "
     "driver closes the door by hand, locks it with the square key and continues without that door "
     "to the next terminus. Fault code E-42 means that a motor inverter is too hot: the driver "
     "stops, waits for four minutes and reports to the control centre."),
    ("6 Overhead line", "The line carries 750 volts direct current. Nobody works within one metre "
     "of it before the control centre has confirmed in writing that the section is dead and "
     "earthed at both ends."),
    ("7 Coupling and towing", "A broken-down tram is towed by another AX-200 at no more than 15 "
     "kilometres per hour. The tow bar hangs in the rear cab behind the driver's seat and weighs 31 "
     "kilograms, so two people carry it. Before the tow begins the parking brake of the broken-down "
     "tram is released by hand with the red lever under the third seat on the left. Passengers leave "
     "both trams before the coupling."),
    ("8 Air conditioning", "The cabin is cooled from an outside temperature of 24 degrees and heated "
     "below 12 degrees. The filters are changed every 90 days. If the display shows code K-03, the "
     "refrigerant pressure is too low; the cooling is switched off and the tram stays in service."),
    ("9 Accidents", "After a collision the driver switches on the hazard lights, secures the tram "
     "with the parking brake, calls the control centre on channel 4 and gives first aid. Nothing is "
     "moved until the police have taken photographs, except to help the injured. The report on form "
     "AC-1 is handed in within 24 hours. The driver is relieved at once and is not asked to drive "
     "again on the same day."),
    ("10 Cleaning", "Each tram is swept at every second terminus and washed outside twice a week, in "
     "frost only with warm water. Graffiti is removed within two days, because it attracts more. The "
     "washing plant reclaims 85 percent of its water."),
    ("11 Training", "New drivers train for 58 days, 22 of them on the line with an instructor. They "
     "pass a written test, a test on the simulator and a test drive in the dark. The licence is "
     "valid for five years and lapses after twelve months without a duty."),
    ("12 Batteries", "The on-board battery supplies lights, doors and radio for at least 40 minutes "
     "when the overhead line is dead. It is tested on the first Monday of each month and replaced "
     "after eight years. Its voltage must not fall below 21 volts under load."),
    ("13 Records", "Inspection logs are kept for six years, records of emergency braking for ten. "
     "The workshop manager, Ingrid Solberg, answers for both."),
]  # fmt: skip


def handbook_pdf(path: Path) -> None:
    """Write a two-column handbook with a ruled table, running headers and page numbers."""
    width, height = A4
    margin, gap = 2 * cm, 0.8 * cm
    column = (width - 2 * margin - gap) / 2
    body = height - 2 * margin - 1 * cm

    def furniture(canvas, document) -> None:  # type: ignore[no-untyped-def]
        canvas.setFont("Helvetica", 8)
        canvas.drawString(margin, height - 1.4 * cm, "Lindholm Tramway - AX-200 Handbook")
        canvas.drawCentredString(width / 2, 1.1 * cm, f"Page {document.page}")

    def columns(top: float, name: str) -> PageTemplate:
        frames = [
            Frame(
                margin + i * (column + gap),
                margin,
                column,
                top,
                id=f"{name}{i}",
                leftPadding=0,
                rightPadding=0,
            )
            for i in (0, 1)
        ]
        return PageTemplate(id=name, frames=frames, onPage=furniture)

    title_height = 2.2 * cm
    first = columns(body - title_height, "first")
    first.frames.insert(
        0, Frame(margin, margin + body - title_height, width - 2 * margin, title_height, id="title")
    )
    document = BaseDocTemplate(str(path), pagesize=A4, title="AX-200 Handbook", invariant=1)
    document.addPageTemplates([first, columns(body, "later")])
    styles = getSampleStyleSheet()
    text = ParagraphStyle("text", parent=styles["BodyText"], fontSize=10, leading=14, spaceAfter=8)
    story = [
        Paragraph("AX-200 Handbook for Drivers and Workshop", styles["Title"]),
        FrameBreak(),
        NextPageTemplate("later"),
    ]
    for heading, paragraph in HANDBOOK:
        story += [Paragraph(heading, styles["Heading2"]), Paragraph(paragraph, text)]
        if heading.startswith("3"):
            table = Table(BRAKES, colWidths=[column / 4] * 4)
            table.setStyle(
                TableStyle(
                    [
                        ("GRID", (0, 0), (-1, -1), 0.5, "black"),
                        ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold"),
                        ("FONTSIZE", (0, 0), (-1, -1), 8),
                    ]
                )
            )
            story += [
                Paragraph("Table 1: Braking distance of the AX-200", text),
                table,
                Spacer(1, 10),
            ]
        if heading.startswith("4"):
            filler = (
                "Drivers who have not driven in snow for a year take a refresher course of half a "
                "day on the test track at Marienlund, where a section of 300 metres is sprayed "
                "with water and soap. The course ends with an emergency stop from 40 kilometres "
                "per hour. "
            )
            story += [Paragraph(filler, text)] * 1
    document.build(story)


def staff_docx(path: Path) -> None:
    """Write the staff handbook: headings, a list and a table."""
    document = Document()
    document.add_heading("Staff handbook of the Lindholm Tramway", 0)
    document.add_heading("Working hours", 1)
    document.add_paragraph(
        "A duty lasts at most nine hours, with a break of at least 45 minutes after no more than "
        "five hours at the controls. Between two duties lie at least eleven hours of rest."
    )
    document.add_heading("Holidays", 1)
    document.add_paragraph(
        "Full-time staff have 28 days of paid leave a year. Up to five unused days may be carried "
        "over until 31 March of the next year; after that they lapse."
    )
    document.add_heading("Lost property", 1)
    for step in (
        "Hand what you find to the control centre at the end of the duty.",
        "Fill in form LP-3 and note the tram's number.",
        "Objects that nobody claims within ninety days are given to charity.",
    ):
        document.add_paragraph(step, style="List Number")
    document.add_heading("Who to call", 1)
    rows = [
        ("Matter", "Person", "Extension"),
        ("Rosters", "Tomasz Wieczorek", "4410"),
        ("Payroll", "Aisha Bello", "4417"),
        ("Accidents", "Control centre", "4400"),
    ]
    table = document.add_table(rows=0, cols=3)
    table.style = "Table Grid"
    for row in rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = value
    document.save(str(path))


def fares_xlsx(path: Path) -> None:
    """Write the fares: two sheets."""
    workbook = Workbook()
    fares = workbook.active
    fares.title = "Fares 2024"
    for row in (
        ("Ticket", "Zones", "Price in euro", "Valid for"),
        ("Single", "A", 2.4, "75 minutes"),
        ("Single", "A+B", 3.6, "120 minutes"),
        ("Day pass", "A+B", 8.2, "24 hours"),
        ("Monthly pass", "A+B", 64, "one calendar month"),
        ("Bicycle", "A+B", 1.9, "one trip, not before 9:00 on weekdays"),
    ):
        fares.append(row)
    riders = workbook.create_sheet("Passengers")
    for row in (("Year", "Passengers", "Kilometres"), (2021, 3120000, 811000),
                (2022, 4055000, 902000), (2023, 4790000, 934500)):  # fmt: skip
        riders.append(row)
    workbook.save(path)


PRESS_HTML = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Line 4 opens</title>
<style>body { font-family: sans-serif }</style></head>
<body><header><nav>Home | News | Timetable</nav></header>
<h1>Line 4 to the university opens on 2 September 2024</h1>
<p>The Lindholm Tramway extends its network by <b>6.3 kilometres</b> and nine stops. Line 4 runs
from the Central Station by way of the Old Harbour to the university campus every 7.5
minutes; the journey takes 19 minutes.</p>
<p>The extension cost 148 million euro, of which the state paid 60 percent. Twelve new AX-200 trams,
built in Graz, were ordered for it.</p>
<h2>What changes for passengers</h2>
<ul><li>Bus 27 no longer runs between the Old Harbour and the campus.</li>
<li>Night trams leave the campus at 1:10 and 2:40 on Fridays and Saturdays.</li></ul>
<script>console.log("not text")</script></body></html>
"""

NOTES_MD = """# Ticket machine TM-5: operating notes

## Payment

The machine takes coins from 10 cents to 2 euro, banknotes up to 20 euro and contactless cards. It
gives change in coins only, at most 9.90 euro.

## Error codes

| Code | Meaning | What to do |
|------|---------|------------|
| P-01 | Paper is low | Put in a new roll of 80 mm thermal paper |
| C-07 | Coin path blocked | Open the lower door and clear the path |
| N-03 | No network | The machine sells offline for up to six hours |

## Restart

Hold the green button for eight seconds. The self-test takes about two minutes.
"""

GUIDE_ZH_MD = """# 林德霍尔姆有轨电车乘客指南

## 购票

单程票在A区内有效75分钟，价格为2.40欧元。儿童六岁以下免费乘车，六至十四岁半价。

## 自行车

工作日上午九点以前不得携带自行车乘车。自行车票每次1.90欧元。

## 失物招领

遗失的物品由控制中心保管九十天。失物招领处设在中央车站二楼，每天上午八点到下午六点开放。
"""


def safety_zh_docx(path: Path) -> None:
    """Write safety rules in Chinese."""
    document = Document()
    document.add_heading("冬季运营安全规定", 0)
    document.add_paragraph(
        "每年十一月十五日至次年三月十五日，每辆电车须携带六十公斤干沙。当轨道温度低于零下五度时，"
        "港口山路段的限速由每小时四十公里降至二十五公里。"
    )
    document.add_heading("紧急制动", 1)
    document.add_paragraph(
        "磁轨制动器仅用于紧急情况。每次使用后，司机必须在记录簿中登记，记录保存十年。"
    )
    document.save(str(path))


def main() -> None:
    """Write all documents."""
    HERE.mkdir(exist_ok=True)
    handbook_pdf(HERE / "AX-200 handbook.pdf")
    staff_docx(HERE / "Staff handbook.docx")
    fares_xlsx(HERE / "Fares and passengers.xlsx")
    (HERE / "Line 4 opens.html").write_text(PRESS_HTML, encoding="utf-8")
    (HERE / "Ticket machine TM-5.md").write_text(NOTES_MD, encoding="utf-8")
    (HERE / "乘客指南.md").write_text(GUIDE_ZH_MD, encoding="utf-8")
    safety_zh_docx(HERE / "冬季安全规定.docx")


if __name__ == "__main__":
    main()
