from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ragflow.domain.chunks import ROWS, ChunkedDocument
from ragflow.domain.documents import DropKind
from ragflow.domain.errors import BadHeader
from ragflow.ingest.extract import merge_duplicates


def contents(chunked: ChunkedDocument) -> list[str]:
    return [chunk.content for chunk in chunked.chunks]


def fields(chunked: ChunkedDocument) -> list[dict[str, Any]]:
    return [dict(chunk.fields) for chunk in chunked.chunks]


def test_a_row_is_a_chunk_of_columns_and_values(cut_file: Any) -> None:
    chunked = cut_file("table", "parts.csv", "Part\tPrice\nBolt\t0.25\nNut\t3\n")
    assert contents(chunked) == ["Part:Bolt; Price:0.25", "Part:Nut; Price:3"]
    assert fields(chunked) == [{"part": "Bolt", "price": 0.25}, {"part": "Nut", "price": 3.0}]
    assert chunked.field_map == {"part": "Part", "price": "Price"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "Part,Note\nBolt,a; b\n"),
        ("a.txt", "Part;Note\nBolt;a, b, c\n"),
        ("a.txt", "Part|Note\nBolt|a, b, c\n"),
    ],
)
def test_other_delimiters_are_seen_where_the_header_has_no_tab(
    cut_file: Any, name: str, text: str
) -> None:
    (chunk,) = cut_file("table", name, text).chunks
    assert set(chunk.fields) == {"part", "note"}


def test_a_table_of_one_column_keeps_its_commas(cut_file: Any) -> None:
    assert contents(cut_file("table", "a.csv", "Note\nyes, both\n")) == ["Note:yes, both"]


def test_empty_cells_are_passed_over_and_an_empty_row_is_none(cut_file: Any) -> None:
    chunked = cut_file("table", "a.csv", "a,b,c\n1,,x\n,,\n,2,\n")
    assert contents(chunked) == ["a:1; c:x", "b:2"]


def test_columns_of_running_numbers_are_dropped(cut_file: Any) -> None:
    chunked = cut_file("table", "a.csv", "ID,Part,idx\n77,Bolt,1\n78,Nut,2\n")
    assert contents(chunked) == ["Part:Bolt", "Part:Nut"]
    assert chunked.field_map == {"part": "Part"}
    assert {drop.kind for drop in chunked.drops} >= {DropKind.OUTSIDE}


def test_synonyms_stay_in_the_shown_name_and_out_of_the_key(cut_file: Any) -> None:
    chunked = cut_file("table", "a.csv", "unit_price/cost(EUR),名称（别名）\n5,螺栓\n")
    assert chunked.field_map == {"unit_price": "unit price/cost(EUR)", "名称": "名称（别名）"}
    assert contents(chunked) == ["unit_price/cost(EUR):5; 名称（别名）:螺栓"]


def test_names_that_differ_in_their_synonyms_alone_keep_them_in_the_key(cut_file: Any) -> None:
    chunked = cut_file("table", "a.csv", "Price (EUR),Price (USD)\n5,6\n")
    assert list(chunked.field_map) == ["price_eur", "price_usd"]


def test_a_name_that_occurs_twice_is_refused(cut_file: Any) -> None:
    with pytest.raises(BadHeader, match=r"parts\.csv: the column name 'PRICE' stands"):
        cut_file("table", "parts.csv", "PRICE,Part,price\n1,Bolt,2\n")


def test_columns_without_a_name_are_called_by_their_place(cut_file: Any) -> None:
    chunked = cut_file("table", "a.csv", ",b\nx,y,z\n")
    assert contents(chunked) == ["column 1:x; b:y; column 3:z"]
    assert chunked.warnings == ("1 rows have more values than the header has columns, lines 2.",)


def test_a_long_text_in_the_header_is_a_chunk_and_no_name(cut_file: Any) -> None:
    chunked = cut_file("table", "a.csv", f"a,{'(word ' * 60}\n1,2\n")
    assert contents(chunked)[0].startswith("(word (word")
    assert contents(chunked)[1] == "a:1; column 2:2"
    assert chunked.chunks[0].fields == {}


