"""The crawler reads one page."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.domain.errors import ToolFailed
from ragflow.testing.agents import FakeOutside

PAGE = "<html><head><title>T</title></head><body><h1>Head</h1><p>Text</p></body></html>"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("markdown", "# Head\n\nText"),
        ("content", "Head\nText"),
        ("html", PAGE),
        ("", "# Head\n\nText"),
    ],
)
def test_a_page_comes_back_as_it_is_wanted(
    kind: str, content: str, outside: FakeOutside, run: Any
) -> None:
    outside.http.put("https://a.example/x", PAGE, kind="text/html; charset=utf-8")
    result = run("Crawler", url="a.example/x", extract_type=kind, proxy="http://p.example:8080")
    assert outside.http.requests[0].proxy == "http://p.example:8080"
    assert result.data == {"url": "https://a.example/x", "title": "T", "content": content}
    (source,) = result.sources
    assert (source.document_name, source.url, source.content) == (
        "T",
        "https://a.example/x",
        content,
    )


def test_texts_are_read_as_they_are(outside: FakeOutside, run: Any) -> None:
    outside.http.put("https://a.example/x", '{"a": "<b>"}')
    assert run("Crawler", url="https://a.example/x").data["content"] == '{"a": "<b>"}'


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "application/octet-stream"])
def test_what_is_no_text_is_told(kind: str, outside: FakeOutside, run: Any) -> None:
    outside.http.put("https://a.example/x", b"%PDF", kind=kind)
    with pytest.raises(ToolFailed, match=f"holds {kind}"):
        run("Crawler", url="https://a.example/x")


def test_an_empty_page_holds_nothing_to_cite(outside: FakeOutside, run: Any) -> None:
    outside.http.put("https://a.example/x", "<html></html>", kind="text/html")
    result = run("Crawler", url="https://a.example/x")
    assert (result.text, result.data["content"], list(result.sources)) == ("", "", [])


def test_a_page_that_is_not_there_is_told(outside: FakeOutside, run: Any) -> None:
    with pytest.raises(ToolFailed, match="Crawler failed: HTTP 404"):
        run("Crawler", url="https://a.example/gone")
