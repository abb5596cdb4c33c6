"""References are found, filled and followed; braces that are none stay."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragflow.agents.references import (
    as_text,
    fill,
    inside,
    reference_in,
    references_in,
    render,
)

VALUES: dict[str, Any] = {
    "sys.query": "q?",
    "Agent:X@content": "hello",
    "begin@items": [1, {"a": "ü"}],
    "A@nothing": None,
    "sys.files": [],
}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hi {sys.query}!", "Hi q?!"),
        ("{{Agent:X@content}}", "hello"),
        ("{ { sys.query } }", "q?"),
        ("{{{sys.query}}}", "q?"),
        ('{"a": {sys.query}}', '{"a": q?}'),
        ('{"a": "{sys.query}", "b": {}}', '{"a": "q?", "b": {}}'),
        ("x {begin@items} y", 'x [1, {"a": "ü"}] y'),
        ("[{A@nothing}]", "[]"),
        ("{unknown} {sys.query", "{unknown} {sys.query"),
        ("{Nobody:Y@content}.", "."),
    ],
)
def test_texts_are_filled(text: str, filled: str) -> None:
    assert fill(text, VALUES.get) == filled


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("sys.query", "sys.query"),
        (" Agent:X@content ", "Agent:X@content"),
        ("{Agent:X@content}", "Agent:X@content"),
        ("{{ begin@items }}", "begin@items"),
        ("query", ""),
        ("{sys.query} and more", ""),
        ("", ""),
        (None, ""),
        (3, ""),
    ],
)
def test_one_reference_alone_is_known(value: Any, name: str) -> None:
    assert reference_in(value) == name


def test_references_are_listed_once_in_order() -> None:
    text = "{sys.query} {{ Agent:X@content | upper }} {sys.query}"
    assert references_in(text) == ["sys.query", "Agent:X@content"]


def test_what_a_value_says_is_never_filled_again() -> None:
    values = {"sys.query": "{Agent:X@content} {{ 7 * 7 }} {% raw %}", "Agent:X@content": "secret"}
    assert fill("{sys.query}", values.get) == values["sys.query"]
    assert render("{% if 1 %}{{ sys.query }}{% endif %}", values.get) == values["sys.query"]


@given(st.text())
def test_texts_without_references_stay_as_they_are(text: str) -> None:
    if not references_in(text) and "{{" not in text and "{%" not in text:
        assert fill(text, VALUES.get) == text


@given(st.text(alphabet="{} sys.query@A:x|%\n"))
def test_no_text_of_braces_breaks_anything(text: str) -> None:
    references_in(text)
    reference_in(text)


@pytest.mark.parametrize(
    ("value", "path", "found"),
    [
        ({"a": [{"b": 1}]}, ["a", "0", "b"], 1),
        ('{"a": {"b": 2}}', ["a", "b"], 2),
        ("no json", ["a"], None),
        ({"a": 1}, ["a", "b"], None),
        ([1], ["4"], None),
    ],
)
def test_paths_lead_into_values(value: Any, path: list[str], found: Any) -> None:
    assert inside(value, path) == found


def test_values_are_written_as_people_read_them() -> None:
    assert [as_text(each) for each in (None, "a", 1, True, ["ü"])] == [
        "",
        "a",
        "1",
        "true",
        '["ü"]',
    ]