def test_rows_stand_in_their_order_whatever_cells_they_have(cut_file: Any) -> None:
    chunked = cut_file("table", "a.csv", "a,b\n,1\n2,3\n,4\n")
    starts = [chunk.spans[0].start for chunk in chunked.chunks]
    assert contents(chunked) == ["b:1", "a:2; b:3", "b:4"]
    assert starts == sorted(starts)


def test_names_of_columns_without_values_are_dropped(cut_file: Any) -> None:
    chunked = cut_file("table", "a.csv", "a,b\n1,\n")
    assert chunked.field_map == {"a": "a"}
    assert {drop.kind for drop in chunked.drops} == {DropKind.OUTSIDE, DropKind.DELIMITER}


def test_headers_above_each_other_are_joined_by_hyphens(
    cut_file: Any, workbook: Callable[..., bytes]
) -> None:
    rows = [
        ("Year", "EUR", None, "Note"),
        (None, "in", "out", None),
        (2020, 5, 7, "good"),
        (2021, 6, 8, "bad"),
    ]
    data = workbook(["A1:A2", "B1:C1", "D1:D2"], Money=rows)
    chunked = cut_file("table", "money.xlsx", data)
    assert contents(chunked)[0] == "Year:2020; EUR-in:5; EUR-out:7; Note:good"
    assert fields(chunked)[1] == {"year": 2021, "eur_in": 6, "eur_out": 8, "note": "bad"}


def test_a_merged_value_stands_in_every_row_that_it_fills(
    cut_file: Any, workbook: Callable[..., bytes]
) -> None:
    data = workbook(["A2:A3"], S=[("City", "Year"), ("Bonn", 2020), (None, 2021)])
    assert contents(cut_file("table", "a.xlsx", data)) == [
        "City:Bonn; Year:2020",
        "City:Bonn; Year:2021",
    ]


def test_the_first_row_is_the_header_whatever_it_looks_like(
    cut_file: Any, workbook: Callable[..., bytes]
) -> None:
    data = workbook(S=[(2020, 2021), (5, 6), (7, 8)])
    assert contents(cut_file("table", "a.xlsx", data)) == ["2020:5; 2021:6", "2020:7; 2021:8"]


def test_titles_and_names_of_sheets_are_outside_of_the_rows(
    cut_file: Any, workbook: Callable[..., bytes]
) -> None:
    data = workbook(Sales=[("All sales of the year",), ("City", "Sum"), ("Bonn", 5), ("Ulm", 6)])
    chunked = cut_file("table", "a.xlsx", data)
    assert contents(chunked) == ["City:Bonn; Sum:5", "City:Ulm; Sum:6"]


def test_the_sheets_of_a_workbook_share_the_map(
    cut_file: Any, workbook: Callable[..., bytes]
) -> None:
    data = workbook(One=[("City", "Sum"), ("Bonn", 5)], Two=[("City", "Mayor"), ("Ulm", "Ada")])
    assert cut_file("table", "a.xlsx", data).field_map == {
        "city": "City",
        "sum": "Sum",
        "mayor": "Mayor",
    }


def test_equal_rows_are_one_chunk_that_counts_them(cut_file: Any) -> None:
    chunked = cut_file("table", "a.csv", "a,b\nx,1\ny,2\nx,1\n")
    assert fields(merge_duplicates(chunked)) == [{"a": "x", "b": 1, ROWS: 2}, {"a": "y", "b": 2}]


def test_a_row_without_a_usable_value_still_counts(cut_file: Any) -> None:
    assert fields(cut_file("table", "a.csv", "a\n1\n2\nn/a\n"))[-1] == {ROWS: 1}


def test_a_header_alone_makes_no_chunk(cut_file: Any) -> None:
    assert cut_file("table", "a.csv", "a,b,c\n").chunks == ()
