"""OpenDocument: what the samples of the golden files do not show."""

from __future__ import annotations

import pytest

from ragflow.domain.errors import CorruptFile, EncryptedFile
from ragflow.testing.open_files import odp, odt
from ragflow.testing.sample_files import members_of, picture, zipped

CELL = "<table:table-cell{}><text:p>{}</text:p></table:table-cell>"


def items(*texts: str) -> str:
    return "".join(f"<text:list-item><text:p>{text}</text:p></text:list-item>" for text in texts)


def drops(document) -> list[tuple[str, str]]:
    return [(str(d.kind), document.text[d.span.start : d.span.end]) for d in document.drops]


def test_a_list_may_go_on_with_the_numbers_of_one_before_it(read, parts) -> None:
    body = (
        f'<text:list xml:id="l" text:style-name="N">{items("a", "b")}</text:list><text:p>-</text:p>'
        f'<text:list text:style-name="N" text:continue-list="l">{items("c")}</text:list>'
        f'<text:list text:style-name="N">{items("d")}</text:list>'
        f'<text:list text:style-name="N" text:continue-numbering="true">{items("e")}</text:list>'
    )
    texts = [text for kind, text in parts(read("a.odt", odt(body))) if kind == "list_item"]
    assert texts == ["1. a", "2. b", "3. c", "1. d", "2. e"]


def test_a_paragraph_is_what_its_style_and_the_styles_above_it_say(read, parts) -> None:
    styles = (
        '<style:style style:name="P1" style:family="paragraph" '
        'style:parent-style-name="Heading_20_2"/>'
        '<style:style style:name="Heading_20_2" style:family="paragraph"/>'
        '<style:style style:name="P2" style:family="paragraph" '
        'style:parent-style-name="Contents_20_1"/>'
        '<style:style style:name="Contents_20_1" style:family="paragraph"/>'
    )
    body = (
        '<text:p text:style-name="P1">Valves</text:p><text:p text:style-name="P2">Valves 1</text:p>'
    )
    document = read("a.odt", odt(body, styles))
    assert parts(document) == [("title", "Valves")]
    assert document.blocks[0].level == 2
    assert ("contents", "Valves 1") in drops(document)


def test_repeated_cells_stand_as_often_as_they_show_and_a_lone_one_is_no_table(read, parts) -> None:
    row = CELL.format(' table:number-columns-repeated="2"', "x") + CELL.format("", "y")
    table = f'<table:table><table:table-row table:number-rows-repeated="2">{row}</table:table-row>'
    framed = f"<table:table><table:table-row>{CELL.format('', 'framed')}</table:table-row>"
    document = read("a.odt", odt(f"{table}</table:table>{framed}</table:table>"))
    assert parts(document) == [("table", "x\tx\ty\nx\tx\ty"), ("text", "framed")]


def test_formulas_and_charts_are_read_from_their_parts(read, parts) -> None:
    formula = (
        b'<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>a</mi><mo>+</mo><mn>1</mn></math>'
    )
    office = "urn:oasis:names:tc:opendocument:xmlns"
    rows = "".join(
        f"<table:table-row>{CELL.format('', a)}{CELL.format('', b)}</table:table-row>"
        for a, b in (("", "Sold"), ("2019", "3"))
    )
    chart = (
        f'<o:d xmlns:o="{office}:office:1.0" xmlns:chart="{office}:chart:1.0" '
        f'xmlns:table="{office}:table:1.0" xmlns:text="{office}:text:1.0"><o:body><o:chart>'
        "<chart:chart><chart:title><text:p>Sales</text:p></chart:title>"
        f"<table:table>{rows}</table:table></chart:chart></o:chart></o:body></o:d>"
    )
    frames = "".join(
        f'<text:p><draw:frame><draw:object xlink:href="./{name}"/></draw:frame></text:p>'
        for name in ("Object 1", "Object 2")
    )
    parts_of_file = {"Object 1/content_xml": formula, "Object 2/content_xml": chart.encode()}
    document = read("a.odt", odt(frames, **parts_of_file))
    assert parts(document) == [("formula", "a + 1"), ("table", "Sales\n\tSold\n2019\t3")]


def test_a_picture_has_its_description_and_links_are_not_followed(read, parts) -> None:
    frame = (
        '<text:p><draw:frame><svg:desc>A dot</svg:desc><draw:image xlink:href="{}"/></draw:frame>'
        "</text:p>"
    )
    body = frame.format("Pictures/dot.png") + frame.format("http://example.com/dot.png")
    document = read("a.odt", odt(body, **{"Pictures/dot_png": picture()}))
    assert parts(document) == [("figure", "A dot"), ("text", "A dot")]


def test_the_preview_of_a_table_is_no_picture(read, parts) -> None:
    cells = CELL.format("", "a") + CELL.format("", "b")
    frame = (
        f"<text:p><draw:frame><table:table><table:table-row>{cells}</table:table-row></table:table>"
        '<draw:image xlink:href="Pictures/dot.png"/></draw:frame></text:p>'
    )
    document = read("a.odt", odt(frame, **{"Pictures/dot_png": picture()}))
    assert parts(document) == [("table", "a\tb")]


def test_a_file_under_a_password_is_refused(read) -> None:
    manifest = (
        b'<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><m:file-entry>'
        b"<m:encryption-data/></m:file-entry></m:manifest>"
    )
    with pytest.raises(EncryptedFile):
        read("a.odt", zipped({**members_of(odt()), "META-INF/manifest.xml": manifest}))


def test_a_text_that_is_named_a_presentation_is_refused(read) -> None:
    with pytest.raises(CorruptFile, match="looks like an ODT"):
        read("a.odp", odt())


def test_shapes_have_their_places_on_the_slide(read) -> None:
    document = read("a.odp", odp())
    boxes = {
        document.text[line.span.start : line.span.end]: (line.box.page, line.box.x0, line.box.top)
        for line in document.lines
    }
    assert boxes["Pumps"] == (1, 72.0, 72.0)
    assert boxes["A dot"] == (1, 504.0, 216.0)
    assert boxes["Seal"] == (2, pytest.approx(72.0), 72.0)
