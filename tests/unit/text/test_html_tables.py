from __future__ import annotations

import pytest

from ragflow.text.html_tables import html_tables


def rows(markup: str) -> list[str]:
    (table,) = html_tables(markup)
    return [
        "; ".join(field.text for field in row.fields) for row in table.rows if not row.is_heading
    ]


def test_a_name_that_ends_in_a_colon_gets_no_other() -> None:
    markup = (
        "<table><tr><th>Kind</th><th>Servers in:</th></tr>"
        "<tr><td>volume</td><td>Hall 3</td></tr><tr><td>filer</td><td>Hall 4</td></tr></table>"
    )
    assert rows(markup) == [
        "Kind: volume; Servers in: Hall 3",
        "Kind: filer; Servers in: Hall 4",
    ]


def test_a_merged_cell_counts_for_every_row_that_it_fills() -> None:
    markup = (
        "<table><tr><th>Region</th><th>Quarter</th><th>Sales</th></tr>"
        '<tr><td rowspan="2">Norland</td><td>Q1</td><td>4100</td></tr>'
        "<tr><td>Q2</td><td>5200</td></tr>"
        "<tr><td>Sudland</td><td>Q1</td><td>900</td></tr></table>"
    )
    assert rows(markup) == [
        "Region: Norland; Quarter: Q1; Sales: 4100",
        "Region: Norland; Quarter: Q2; Sales: 5200",
        "Region: Sudland; Quarter: Q1; Sales: 900",
    ]


def test_header_rows_one_below_the_other_make_one_name() -> None:
    markup = (
        '<table><tr><th rowspan="2">Language</th><th colspan="2">TEDs</th></tr>'
        "<tr><th>simple</th><th>all</th></tr>"
        "<tr><td>OTSL</td><td>0.965</td><td>0.955</td></tr></table>"
    )
    assert rows(markup) == ["Language: OTSL; TEDs simple: 0.965; TEDs all: 0.955"]


def test_a_header_cell_that_reaches_into_the_data_names_rows() -> None:
    markup = (
        "<table><tr><th>Year</th><th>Month</th><th>Revenue</th></tr>"
        '<tr><th rowspan="3">2025</th></tr>'
        "<tr><td>March</td><td>$160</td></tr><tr><td>April</td><td>$210</td></tr></table>"
    )
    assert rows(markup) == [
        "Year: 2025; Month: March; Revenue: $160",
        "Year: 2025; Month: April; Revenue: $210",
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("<td>Weight</td><td>3 t</td>", "Weight; 3 t"),
        ("<th>Weight</th><td>3 t</td>", "Weight: 3 t"),
    ],
)
def test_a_table_without_column_names_gets_none(row: str, said: str) -> None:
    assert rows(f"<table><tr>{row}</tr><tr>{row}</tr></table>") == [said, said]


def test_a_cell_across_the_table_belongs_to_no_column() -> None:
    markup = (
        "<table><tr><th>Name</th><th>Moons</th></tr>"
        '<tr><td colspan="2">Outer planets</td></tr><tr><td>Saturn</td><td></td></tr></table>'
    )
    assert rows(markup) == ["Outer planets", "Name: Saturn"]


def test_a_row_is_found_where_it_stands_and_broken_markup_is_read_as_far_as_it_goes() -> None:
    markup = "Before <table><caption>A &amp; B</caption><tr><td>one<td>two</tr><tr><td>thr"
    (table,) = html_tables(markup)
    assert table.caption == "A & B"
    assert [markup[row.span.start : row.span.end] for row in table.rows] == [
        "<tr><td>one<td>two</tr>",
        "<tr><td>thr",
    ]
    assert [[field.value for field in row.fields] for row in table.rows] == [
        ["one", "two"],
        ["thr"],
    ]


@pytest.mark.parametrize("piece", ["<table>", "<tr>", "<td>", "<td", "<caption>", "</tr>"])
def test_many_broken_tags_are_read_before_the_limit_of_a_test(piece: str) -> None:
    # A second where time grows with the length; minutes where it grows with its square.
    found = list(html_tables("<table>" + piece * 100_000))
    assert sum(len(table.rows) for table in found) == 0
