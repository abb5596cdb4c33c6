"""PowerPoint: what the samples of the golden files do not show."""

from __future__ import annotations

from ragflow.testing.sample_files import members_of, pptx, zipped

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/"


def test_a_grouped_shape_has_its_place_on_the_slide(read) -> None:
    document = read("a.pptx", pptx())
    line = next(
        line
        for line in document.lines
        if document.text[line.span.start : line.span.end] == "Grouped"
    )
    assert (line.box.page, line.box.x0, line.box.top) == (1, 432.0, 72.0)


def test_formulas_on_slides_become_text(read, parts) -> None:
    members = members_of(pptx())
    formula = (
        "<mc:AlternateContent xmlns:mc="
        '"http://schemas.openxmlformats.org/markup-compatibility/2006">'
        '<mc:Choice Requires="a14">'
        f'<a14:m xmlns:a14="urn:a14" xmlns:m="{OFFICE}math"><m:oMath><m:r>'
        "<m:t>a+b</m:t></m:r></m:oMath></a14:m></mc:Choice><mc:Fallback><a:r><a:t> </a:t></a:r>"
        "</mc:Fallback></mc:AlternateContent>"
    ).encode()
    slide = "ppt/slides/slide1.xml"
    grouped = b"<a:r><a:t>Grouped</a:t></a:r>"
    assert grouped in members[slide]
    members[slide] = members[slide].replace(grouped, formula)
    assert ("formula", "a+b") in parts(read("a.pptx", zipped(members)))


def test_comments_on_slides_tell_who_and_when(read, parts) -> None:
    members = members_of(pptx())
    relations = "ppt/slides/_rels/slide2.xml.rels"
    types = f"{OFFICE}relationships"
    modern = "http://schemas.microsoft.com/office/2018/10/relationships"
    part = '<Relationship Id="{}" Type="{}" Target="{}"/></Relationships>'
    for rels, identifier, kind, target in (
        (relations, "rId90", f"{types}/comments", "../comments/old.xml"),
        (relations, "rId91", f"{modern}/comments", "../comments/new.xml"),
        ("ppt/_rels/presentation.xml.rels", "rId92", f"{types}/commentAuthors", "authors.xml"),
    ):
        entry = part.format(identifier, kind, target).encode()
        members[rels] = members[rels].replace(b"</Relationships>", entry)
    members["ppt/authors.xml"] = b'<l><a id="0" name="Ann"/><a id="{B}" name="Bob"/></l>'
    members["ppt/comments/old.xml"] = (
        b'<l><cm authorId="0" dt="2024-03-01"><pos/><text>Why?</text></cm></l>'
    )
    members["ppt/comments/new.xml"] = (
        b'<l><cm authorId="{B}" created="2024-03-02"><replyLst><reply authorId="0"><txBody><p><r>'
        b"<t>Done</t></r></p></txBody></reply></replyLst><txBody><p><r><t>Two</t></r><r><t>words</t>"
        b"</r></p></txBody></cm></l>"
    )
    members["[Content_Types].xml"] = members["[Content_Types].xml"].replace(
        b"<Override", b'<Default Extension="xmlc" ContentType="application/xml"/><Override', 1
    )
    notes = [text for kind, text in parts(read("a.pptx", zipped(members))) if kind == "footnote"]
    assert notes[1:] == [
        "Comment by Ann, 2024-03-01: Why?",
        "Comment by Bob, 2024-03-02: Twowords",
        "Comment by Ann: Done",
    ]
