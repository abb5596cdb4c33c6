"""Plain text, CSV, JSON and source code."""

from __future__ import annotations

import json
import re

import pytest

from ragflow.domain.errors import CorruptFile
from ragflow.ingest.parse.csv import sniff_delimiter


def test_line_ends_are_unified_and_nothing_else_changes(read) -> None:
    assert read("a.txt", b"  a\r\nb\rc\n\n d\x00e \n").text == "  a\nb\nc\n\n de \n"


def test_plain_text_is_one_block(read, parts) -> None:
    assert parts(read("a.txt", "a\n\nb")) == [("text", "a\n\nb")]


def test_binary_data_is_not_text(read) -> None:
    with pytest.raises(CorruptFile, match="binary"):
        read("a.txt", bytes(range(32)) * 100)


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2", ","),
        ("a;b\n1,5;2,5\n3,1;4,0", ";"),
        ("a\tb\n1, 2\t3", "\t"),
        ("a|b|c\n1|2|3", "|"),
        ('"a;x","b"\n"c;y","d"', ","),
        ("one\ntwo", ","),
    ],
)
def test_the_delimiter_is_found(text: str, delimiter: str) -> None:
    assert sniff_delimiter(text) == delimiter


def test_uneven_rows_keep_every_cell(read) -> None:
    (block,) = read("a.csv", "a,b\n1\n1,2,3\n").blocks
    assert [[cell.text for cell in row] for row in block.table.rows] == [
        ["a", "b", ""],
        ["1"],
        ["1", "2", "3"],
    ]


def test_a_quote_that_never_closes_loses_nothing(read) -> None:
    text = 'a,b\n1,"open\n' + f"{'-' * 400}x,y\n" * 500
    assert read("a.csv", text).text.count("x") == 500


def test_a_first_row_of_values_is_no_header(read) -> None:
    (block,) = read("a.csv", "1,2024-01-01\n2,2024-01-02\n").blocks
    assert block.table.header_row_count == 0


def test_json_keeps_numbers_as_written(read) -> None:
    assert read("a.json", '{"a": [1.50, 12345678901234567890]}').text == (
        "a.0: 1.50\na.1: 12345678901234567890"
    )


def test_large_json_is_divided_between_the_items_of_a_list(read, parts) -> None:
    items = [{"id": n, "of": {"name": f"Item {n}", "use": "many things " * 12}} for n in range(30)]
    blocks = [text for _, text in parts(read("a.json", json.dumps({"items": items})))]
    assert 3 < len(blocks) < 15
    assert all(re.match(r"items\.(\d+)\.id: \1\n", block) for block in blocks)
    assert all(len(block) <= 1024 for block in blocks)


def test_a_json_value_larger_than_a_part_is_a_part(read, parts) -> None:
    blocks = parts(read("a.json", json.dumps({"a": "x" * 3000, "b": {"c": 1}})))
    assert blocks == [("text", "a: " + "x" * 3000), ("text", "b.c: 1")]


def test_invalid_json_is_read_as_text_with_a_warning(read) -> None:
    document = read("a.json", '{"a": 1,}')
    assert document.text == '{"a": 1,}'
    assert "not valid JSON" in document.warnings[0]


def test_json_without_end_is_no_danger(read) -> None:
    assert read("a.json", "[" * 100_000).warnings


def test_records_under_the_json_extension_are_read_one_by_one(read, parts) -> None:
    assert parts(read("a.json", '{"a": 1}\n{"a": 2}\n')) == [("text", "a: 1"), ("text", "a: 2")]


def test_half_surrogates_in_json_do_not_reach_the_text(read) -> None:
    assert read("a.json", r'{"a\ud800": "b\udfff\u0000c"}').text == "a: bc"


def test_code_keeps_its_indentation(read, parts) -> None:
    assert parts(read("a.py", "if x:\n\ty()\n")) == [("code", "if x:\n\ty()\n")]
