"""Spreadsheets of OpenDocument: what cells show, what is merged or repeated, what lies beside."""

from __future__ import annotations

import pytest

from ragflow.domain.errors import CorruptFile, EncryptedFile, LimitExceeded
from ragflow.testing.open_files import ods
from ragflow.testing.sample_files import picture

DATES = """<number:date-style style:name="F"><number:year/><number:month/><number:day/>
</number:date-style><number:date-style style:name="P"><number:month/><number:year/>
</number:date-style><style:style style:name="full" style:family="table-cell"
 style:data-style-name="F"/><style:style style:name="part" style:family="table-cell"
 style:data-style-name="P"/>"""
HIDDEN = """<style:style style:name="H" style:family="table"><style:table-properties
 table:display="false"/></style:style>"""


def cell(shown: str, kind: str = "string", attributes: str = "", inside: str = "") -> str:
    return (
        f'<table:table-cell office:value-type="{kind}" {attributes}>{inside}'
        f"<text:p>{shown}</text:p></table:table-cell>"
    )


def row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def sheet(*rows: str, name: str = "Trees", style: str = "", before: str = "") -> str:
    return (
        f'<table:table table:name="{name}" table:style-name="{style}">{before}'
        f"{''.join(rows)}</table:table>"
    )


def tables(document) -> list[list[list[str]]]:
    return [
        [[each.text for each in row] for row in block.table.rows]
        for block in document.blocks
        if block.table
    ]


def test_cells_read_as_people_read_them(read) -> None:
    cells = (
        cell("12.5%", "percentage", 'office:value="0.125"'),
        cell("1,234.50 €", "currency", 'office:value="1234.5"'),
        cell("30:00", "time", 'office:time-value="PT30H00M00S"'),
        cell("WAHR", "boolean", 'office:boolean-value="true"'),
        cell("1.235", "float", 'office:value="1234.5"'),
        cell("3 kg", "float", 'office:value="3"'),
        cell("007", "float", 'office:value="7"'),
        cell("a", inside="<text:p>two</text:p>"),
    )

    document = read("a.ods", ods(sheet(row(*cells))))

    shown = ["12.5%", "1,234.50 €", "30:00", "TRUE", "1234.5", "3 kg", "007", "two\na"]
    assert tables(document) == [[shown]]


def test_full_dates_begin_with_the_year_and_parts_of_dates_are_as_shown(read) -> None:
    day = 'office:date-value="2024-03-01T00:00:00"'
    moment = 'office:date-value="2024-03-01T14:30:00"'
    columns = '<table:table-column table:default-cell-style-name="part"/>'
    cells = (
        cell("Mar 24", "date", day),  # in the style of its column
        cell("01/03/24", "date", f'{day} table:style-name="full"'),
        cell("01/03/24 14:30", "date", moment),
        cell("March 2024", "date", f'{day} table:style-name="part"'),
    )

    document = read("a.ods", ods(sheet(row(*cells), before=columns), DATES))

    assert tables(document) == [[["Mar 24", "2024-03-01", "2024-03-01 14:30:00", "March 2024"]]]


def test_merged_names_stand_over_their_columns(read) -> None:
    covered = "<table:covered-table-cell/>"
    data = ods(
        sheet(
            row(
                cell("Region", attributes='table:number-rows-spanned="2"'),
                cell("Money", attributes='table:number-columns-spanned="2"'),
                covered,
            ),
            row(covered, cell("Net"), cell("Gross")),
            row(cell("Kent"), cell("1"), cell("2")),
        )
    )

    first, second, _ = read("a.ods", data).blocks[0].table.rows

    assert [(c.text, c.row_span, c.column_span) for c in first] == [
        ("Region", 2, 1),
        ("Money", 1, 2),
    ]
    assert [(c.text, c.header) for c in second] == [("Net", True), ("Gross", True)]


def test_repetitions_stand_as_often_as_they_show_and_blank_ones_cost_nothing(read) -> None:
    blank = '<table:table-cell table:number-columns-repeated="16378"/>'
    data = ods(
        sheet(
            row(cell("Tree"), cell("Place"), blank),
            row(
                cell("Oak", attributes='table:number-columns-repeated="2"'),
                blank,
                attributes='table:number-rows-repeated="3"',
            ),
            row(blank, attributes='table:number-rows-repeated="1048572"'),
        )
    )
    assert tables(read("a.ods", data)) == [[["Tree", "Place"], *[["Oak", "Oak"]] * 3]]


def test_more_cells_than_fit_are_refused(read, monkeypatch) -> None:
    monkeypatch.setattr("ragflow.ingest.parse.odf.sheets.MOST_CELLS", 100)
    data = ods(sheet(row(cell("a"), attributes='table:number-rows-repeated="101"')))
    with pytest.raises(LimitExceeded, match="stray cells"):
        read("a.ods", data)


def test_hidden_sheets_and_rows_are_read_with_a_warning(read) -> None:
    hidden = row(cell("Elm"), attributes='table:visibility="collapse"')
    data = ods(sheet(row(cell("Oak")), hidden) + sheet(row(cell("x")), style="H", name="B"), HIDDEN)

    document = read("a.ods", data)

    assert document.text.split() == ["Trees", "Oak", "Elm", "B", "x"]
    assert [warning[:15] for warning in document.warnings] == ["The sheet 'Tree", "The sheet 'B' i"]


def test_comments_shapes_and_pictures_follow_their_sheet(read, parts) -> None:
    note = (
        "<office:annotation><dc:creator>Ann</dc:creator><dc:date>2024-05-01T10:20:00</dc:date>"
        "<text:p>Since May</text:p></office:annotation>"
    )
    box = "<draw:custom-shape><text:p>Boxed</text:p></draw:custom-shape>"
    shot = '<draw:frame><draw:image xlink:href="Pictures/dot.png"/></draw:frame>'
    data = ods(
        sheet(
            row(cell("Oak"), cell("30", inside=note)),
            row(cell("Elm", inside=box)),
            before=f"<table:shapes>{shot}</table:shapes>",
        ),
        **{"Pictures/dot_png": picture()},
    )

    document = read("a.ods", data)

    assert [kind for kind, _ in parts(document)] == ["table", "figure", "footnote", "text"]
    assert [text for _, text in parts(document)][2:] == [
        "Comment on B1 by Ann on 2024-05-01 10:20: Since May",
        "Boxed",
    ]


def test_a_formula_without_a_value_is_read_with_a_warning(read) -> None:
    formula = '<table:table-cell table:formula="of:=[.A1]*2"/>'

    document = read("a.ods", ods(sheet(row(cell("Oak"), formula))))

    assert tables(document) == [[["Oak", "=[.A1]*2"]]]
    assert "formulas whose values are not in the file" in document.warnings[0]


def test_copies_of_the_sheets_of_other_files_are_left_aside(read) -> None:
    copy = sheet(row(cell("far")), name="'file:///b.ods'#$A")
    assert read("a.ods", ods(sheet(row(cell("Oak"))) + copy)).text.split() == ["Trees", "Oak"]


@pytest.mark.parametrize("content", [b"", b"<a/>", b"<a", b"<!DOCTYPE a><a><b/></a>"])
def test_content_that_is_no_spreadsheet_is_refused(read, content: bytes) -> None:
    with pytest.raises(CorruptFile):
        read("a.ods", ods("", content_xml=content))


def test_a_file_under_a_password_is_refused(read) -> None:
    manifest = (
        b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        b"<manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    )
    with pytest.raises(EncryptedFile):
        read("a.ods", ods("", **{"META-INF/manifest_xml": manifest}))
