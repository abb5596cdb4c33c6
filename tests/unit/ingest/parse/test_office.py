"""Word, and what all Office files share: what the samples of the golden files do not show."""

from __future__ import annotations

import pytest

from ragflow.domain.documents import BlockKind
from ragflow.domain.errors import CorruptFile
from ragflow.ingest.parse.list_numbers import format_number
from ragflow.testing.sample_files import docx, members_of, pptx, zipped

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/"


def word(body: str, **more: str) -> bytes:
    """Return a Word file with this body, on top of the sample's styles and lists."""
    members = members_of(docx())
    members["word/document.xml"] = (
        f'<w:document xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/'
        'markup-compatibility/2006" xmlns:m="http://schemas.openxmlformats.org/officeDocument/'
        f'2006/math"><w:body>{body}</w:body></w:document>'
    ).encode()
    return zipped(members)


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(text: str) -> str:
    return f"<w:p>{run(text)}</w:p>"


def test_content_controls_links_and_insertions_are_read_in_place(read, parts) -> None:
    body = (
        f"<w:sdt><w:sdtContent>{paragraph('one')}</w:sdtContent></w:sdt>"
        f"<w:p>{run('a ')}<w:hyperlink>{run('link')}</w:hyperlink>"
        f"<w:ins>{run(' new')}</w:ins></w:p>"
    )
    texts = [text for _, text in parts(read("a.docx", word(body)))]
    assert texts == ["one", "a link new"]


def typed(text: str, size: int = 0, *, bold: bool = False) -> str:
    marks = ("<w:b/>" if bold else "") + (f'<w:sz w:val="{size}"/>' if size else "")
    return f"<w:p><w:r><w:rPr>{marks}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


LONG = "The pump is set on its base and the bolts are drawn tight. " * 4


def test_titles_made_by_type_alone_are_titles(read) -> None:
    body = (
        typed("Pumps", 36, bold=True)
        + typed("Setting up", bold=True)
        + typed(LONG)
        + typed("Keep the seal dry.", bold=True)
        + typed("Starting", bold=True)
        + typed(LONG)
    )
    document = read("a.docx", word(body))
    titles = [block for block in document.blocks if block.kind is BlockKind.TITLE]
    assert [document.text[block.span.start : block.span.end] for block in titles] == [
        "Pumps",
        "Setting up",
        "Starting",
    ]
    assert [block.level for block in titles] == [1, 2, 2]


@pytest.mark.parametrize(
    "body",
    [
        typed("Pumps", bold=True) + typed(LONG),
        typed("Pumps", bold=True) * 2 + typed("They move fluids"),
        typed("Pumps", bold=True) * 2 + typed(LONG.replace(" ", "-"), 24, bold=True),
    ],
)
def test_bold_type_that_is_rare_or_everywhere_makes_no_titles(read, parts, body: str) -> None:
    assert {kind for kind, _ in parts(read("a.docx", word(body)))} == {"text"}


def test_bold_items_of_a_list_are_no_titles(read, parts) -> None:
    numbered = '<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    items = typed("Pumps", bold=True).replace("<w:p>", numbered) * 2
    assert "title" not in {kind for kind, _ in parts(read("a.docx", word(items + typed(LONG))))}


def test_bold_type_makes_no_titles_beside_those_of_styles(read, parts) -> None:
    styled = '<w:p><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>Valves</w:t></w:r></w:p>'
    body = styled + (typed("Pumps", bold=True) + typed(LONG)) * 2
    kinds = [kind for kind, _ in parts(read("a.docx", word(body)))]
    assert kinds == ["title", "text", "text", "text", "text"]


def test_deleted_text_is_dropped_by_name(read) -> None:
    body = f"<w:p>{run('kept')}<w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>"
    document = read("a.docx", word(body))
    hidden = [
        document.text[d.span.start : d.span.end] for d in document.drops if d.kind == "hidden"
    ]
    assert hidden == ["gone"]
    assert "keptgone" not in document.text


def test_text_boxes_are_read_once(read) -> None:
    box = f"<w:txbxContent>{paragraph('boxed')}</w:txbxContent>"
    body = (
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:drawing>"
        f"{box}</w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    assert read("a.docx", word(body)).text.count("boxed") == 1


def test_formulas_become_text(read, parts) -> None:
    body = (
        "<w:p><m:oMath><m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r>"
        "</m:den></m:f><m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r>"
        "</m:sup></m:sSup></m:oMath></w:p>"
    )
    assert parts(read("a.docx", word(body))) == [("formula", "(a+b)/2x^2")]


def test_a_frame_of_one_cell_is_no_table(read, parts) -> None:
    body = f"<w:tbl><w:tr><w:tc>{paragraph('framed')}</w:tc></w:tr></w:tbl>"
    assert parts(read("a.docx", word(body))) == [("text", "framed")]


def test_a_table_inside_a_cell_becomes_its_lines(read) -> None:
    inner = "".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in "xy")
    body = (
        f"<w:tbl><w:tr><w:tc>{paragraph('a')}</w:tc>"
        f"<w:tc><w:tbl><w:tr>{inner}</w:tr></w:tbl></w:tc></w:tr></w:tbl>"
    )
    (block,) = read("a.docx", word(body)).blocks
    assert [cell.text for cell in block.table.rows[0]] == ["a", "x y"]


