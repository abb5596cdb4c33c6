"""Tables of a sheet: gaps between them, names of columns in several rows, formats and formulas."""

from __future__ import annotations

import io

from ragflow.ingest.parse.sheet_tables import table_areas

PEOPLE = (("Name", "Age"), ("Ann", 30), ("Bob", 40))
TREES = (("Tree", "Height", "Place"), ("Oak", 30, "Kent"), ("Elm", 25, "Hull"))


def workbook(fill) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    fill(book.active)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def put(sheet, rows, row: int, column: int) -> None:
    for down, values in enumerate(rows):
        for across, value in enumerate(values):
            sheet.cell(row + down, column + across, value)


def texts(document) -> list[list[list[str]]]:
    return [
        [[cell.text for cell in row] for row in block.table.rows]
        for block in document.blocks
        if block.table
    ]


def strings(rows) -> list[list[str]]:
    return [[str(value) for value in row] for row in rows]


def test_tables_below_each_other_are_apart_where_names_follow_the_gap(read) -> None:
    def fill(sheet) -> None:
        put(sheet, PEOPLE, 1, 1)
        sheet.cell(6, 1, "Trees of the south")
        put(sheet, TREES, 7, 1)

    document = read("a.xlsx", workbook(fill))

    assert texts(document) == [strings(PEOPLE), strings(TREES)]
    assert document.blocks[1].table.caption.endswith("Trees of the south")


def test_tables_side_by_side_are_apart_where_each_names_its_columns(read) -> None:
    def fill(sheet) -> None:
        put(sheet, PEOPLE, 1, 1)
        put(sheet, TREES, 1, 5)

    assert texts(read("a.xlsx", workbook(fill))) == [strings(PEOPLE), strings(TREES)]


def test_an_empty_row_within_a_table_does_not_part_it(read) -> None:
    def fill(sheet) -> None:
        put(sheet, TREES, 1, 1)
        put(sheet, [("Ash", 20, "York"), ("Fir", 35, "Bath")], 5, 1)

    (table,) = texts(read("a.xlsx", workbook(fill)))

    assert [row[0] for row in table] == ["Tree", "Oak", "Elm", "Ash", "Fir"]


def test_every_filled_cell_is_in_one_area() -> None:
    rows = [["a", "", "b", "c"], ["1", "", "2", "3"], [], ["x", "y"], ["4", "5"], ["", "", "", "z"]]
    areas = table_areas(rows)

    found = sorted(text for area in areas for row in area.rows(rows) for text in row if text)
    assert found == sorted(text for row in rows for text in row if text)


def test_names_below_a_merged_name_are_column_names_too(read) -> None:
    def fill(sheet) -> None:
        sheet.append(["Region", "2023", None, "2024", None])
        sheet.append([None, "Sold", "Left", "Sold", "Left"])
        sheet.append(["North", 1, 2, 3, 4])
        sheet.append(["South", 5, 6, 7, 8])
        for area in ("A1:A2", "B1:C1", "D1:E1"):
            sheet.merge_cells(area)

    table = read("a.xlsx", workbook(fill)).blocks[-1].table

    assert table.header_row_count == 2
    assert [(cell.text, cell.row_span, cell.column_span) for cell in table.rows[0]] == [
        ("Region", 2, 1),
        ("2023", 1, 2),
        ("2024", 1, 2),
    ]


def test_values_are_shown_in_the_formats_of_their_cells(read) -> None:
    def fill(sheet) -> None:
        sheet.append(["Share", "Price", "Plain"])
        sheet.append([0.125, 1234.5, 1234.5])
        sheet["A2"].number_format = "0.0%"
        sheet["B2"].number_format = '"$"#,##0.00'
        sheet["C2"].number_format = "#,##0.00"

    (table,) = texts(read("a.xlsx", workbook(fill)))

    assert table[1] == ["12.5%", "$1,234.50", "1234.5"]


def test_formulas_that_were_never_worked_out_are_text_with_a_warning(read) -> None:
    def fill(sheet) -> None:
        sheet.append(["Item", "Cost"])
        sheet.append(["Pen", 2])
        sheet.append(["Sum", '=SUM(B2:B2)&"<"'])

    document = read("a.xlsx", workbook(fill))

    assert texts(document)[0][2] == ["Sum", '=SUM(B2:B2)&"<"']
    assert any("formulas whose values are not in the file" in line for line in document.warnings)


def test_hidden_rows_are_read_with_a_warning(read) -> None:
    def fill(sheet) -> None:
        put(sheet, TREES, 1, 1)
        sheet.row_dimensions[2].hidden = True

    document = read("a.xlsx", workbook(fill))

    assert texts(document) == [strings(TREES)]
    assert any("hides rows or columns" in line for line in document.warnings)


def test_truth_values_are_read_as_the_program_shows_them(read) -> None:
    def fill(sheet) -> None:
        put(sheet, [("Name", "Paid"), ("Ann", True), ("Bob", False)], 1, 1)

    (table,) = texts(read("a.xlsx", workbook(fill)))

    assert [row[1] for row in table] == ["Paid", "TRUE", "FALSE"]


def test_a_comment_names_its_author(read) -> None:
    def fill(sheet) -> None:
        from openpyxl.comments import Comment

        put(sheet, PEOPLE, 1, 1)
        sheet["B2"].comment = Comment("Since May", "Ann")

    assert "Comment on B2 by Ann: Since May" in read("a.xlsx", workbook(fill)).text
