"""Spreadsheets: values, names of sheets, and titles and labels between the rows."""

from __future__ import annotations

import io

import pytest

from ragflow.domain.documents import BlockKind
from ragflow.ingest.chunk.naive import NaiveChunker, NaiveOptions
from ragflow.ingest.coverage import account
from ragflow.testing.sample_files import xlsx
from ragflow.text.tokens import count_tokens

DUCKS = (("Year", "Ducks", "Place"), (2019, 120, "Pond"), (2020, 135, "Lake"))


def workbook(fill) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    fill(book.active)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_long_narrow_sheet_is_read(read, monkeypatch) -> None:
    monkeypatch.setattr("ragflow.ingest.parse.xlsx.MOST_CELLS", 1000)

    def fill(sheet) -> None:
        sheet["A1"] = "a"
        sheet["C100"] = "last"

    assert read("a.xlsx", workbook(fill)).text.split() == ["Sheet", "a", "last"]


def test_numbers_read_as_people_read_them(read) -> None:
    def fill(sheet) -> None:
        sheet.append([0.1 + 0.2, 3.0, 1e15, -4.5, "007"])

    assert read("a.xlsx", workbook(fill)).text == "Sheet\n0.3\t3\t1e+15\t-4.5\t007"


def test_empty_rows_and_columns_at_the_edges_are_left_out(read) -> None:
    def fill(sheet) -> None:
        sheet["C4"], sheet["D4"], sheet["C6"] = "x", "y", "z"
        sheet["H30"] = " "

    (block,) = read("a.xlsx", workbook(fill)).blocks
    assert [[cell.text for cell in row] for row in block.table.rows] == [["x", "y"], ["z", ""]]


def test_a_merge_wider_than_the_data_is_clipped(read) -> None:
    def fill(sheet) -> None:
        sheet["A1"], sheet["B1"], sheet["A2"] = "a", "b", "wide"
        sheet.merge_cells("A2:Z2")

    (block,) = read("a.xlsx", workbook(fill)).blocks
    assert block.table.rows[1][0].column_span == 2


def test_hidden_sheets_are_read_with_a_warning(read) -> None:
    document = read("a.xlsx", xlsx())
    assert "kept" in document.text
    assert "hidden" in document.warnings[0]


def table(*rows, title: str = "Ducks"):
    """Return a function that fills a sheet with rows under a name."""

    def fill(sheet) -> None:
        sheet.title = title
        for row in rows:
            sheet.append(row)

    return fill


def chunks(document, **config) -> list[str]:
    chunked = NaiveChunker().chunk(document, NaiveOptions.model_validate(config))
    account(document, chunked)
    return [chunk.content for chunk in chunked.chunks]


@pytest.mark.parametrize("name", ["a.xlsx", "a.xlsm", "a.xls"])
def test_the_name_of_a_sheet_stands_in_each_chunk_of_its_rows(read, name: str) -> None:
    document = read(name, workbook(table(*DUCKS)))
    assert chunks(document, chunk_token_num=1) == [
        "Ducks\nYear：2019; Ducks：120; Place：Pond",
        "Ducks\nYear：2020; Ducks：135; Place：Lake",
    ]


def test_the_name_of_a_sheet_is_the_caption_of_its_html(read) -> None:
    (chunk,) = chunks(read("a.xlsx", workbook(table(*DUCKS))), html4excel=True)
    assert chunk.startswith("<table><caption>Ducks</caption>\n<tr><th>Year</th>")


@pytest.mark.parametrize("name", ["Sheet1", "Sheet", "Tabelle 2", "工作表1", "Лист1", "Sheet1 (2)"])
def test_a_name_that_the_program_gave_is_a_drop(read, name: str) -> None:
    document = read("a.xlsx", workbook(table(*DUCKS, title=name)))
    (drop,) = document.drops
    assert (drop.kind, document.text[drop.span.start : drop.span.end]) == ("default_name", name)
    assert chunks(document)[0].startswith("Year：2019")


@pytest.mark.parametrize("name", ["Sheet of costs", "2024", "Sheets", "Table tennis"])
def test_a_name_that_people_gave_is_kept(read, name: str) -> None:
    assert chunks(read("a.xlsx", workbook(table(*DUCKS, title=name))))[0].startswith(f"{name}\n")


def test_the_name_of_an_empty_sheet_is_not_lost(read, parts) -> None:
    assert parts(read("a.xlsx", workbook(table(title="To do")))) == [(BlockKind.TITLE, "To do")]


