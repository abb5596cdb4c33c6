"""Invoke sends what its author set up."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from ragflow.agents.tools.invoke import Invoke
from ragflow.domain.errors import ToolFailed
from ragflow.testing.agents import FakeOutside

URL = "https://api.example/v1"
VARIABLES = [
    {"key": "q", "value": "ships", "ref": ""},
    {"key": "n", "value": "", "ref": 3},
    {"key": "all", "value": True},
    {"key": "tags", "ref": ["a", "b"]},
    {"key": "", "value": "nothing"},
]


@pytest.mark.parametrize("method", ["get", "delete", "GET"])
def test_variables_are_parameters_of_an_address(
    method: str, outside: FakeOutside, run: Any
) -> None:
    outside.http.put(URL, {"a": 1})
    result = run("Invoke", url=URL, method=method, variables=VARIABLES)
    (request,) = outside.http.requests
    assert request.method == method.upper()
    assert request.params == {"q": "ships", "n": "3", "all": "true", "tags": '["a", "b"]'}
    assert (request.json, request.form) == (None, None)
    assert result.text == '{"a": 1}'
    assert result.outputs == {"result": '{"a": 1}'}
    assert result.data == {"a": 1}


@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_variables_are_fields_of_a_body(method: str, outside: FakeOutside, run: Any) -> None:
    outside.http.put(URL, "done", kind="text/plain")
    run("Invoke", url=URL, method=method, variables=VARIABLES)
    run("Invoke", url=URL, method=method, variables=VARIABLES, datatype="formdata")
    first, second = outside.http.requests
    assert first.json == {"q": "ships", "n": 3, "all": True, "tags": ["a", "b"]}
    assert second.form == {"q": "ships", "n": "3", "all": "true", "tags": '["a", "b"]'}
    assert (first.params, second.params) == ({}, {})


@pytest.mark.parametrize("headers", ['{"X-Key": "k", "N": 1}', {"X-Key": "k", "N": 1}])
def test_headers_stand_as_text_or_object(headers: Any, outside: FakeOutside, run: Any) -> None:
    outside.http.put(URL, "x")
    run("Invoke", url=URL, headers=headers, proxy=" http://p.example:1 ", timeout="7")
    (request,) = outside.http.requests
    assert request.headers == {"X-Key": "k", "N": "1"}
    assert (request.proxy, request.seconds) == ("http://p.example:1", 7)


@pytest.mark.parametrize(
    "options", [{"headers": "{"}, {"headers": "[]"}, {"method": "trace"}, {"timeout": 0}]
)
def test_options_that_cannot_be_used_name_their_field(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(options))):
        Invoke.options.model_validate(options)


def test_markup_is_cleaned_where_that_is_wanted(outside: FakeOutside, run: Any) -> None:
    outside.http.put(URL, "<nav>Menu</nav><p>Words</p>", kind="text/html")
    assert run("Invoke", url=URL, clean_html=True).outputs == {"result": "Words"}
    assert run("Invoke", url=URL).outputs == {"result": "<nav>Menu</nav><p>Words</p>"}


def test_an_address_without_a_scheme_is_one_of_http(outside: FakeOutside, run: Any) -> None:
    outside.http.put("http://api.example/", "x")
    assert run("Invoke", url="api.example/").text == "x"


def test_errors_are_told_with_what_the_service_says(outside: FakeOutside, run: Any) -> None:
    outside.http.put(URL, {"message": "no such key"}, status=401)
    with pytest.raises(ToolFailed, match=r"HTTP 401: .*check headers \(it says: no such key\)"):
        run("Invoke", url=URL)
    with pytest.raises(ToolFailed, match="set url"):
        run("Invoke")


def test_what_was_sent_is_not_sent_again_after_a_crash() -> None:
    assert Invoke.changes_things
