"""00 §6: the strict bodies of dataset routes, in the order of their checks."""

from __future__ import annotations

from typing import Any

import pytest

MALFORMED = "Malformed JSON syntax: Missing commas/brackets or invalid encoding"


def create(api: Any, body: bytes, content_type: str | None = "application/json") -> Any:
    headers = {} if content_type is None else {"Content-Type": content_type}
    return api("POST", "/datasets", content=body, headers=headers)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "APPLICATION/JSON",
        "application/a+json",
    ],
)
def test_json_has_several_content_types(api: Any, content_type: str) -> None:
    assert create(api, b'{"name": "a"}', content_type)["code"] == 0


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_other_content_types_are_refused_before_the_body_is_read(
    api: Any, content_type: Any
) -> None:
    refusal = {
        "code": 101,
        "message": f"Unsupported content type: Expected application/json, got {content_type}",
    }
    assert create(api, b"{", content_type) == refusal


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"name": "\xff"}', b"[" * 100_000, b'{"pagerank": ' + b"9" * 5000 + b"}"]
)
def test_a_body_that_cannot_be_read_is_malformed(api: Any, body: bytes) -> None:
    assert create(api, body) == {"code": 101, "message": MALFORMED}


@pytest.mark.parametrize("body", [b"null", b"[]", b'""', b"0", b"false", b"0.0", b"{}"])
def test_what_is_falsy_is_an_empty_object(api: Any, body: bytes) -> None:
    message = "Field: <name> - Message: <Field required> - Value: <{}>"
    assert create(api, body) == {"code": 101, "message": message}


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"true", "bool"), (b"1.5", "float"), (b"1", "int"), (b'"a"', "str"), (b"[{}]", "list")],
)
def test_other_values_are_named_by_their_type(api: Any, body: bytes, kind: str) -> None:
    message = f"Invalid request payload: expected object, got {kind}"
    assert create(api, body) == {"code": 101, "message": message}


def test_of_a_key_that_comes_twice_the_last_one_counts(api: Any) -> None:
    assert create(api, b'{"name": "a", "name": "b"}')["data"]["name"] == "b"


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e400"])
def test_numbers_that_are_not_finite_are_out_of_range(api: Any, number: bytes) -> None:
    body = b'{"name": "a", "parser_config": {"filename_embd_weight": %s}}' % number
    reply = create(api, body)
    assert reply["code"] == 101
    assert reply["message"].startswith("Field: <parser_config.filename_embd_weight> - Message: <")


@pytest.mark.parametrize("field", [b"name", b"description", b"permission", b"\\ud800"])
def test_half_a_surrogate_pair_is_no_string(api: Any, field: bytes) -> None:
    reply = create(api, b'{"name": "a", "%s": "\\ud800"}' % field)
    assert reply["code"] == 101
    assert "Input should be a valid string" in reply["message"]
    assert "Value: <\ud800>" in reply["message"]


def test_nested_problems_are_named_by_their_path_one_on_each_line(api: Any) -> None:
    config = {"raptor": {"max_token": "5", "x": 1}, "pages": [[1], ["2"]], "y": None}
    reply = api("POST", "/datasets", json={"name": "", "parser_config": config})
    assert reply["message"].split("\n") == [
        "Field: <name> - Message: <String should have at least 1 character> - Value: <>",
        "Field: <parser_config.raptor.max_token> - Message: <Input should be a valid integer>"
        " - Value: <5>",
        "Field: <parser_config.raptor.x> - Message: <Extra inputs are not permitted> - Value: <1>",
        "Field: <parser_config.pages.1.0> - Message: <Input should be a valid integer>"
        " - Value: <2>",
        "Field: <parser_config.y> - Message: <Extra inputs are not permitted> - Value: <None>",
    ]


@pytest.mark.parametrize(("length", "shown"), [(128, "x" * 128), (129, "x" * 125 + "...")])
def test_long_values_are_cut(api: Any, length: int, shown: str) -> None:
    reply = api("POST", "/datasets", json={"name": "a", "unknown": "x" * length})
    assert reply["message"].endswith(f"- Value: <{shown}>")


@pytest.mark.parametrize("text", ["true", "1", "YES", "y", "On", "t"])
def test_queries_take_many_words_for_true(api: Any, text: str) -> None:
    _, last = api.dataset("a"), api.dataset("b")
    params = {"desc": text, "page": "1", "page_size": "2"}
    assert api.data("GET", "/datasets", params=params)[0]["id"] == last


@pytest.mark.parametrize("text", ["FALSE", "0", "No", "n", "OFF", "F"])
def test_queries_take_many_words_for_false(api: Any, text: str) -> None:
    first, _ = api.dataset("a"), api.dataset("b")
    assert api.data("GET", "/datasets", params={"desc": text})[0]["id"] == first