def test_a_series_has_the_name_that_the_chart_itself_gives_it(read) -> None:
    def fill(sheet) -> None:
        from openpyxl.chart import BarChart, Reference, Series

        sheet.append([1])
        chart = BarChart()
        series = Series(Reference(sheet, min_col=1, min_row=1, max_row=1), title="Ages")
        chart.append(series)
        sheet.add_chart(chart, "C1")

    assert "Ages" in read("a.xlsx", workbook(fill)).text.split()


def test_a_sheet_of_a_chart_alone_has_its_name(read, parts) -> None:
    def fill(sheet) -> None:
        sheet.title = "Data"
        sheet.parent.create_chartsheet("Trend")

    assert ("title", "Trend") in parts(read("a.xlsx", workbook(fill)))


def test_titles_above_a_table_do_not_take_the_place_of_its_header(read) -> None:
    rows = (("All ducks seen",), (None,), (None, "counted by hand"), *DUCKS)
    document = read("a.xlsx", workbook(table(*rows)))
    assert chunks(document) == [
        "Ducks\nAll ducks seen\ncounted by hand\n"
        "Year：2019; Ducks：120; Place：Pond\nYear：2020; Ducks：135; Place：Lake"
    ]


def test_a_merged_title_is_a_title_and_merges_below_it_stay(read) -> None:
    def fill(sheet) -> None:
        table(("Reading list",), *DUCKS, (None, 140, "Lake"))(sheet)
        sheet.merge_cells("A1:C1")
        sheet.merge_cells("A4:A5")

    (chunk,) = chunks(read("a.xlsx", workbook(fill)))
    assert chunk.startswith("Ducks\nReading list\nYear：2019")
    assert chunk.endswith("Year：2020; Ducks：140; Place：Lake")


def test_a_title_above_delimited_rows_is_no_header(read) -> None:
    document = read("a.csv", "All ducks\nYear,Ducks\n2019,120\n2020,135\n")
    assert chunks(document) == ["All ducks\nYear：2019; Ducks：120\nYear：2020; Ducks：135"]


def test_a_single_column_has_no_titles(read) -> None:
    (block,) = read("a.csv", "Name\nAda\nBob\n").blocks
    assert [row[0].text for row in block.table.rows] == ["Name", "Ada", "Bob"]


def test_a_long_column_above_a_wider_row_is_no_title(read) -> None:
    document = read("a.csv", "\n".join([*(f"item {n}" for n in range(30)), "total,30"]))
    (block,) = document.blocks
    assert (len(block.table.rows), block.table.caption) == (31, "")


def test_a_cell_that_reaches_down_is_no_title(read) -> None:
    def fill(sheet) -> None:
        table(("Year",), (None, "in", "out"), (2020, 5, 7))(sheet)
        sheet.merge_cells("A1:A2")

    (block,) = read("a.xlsx", workbook(fill)).blocks
    assert block.table.caption == "Ducks"
    assert block.table.rows[0][0].row_span == 2


def test_a_label_above_a_section_of_rows_is_no_value(read) -> None:
    rows = (DUCKS[0], ("Ponds",), DUCKS[1], ("Lakes",), DUCKS[2])
    (chunk,) = chunks(read("a.xlsx", workbook(table(*rows))))
    assert chunk.splitlines() == [
        "Ducks",
        "Ponds",
        "Year：2019; Ducks：120; Place：Pond",
        "Lakes",
        "Year：2020; Ducks：135; Place：Lake",
    ]


def test_a_label_goes_with_the_rows_below_it(read) -> None:
    rows = (DUCKS[0], DUCKS[1], ("Lakes",), DUCKS[2])
    size = count_tokens("Year：2019; Ducks：120; Place：Pond")  # the label alone exceeds it
    parts = chunks(read("a.xlsx", workbook(table(*rows))), chunk_token_num=size)
    assert parts[1] == "Ducks\nLakes\nYear：2020; Ducks：135; Place：Lake"


def test_a_value_alone_in_the_last_row_keeps_its_name(read) -> None:
    (chunk,) = chunks(read("a.xlsx", workbook(table(*DUCKS, (2021,)))))
    assert chunk.endswith("\nYear：2021")


def test_a_heading_too_long_to_repeat_stands_once(read) -> None:
    rows = (("counted by hand " * 40,), *DUCKS)
    together = "\n".join(chunks(read("a.xlsx", workbook(table(*rows))), chunk_token_num=1))
    assert together.count("counted") == 40


def test_errors_are_read_as_they_are_shown(read) -> None:
    def fill(sheet) -> None:
        sheet.append(["Month", "Share"])
        sheet.append(["May", 0.5])
        sheet.append(["June", "#DIV/0!"])
        sheet["B3"].data_type = "e"

    document = read("a.xlsx", workbook(fill))
    assert "June\t#DIV/0!" in document.text
    assert document.warnings == ()
