"""HTML: what a reader sees, in blocks."""

from __future__ import annotations

import base64

import pytest

from ragflow.testing.sample_files import picture


def test_inline_elements_join_and_blocks_part(read, parts) -> None:
    assert parts(read("a.html", "<div>a<b>b</b> <i>c</i><p>d\n e</p>f</div>")) == [
        ("text", "ab c"),
        ("text", "d e"),
        ("text", "f"),
    ]


def test_labels_of_a_drawing_stay_apart(read) -> None:
    drawing = "<svg><title>Sales</title><text>North</text><text>South</text></svg>"
    assert read("a.html", f"<p>See{drawing}</p>").text.split() == ["See", "Sales", "North", "South"]


def test_scripts_and_styles_are_no_text(read) -> None:
    document = read("a.html", "<style>x{}</style><script>y()</script><template>z</template>w")
    assert document.text == "w"


@pytest.mark.parametrize(
    "markup",
    ["<p hidden>x</p>", '<p style="display : none">x</p>', "<noscript>x</noscript>"],
)
def test_hidden_text_is_dropped_by_name(read, markup: str) -> None:
    document = read("a.html", f"<p>shown</p>{markup}")
    (drop,) = document.drops
    assert (str(drop.kind), document.text[drop.span.start : drop.span.end]) == ("hidden", "x")


def test_hidden_text_inside_a_sentence_does_not_cut_it(read, parts) -> None:
    assert parts(read("a.html", "<p>a <span hidden>x</span>b</p>")) == [("text", "a b")]


def test_hidden_text_in_a_cell_is_accounted_for(read) -> None:
    document = read("a.html", "<table><tr><td>a<i hidden>x</i><td>b</table>")
    assert document.text == "a\tb\nx"
    assert len(document.drops) == 1


def test_a_table_that_only_places_things_is_read_as_flow(read, parts) -> None:
    markup = "<table><tr><td><h1>T</h1><table><tr><td>a<td>b</table></td><td>c</table>"
    assert parts(read("a.html", markup)) == [("title", "T"), ("table", "a\tb"), ("text", "c")]


def test_absurd_spans_are_cut(read) -> None:
    markup = '<table><tr><td rowspan="99999999" colspan="x">a<td colspan=99999999>b</table>'
    (block,) = read("a.html", markup).blocks
    first, second = block.table.rows[0]
    assert (first.row_span, first.column_span, second.column_span) == (1, 1, 1000)


def test_numbered_lists_show_their_numbers(read, parts) -> None:
    assert [text for _, text in parts(read("a.html", "<ol start=2><li>a<li value=7>b<li>c"))] == [
        "2. a",
        "7. b",
        "8. c",
    ]


def test_preformatted_text_keeps_its_spaces(read, parts) -> None:
    assert parts(read("a.html", "<pre>\na\n  b</pre>")) == [("code", "a\n  b")]


def test_the_declared_encoding_is_used(read) -> None:
    markup = '<meta charset="windows-1251"><p>Привет</p>'
    assert read("a.html", markup.encode("cp1251")).text == "Привет"


def test_an_embedded_image_becomes_a_figure(read) -> None:
    pixel = base64.b64encode(picture()).decode()
    (block,) = read("a.html", f'<img alt="dot" src="data:image/png;base64,{pixel}">').blocks
    assert str(block.kind) == "figure"
    assert block.image.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 100_000 + "end",
        "<b>" * 100_000 + "end",
        "<table><tr><td>" * 10_000 + "end",
        "".join(f"<p><font size={n}>x" for n in range(2_000)) + "end",
        "<ul><li>" * 20_000 + "end",
        "<" * 300_000 + "end",
        '<a b="' * 100_000 + "end",
    ],
    ids=["div", "b", "table", "font", "list", "angle", "quote"],
)
def test_a_page_made_to_stall_does_not(read, markup: str) -> None:
    read("a.html", markup)  # where time grows with the square of nesting, a test runs out of it


def test_a_table_with_one_table_inside_it_is_still_data(read, parts) -> None:
    inner = "<table><tr><td>A1<td>B1<tr><td>C1<td>D1</table>"
    document = read("a.html", f"<table><tr><td>A<td>B<tr><td>{inner}<td>2</table>")
    assert parts(document) == [("table", "A\tB\nA1 B1\nC1 D1\t2")]
    layout = f"<table><tr><td>{inner}<td>{inner}<tr><td>{inner}<td>end</table>"
    assert [kind for kind, _ in parts(read("a.html", layout))] == ["table"] * 3 + ["text"]


def test_notes_are_known_by_their_role(read, parts) -> None:
    document = read("a.html", '<p>text</p><aside role="doc-footnote"><p>a note</p></aside>')
    assert parts(document) == [("text", "text"), ("footnote", "a note")]