def test_the_table_of_contents_is_dropped_by_name(read) -> None:
    members = members_of(docx())
    members["word/styles.xml"] = members["word/styles.xml"].replace(
        b"</w:styles>",
        b'<w:style w:type="paragraph" w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>'
        b"</w:styles>",
    )
    body = members["word/document.xml"].replace(
        b"<w:body>",
        b'<w:body><w:p><w:pPr><w:pStyle w:val="TOC1"/></w:pPr><w:r><w:t>Intro 3</w:t></w:r></w:p>',
    )
    document = read("a.docx", zipped({**members, "word/document.xml": body}))
    dropped = {str(d.kind): document.text[d.span.start : d.span.end] for d in document.drops}
    assert dropped["contents"] == "Intro 3"


@pytest.mark.parametrize(("name", "data"), [("a.docx", docx()), ("a.pptx", pptx())])
def test_the_strict_dialect_reads_like_the_transitional(read, name: str, data: bytes) -> None:
    strict = {
        part: content.replace(
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/",
            f"{STRICT}wordprocessingml/".encode(),
        )
        .replace(
            b"http://schemas.openxmlformats.org/presentationml/2006/",
            f"{STRICT}presentationml/".encode(),
        )
        .replace(
            b"http://schemas.openxmlformats.org/drawingml/2006/", f"{STRICT}drawingml/".encode()
        )
        .replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/",
            f"{STRICT}officeDocument/".encode(),
        )
        for part, content in members_of(data).items()
    }
    assert read(name, zipped(strict)).text == read(name, data).text


def test_a_missing_document_part_is_told(read) -> None:
    members = members_of(docx())
    del members["word/document.xml"]
    with pytest.raises(CorruptFile, match=r"document\.xml is missing"):
        read("a.docx", zipped(members))


@pytest.mark.parametrize(
    ("number", "style", "printed"),
    [
        (4, "decimal", "4"),
        (4, "decimalZero", "04"),
        (28, "lowerLetter", "bb"),
        (1994, "upperRoman", "MCMXCIV"),
        (12, "chineseCountingThousand", "十二"),
        (105, "chineseCounting", "一百零五"),
        (7, "none", ""),
    ],
)
def test_list_numbers_are_printed_as_word_does(number: int, style: str, printed: str) -> None:
    assert format_number(number, style) == printed


DIAGRAM = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/"


def test_diagrams_of_word_files_are_read_from_their_part(read, parts) -> None:
    drawing = "http://schemas.openxmlformats.org/drawingml/2006/main"
    frame = (
        f'<w:p><w:r><w:drawing><d:relIds xmlns:d="{DIAGRAM}" xmlns:r="{OFFICE}relationships" '
        'r:dm="rId90"/></w:drawing></w:r></w:p>'
    )
    members = members_of(word(frame))
    rels = "word/_rels/document.xml.rels"
    entry = (
        f'<Relationship Id="rId90" Type="{OFFICE}relationships/diagramData" Target="d.xml"/>'
        "</Relationships>"
    )
    members[rels] = members[rels].replace(b"</Relationships>", entry.encode())
    members["word/d.xml"] = (
        f'<d:dataModel xmlns:d="{DIAGRAM}" xmlns:a="{drawing}"><d:ptLst><d:pt><d:t><a:p><a:r>'
        "<a:t>Open</a:t></a:r></a:p></d:t></d:pt><d:pt/><d:pt><d:t><a:p><a:r><a:t>Clo</a:t></a:r>"
        "<a:r><a:t>se</a:t></a:r></a:p></d:t></d:pt></d:ptLst></d:dataModel>"
    ).encode()
    assert parts(read("a.docx", zipped(members))) == [
        ("list_item", "Open"),
        ("list_item", "Close"),
    ]


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"\x01\x00\x00\x00" + bytes(36) + b" EMF", "format EMF"),
        (b"\xd7\xcd\xc6\x9a" + bytes(20), "format WMF"),
        (b'<?xml version="1.0"?><svg/>', "format SVG"),
        (b"\x89PNG\r\n\x1a\n damaged", "is damaged"),
    ],
)
def test_a_picture_that_cannot_be_shown_is_a_warning(read, data: bytes, named: str) -> None:
    members = members_of(docx())
    name = next(name for name in members if name.startswith("word/media/"))
    document = read("a.docx", zipped({**members, name: data}))
    assert named in document.warnings[0]
    assert "cannot be shown" in document.warnings[0]
