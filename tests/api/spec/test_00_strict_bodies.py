"""00 §6: the strict bodies of dataset routes, in the order of their checks."""

from __future__ import annotations

import json
from typing import Any

MALFORMED = "Malformed JSON syntax: Missing commas/brackets or invalid encoding"


def create(api: Any, body: bytes, content_type: str | None = "application/json") -> Any:
    headers = {} if content_type is None else {"Content-Type": content_type}
    return api("POST", "/datasets", content=body, headers=headers)


def test_json_has_several_content_types(api: Any) -> None:
    for number, kind in enumerate(("json", "json; charset=utf-8", "JSON", "a+json")):
        body = b'{"name": "%d"}' % number
        assert create(api, body, f"application/{kind}")["data"]["name"] == str(number)


def test_other_content_types_are_refused_before_the_body_is_read(api: Any) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", None):
        message = f"Unsupported content type: Expected application/json, got {kind}"
        assert create(api, b"{", kind) == {"code": 101, "message": message}


def test_a_body_that_cannot_be_read_is_malformed(api: Any) -> None:
    for body in (b"", b"{", b'{"name": "\xff"}', b"[" * 100_000, b"9" * 5000):
        assert create(api, body) == {"code": 101, "message": MALFORMED}, body[:20]


def test_what_is_falsy_is_an_empty_object(api: Any) -> None:
    message = "Field: <name> - Message: <Field required> - Value: <{}>"
    for body in (b"null", b"[]", b'""', b"0", b"false", b"0.0", b"{}"):
        assert create(api, body) == {"code": 101, "message": message}, body


def test_other_values_are_named_by_their_type(api: Any) -> None:
    for value in (True, 1.5, 1, "a", [{}]):
        message = f"Invalid request payload: expected object, got {type(value).__name__}"
        assert create(api, json.dumps(value).encode()) == {"code": 101, "message": message}


def test_of_a_key_that_comes_twice_the_last_one_counts(api: Any) -> None:
    assert create(api, b'{"name": "a", "name": "b"}')["data"]["name"] == "b"


def test_numbers_that_are_not_finite_are_out_of_range(api: Any) -> None:
    for number in (b"NaN", b"Infinity", b"-Infinity", b"1e400"):
        body = b'{"name": "a", "parser_config": {"filename_embd_weight": %s}}' % number
        reply = create(api, body)
        assert reply["code"] == 101, number
        assert reply["message"].startswith("Field: <parser_config.filename_embd_weight>")


def test_half_a_surrogate_pair_is_no_string(api: Any) -> None:
    for field in (b"name", b"description", b"permission", b"\\ud800"):
        reply = create(api, b'{"name": "a", "%s": "\\ud800"}' % field)
        assert reply["code"] == 101, field
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


def test_long_values_are_cut(api: Any) -> None:
    for length, shown in ((128, "x" * 128), (129, "x" * 125 + "...")):
        reply = api("POST", "/datasets", json={"name": "a", "unknown": "x" * length})
        assert reply["message"].endswith(f"- Value: <{shown}>")


def test_queries_take_many_words_for_true_and_false(api: Any) -> None:
    first, last = api.dataset("a"), api.dataset("b")
    for words, newest in (
        ("true 1 YES yes y On t T", last),
        ("FALSE False 0 No n OFF f F", first),
    ):
        for text in words.split():
            params = {"desc": text, "page": "1", "page_size": "2"}
            assert api.data("GET", "/datasets", params=params)[0]["id"] == newest, text
