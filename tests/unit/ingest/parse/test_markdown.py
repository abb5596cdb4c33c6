"""Markdown: HTML in it, fences, and the characters that its references stand for."""

from __future__ import annotations

import base64

import pytest

from ragflow.ingest.chunk.naive import NaiveChunker, NaiveOptions
from ragflow.ingest.parse.entities import decode_references
from ragflow.testing.sample_files import picture


def test_markdown_that_nests_too_deeply_is_kept_as_text(read) -> None:
    document = read("a.md", "> " * 500 + "deep")
    assert "deep" in document.text
    assert document.warnings


def test_html_inside_markdown_becomes_blocks(read, parts) -> None:
    assert parts(read("a.md", "<div><p>one</p></div>\n\n**two**")) == [
        ("text", "one"),
        ("text", "**two**"),
    ]


def test_a_hash_in_a_fence_is_no_title(read, parts) -> None:
    assert parts(read("a.md", "```\n# x\n```")) == [("code", "# x")]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a &amp; b &lt;c&gt; &quot;&#39;&#x4e2d;&nbsp;", "a & b <c> \"'中\xa0"),
        ("`&amp;` &amp; ``a ` &amp;`` &amp;", "`&amp;` & ``a ` &amp;`` &"),
        ("an open ` &amp;", "an open ` &"),
        (r"\&amp; \\&amp; \` &amp; \`", r"\&amp; \\& \` & \`"),
        ("R&D &nope; &amp &notit; &#0; &#xd800;", "R&D &nope; &amp &notit; \ufffd \ufffd"),
        ("&amp;lt;", "&lt;"),
    ],
)
def test_references_outside_code_are_decoded_once(source: str, text: str) -> None:
    assert decode_references(source) == text


def test_references_are_decoded_in_each_block_but_code(read, parts) -> None:
    source = "# R&amp;D\n\n- a &lt; b\n\n1 &gt; 0\n\n```\n&amp;\n```\n"
    assert parts(read("a.md", source)) == [
        ("title", "R&D"),
        ("list_item", "a < b"),
        ("text", "1 > 0"),
        ("code", "&amp;"),
    ]


def test_references_in_a_table_are_escaped_once(read) -> None:
    document = read("a.md", "| Key | Sign |\n|---|---|\n| and &amp; | `&lt;` | &#124; \\| |\n")
    (chunk,) = NaiveChunker().chunk(document, NaiveOptions()).chunks
    assert chunk.content.endswith(
        "<tr><td>and &amp;</td><td>`&amp;lt;`</td><td>| |</td></tr></table>"
    )


def test_many_unclosed_code_spans_are_read() -> None:
    source = "&amp; " + " ".join("`" * n for n in range(1, 5000))
    assert decode_references(source).startswith("& `")


def test_pictures_that_the_text_carries_become_figures(read, parts) -> None:
    address = f"data:image/png;base64,{base64.b64encode(picture()).decode()}"
    text = (
        f"# One ![]({address})\n\nSee ![a pump]({address} 'title') here.\n\n"
        f"- ![item]({address})\n\n"
        f"| a | b |\n|---|---|\n| ![cell]({address}) | 2 |\n\nLast ![][image1]\n\n"
        f"![far](http://example.com/a.png)\n\n[image1]: <{address}>\n"
    )
    document = read("a.md", text)
    assert parts(document) == [
        ("title", "One"),
        ("figure", ""),
        ("text", "See  here."),
        ("figure", "a pump"),
        ("figure", "item"),
        ("table", "a\tb\n\t2"),
        ("figure", "cell"),
        ("text", "Last"),
        ("figure", ""),
        ("text", "![far](http://example.com/a.png)"),
    ]
    assert {block.image for block in document.blocks if block.image} == {picture()}
