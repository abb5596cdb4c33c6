"""reStructuredText, XML and notebooks: what the samples of the golden files do not show."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ragflow.domain.errors import CorruptFile
from ragflow.testing.sample_files import picture

ENTITY = "<!ENTITY a{} '{}'>"


def test_titles_have_the_depth_of_their_sections(read) -> None:
    text = "A\n=\n\ntext\n\nB\n-\n\nmore\n\nC\n-\n\nD\n~\n\nend\n"
    titles = [b.level for b in read("a.rst", text).blocks if b.kind == "title"]
    assert titles == [1, 2, 2, 3]


def test_unknown_directives_keep_their_words_and_what_is_in_them(read, parts) -> None:
    text = ".. function:: area(r)\n   :module: geo\n\n   Uses :data:`pi`.\n\n   - an *item*\n"
    assert parts(read("a.rst", text)) == [
        ("code", ".. function:: area(r)\n   :module: geo"),
        ("text", "Uses pi."),
        ("list_item", "an item"),
    ]


@pytest.mark.parametrize(
    "directive",
    [
        "include:: /etc/hostname",
        "raw:: html\n   :file: /etc/hostname",
        "csv-table::\n   :file: /etc/hostname",
        "csv-table::\n   :url: http://example.com/a.csv",
    ],
)
def test_no_other_file_is_read(read, directive: str) -> None:
    assert read("a.rst", f".. {directive}\n").text.strip().startswith(".. ")


def test_definitions_substitutions_and_notes_are_read(read, parts) -> None:
    text = "valve\n  opens\n\n|v| [A]_\n\n.. |v| replace:: two\n.. [A] Cited.\n\n-a FILE  write\n"
    texts = [text for _, text in parts(read("a.rst", text))]
    assert texts == ["valve", "opens", "v A", "two", "[A] Cited.", "-a FILE  write"]


@pytest.mark.parametrize("text", ["x" * 20_000, "\n".join(" " * n + "- a" for n in range(2000))])
def test_text_that_the_reader_cannot_follow_is_kept_as_it_is(read, text: str) -> None:
    document = read("a.rst", text)
    assert "plain text" in document.warnings[0]
    assert document.text == text


def test_prose_is_read_as_paragraphs_and_records_keep_their_names(read, parts) -> None:
    prose = "<doc><title>On pumps</title><p>They <b>move</b> fluids&#8212;always.</p></doc>"
    assert parts(read("a.xml", prose)) == [
        ("title", "On pumps"),
        ("text", "They move fluids—always."),
    ]
    records = '<r xmlns="urn:r"><item id="1"><name>Seal</name><size/></item></r>'
    texts = [text for _, text in parts(read("a.xml", records))]
    assert texts == ["item@id: 1", "item.name: Seal"]


@pytest.mark.parametrize("text", ["<a><b></a>", "<a>&nothing;</a>", "no marks", "<a" * 500])
def test_damaged_xml_is_kept_as_it_is(read, text: str) -> None:
    document = read("a.xml", text)
    assert document.text == text
    assert "not valid XML" in document.warnings[0]


def test_entities_are_not_expanded(read) -> None:
    once = f"<!DOCTYPE a [{ENTITY.format(0, 'boom')}]>"
    assert read("a.xml", f"{once}<a>&a0;</a>").text == "a: &a0;"
    steps = "".join(ENTITY.format(n, f"&a{n - 1};" * 10) for n in range(1, 9))
    bomb = f"<!DOCTYPE a [{ENTITY.format(0, 'boom')}{steps}]><a>&a8;</a>"
    assert len(read("a.xml", bomb).text) <= len(bomb)


def notebook(*cells: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"nbformat": 4, "cells": cells, **more}).encode()


def result(**data: Any) -> dict[str, Any]:
    forms = {kind.replace("_", "/"): value for kind, value in data.items()}
    output = {"output_type": "execute_result", "data": forms}
    return {"cell_type": "code", "source": "", "outputs": [output]}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"text_plain": "a", "text_html": "<p>b</p>"}, [("text", "b")]),
        ({"text_plain": "a", "text_html": "<script>b</script>"}, [("code", "a")]),
        ({"text_plain": "a", "text_markdown": "# b"}, [("title", "b")]),
        ({"text_plain": "a", "text_latex": "$b$"}, [("formula", "$b$")]),
        ({"text_plain": ["a\n", "b"]}, [("code", "a\nb")]),
        ({"text_plain": "a", "image_png": "????"}, []),
        ({"text_plain": 5}, []),
    ],
)
def test_a_result_is_read_in_the_form_that_says_most(read, parts, data, expected) -> None:
    assert parts(read("a.ipynb", notebook(result(**data)))) == expected


def test_a_picture_of_a_result_is_a_figure(read) -> None:
    import base64

    encoded = base64.b64encode(picture()).decode()
    document = read("a.ipynb", notebook(result(image_png=encoded, text_plain="<Figure>")))
    assert [block.image for block in document.blocks] == [picture()]


def test_notebooks_of_version_3_are_read(read, parts) -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": "Flow"},
        {"cell_type": "code", "input": "1 + 1", "outputs": [{"output_type": "pyout", "text": "2"}]},
    ]
    data = json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]})
    assert parts(read("a.ipynb", data)) == [("title", "Flow"), ("code", "1 + 1"), ("code", "2")]


def test_a_damaged_notebook_is_kept_as_it_is_and_other_json_is_refused(read) -> None:
    assert "not a valid notebook" in read("a.ipynb", '{"cells": [').warnings[0]
    for other in ("[]", '{"a": 1}', '"text"'):
        with pytest.raises(CorruptFile, match="no cells"):
            read("a.ipynb", other)
