"""Small EPUB and OpenDocument files, made in code and the same each time."""

from __future__ import annotations

from ragflow.testing.sample_files import picture, zipped

_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "text": "text",
        "table": "table",
        "draw": "drawing",
        "style": "style",
        "fo": "xsl-fo-compatible",
        "svg": "svg-compatible",
        "meta": "meta",
        "presentation": "presentation",
        "number": "datastyle",
        "chart": "chart",
    }.items()
)
_MORE = 'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'

PAGE = """<?xml version="1.0" encoding="utf-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title/>
<script src="a.js"/></head><body>{body}</body></html>"""


def epub(**more: str) -> bytes:
    """Return a book of two chapters with a cover, a table of contents and a note.

    `more` maps names of parts, with `_` for the dot, to texts that stand in place of theirs.
    """
    contents = '<nav epub:type="toc"><ol><li><a href="one.xhtml">Valves</a></li></ol></nav>'
    one = (
        '<h1 id="a"/><h1>Valves</h1><p>They <b>open</b>.</p><img src="../dot.png" alt="A dot"/>'
        '<aside epub:type="footnote"><p>Or close.</p></aside>'
    )
    package = """<package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Pumps</dc:title>
<dc:creator>Ann</dc:creator><dc:creator>Bob</dc:creator><dc:language>en</dc:language></metadata>
<manifest><item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="2" href="text/two%20b.xhtml" media-type="application/xhtml+xml"/>
<item id="1" href="text/one.xhtml" media-type="application/xhtml+xml"/>
<item id="c" href="cover.png" media-type="image/png" properties="cover-image"/></manifest>
<spine><itemref idref="n"/><itemref idref="1"/><itemref idref="2"/></spine></package>"""
    parts = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": (
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
        ),
        "OEBPS/book.opf": package,
        "OEBPS/nav.xhtml": PAGE.format(body=contents),
        "OEBPS/text/one.xhtml": PAGE.format(body=one),
        "OEBPS/text/two b.xhtml": PAGE.format(body="<h1>Seals</h1><p>They keep dry.</p>"),
    }
    members = {name: text.encode() for name, text in parts.items()}
    members |= {"OEBPS/cover.png": picture(), "OEBPS/dot.png": picture("GIF")}
    return zipped(members | {name.replace("_", "."): text.encode() for name, text in more.items()})


def odt(body: str | None = None, styles: str = "", **more: bytes) -> bytes:
    """Return a text, the sample's where `body` is None; `more` adds parts as for `epub`."""
    given = _ODT_BODY if body is None else body
    content = (
        f"<office:document-content {_NAMESPACES} {_MORE}><office:automatic-styles>"
        '<style:style style:name="H" style:family="text"><style:text-properties text:display="none"'
        f"/></style:style>{_LISTS}{styles}</office:automatic-styles><office:body><office:text>"
        f"{given}</office:text></office:body></office:document-content>"
    )
    return _document("text", content, _ODT_STYLES, more)


def odp() -> bytes:
    """Return a presentation of two slides with a table, a picture in a group and notes."""
    content = (
        f"<office:document-content {_NAMESPACES} {_MORE}><office:body><office:presentation>"
        f"{_ODP_BODY}</office:presentation></office:body></office:document-content>"
    )
    styles = (
        '<office:automatic-styles><style:page-layout style:name="L"><style:page-layout-properties '
        'fo:page-width="10in" fo:page-height="7.5in"/></style:page-layout>'
        "</office:automatic-styles><office:master-styles>"
        '<style:master-page style:name="M" style:page-layout-name="L"/></office:master-styles>'
    )
    return _document("presentation", content, styles, {"Pictures/dot_png": picture()})


def ods(sheets: str, styles: str = "", **more: bytes) -> bytes:
    """Return a spreadsheet of the given sheets; `more` adds parts as for `epub`."""
    content = (
        f"<office:document-content {_NAMESPACES} {_MORE}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:spreadsheet>{sheets}</office:spreadsheet>"
        "</office:body></office:document-content>"
    )
    return _document("spreadsheet", content, "", more)


def _document(kind: str, content: str, styles: str, more: dict[str, bytes]) -> bytes:
    meta = (
        f"<office:document-meta {_NAMESPACES} {_MORE}><office:meta><dc:title>Pumps</dc:title>"
        "<meta:initial-creator>Ann</meta:initial-creator></office:meta></office:document-meta>"
    )
    members = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(),
        "content.xml": content.encode(),
        "styles.xml": (
            f"<office:document-styles {_NAMESPACES} {_MORE}>{styles}</office:document-styles>"
        ).encode(),
        "meta.xml": meta.encode(),
        "META-INF/manifest.xml": b"<manifest/>",
    }
    return zipped(members | {name.replace("_", "."): data for name, data in more.items()})


_LISTS = """<text:list-style style:name="N"><text:list-level-style-number text:level="1"
 style:num-format="1" style:num-suffix="."/><text:list-level-style-number text:level="2"
 style:num-format="a" style:num-suffix=")" text:display-levels="2"/></text:list-style>"""

_ODT_STYLES = """<office:styles><text:outline-style style:name="O"><text:outline-level-style
 text:level="1" style:num-format="I"/></text:outline-style>
<style:style style:name="Preformatted_20_Text" style:family="paragraph"/></office:styles>
<office:master-styles><style:master-page style:name="S"><style:header>
<text:p>Running header</text:p></style:header><style:footer>
<text:p>Running footer</text:p></style:footer></style:master-page>
</office:master-styles>"""

_ODT_BODY = """<text:tracked-changes><text:changed-region><text:deletion><text:p>Deleted</text:p>
</text:deletion></text:changed-region></text:tracked-changes>
<text:table-of-content><text:table-of-content-source>Source</text:table-of-content-source>
<text:index-body><text:p>Pumps 1</text:p></text:index-body></text:table-of-content>
<text:h text:outline-level="1">Pumps</text:h>
<text:p>They  move<text:s text:c="2"/>fluids<text:span text:style-name="H">secret</text:span>.
<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Mostly.</text:p></text:note-body>
</text:note><office:annotation><dc:creator>Bob</dc:creator><text:p>Sure?</text:p></office:annotation>
</text:p><text:list text:style-name="N"><text:list-item><text:p>Open</text:p><text:list>
<text:list-item><text:p>gently</text:p></text:list-item></text:list></text:list-item>
<text:list-item><text:p>Start</text:p></text:list-item></text:list>
<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Part</text:p>
</table:table-cell><table:table-cell table:number-columns-spanned="2"><text:p>Price</text:p>
</table:table-cell><table:covered-table-cell/></table:table-row></table:table-header-rows>
<table:table-row><table:table-cell table:number-rows-spanned="2"><text:p>Seal</text:p>
</table:table-cell><table:table-cell><text:p>4</text:p></table:table-cell><table:table-cell>
<text:p>EUR</text:p></table:table-cell></table:table-row><table:table-row>
<table:covered-table-cell/><table:table-cell><text:p>5</text:p></table:table-cell><table:table-cell>
<text:p>USD</text:p></table:table-cell></table:table-row></table:table>
<text:p text:style-name="Preformatted_20_Text">pump --start</text:p>
<text:p><draw:frame><draw:text-box><text:p>Boxed</text:p></draw:text-box></draw:frame></text:p>"""

_ODP_BODY = """<draw:page draw:master-page-name="M"><draw:frame presentation:class="outline"
 svg:x="1in" svg:y="3in" svg:width="5in" svg:height="2in"><draw:text-box><text:list><text:list-item>
<text:p>They move fluids</text:p></text:list-item></text:list></draw:text-box></draw:frame>
<draw:frame presentation:class="title" svg:x="1in" svg:y="1in" svg:width="5in" svg:height="1in">
<draw:text-box><text:p>Pumps</text:p></draw:text-box></draw:frame><draw:g><draw:frame svg:x="7in"
 svg:y="3in" svg:width="1in" svg:height="1in"><draw:image xlink:href="Pictures/dot.png"/>
<svg:desc>A dot</svg:desc></draw:frame></draw:g><presentation:notes><draw:frame
 presentation:class="notes"><draw:text-box><text:p>Speak slowly</text:p></draw:text-box>
</draw:frame></presentation:notes></draw:page>
<draw:page draw:master-page-name="M"><draw:frame svg:x="2.54cm"
 svg:y="72pt" svg:width="5in" svg:height="1in"><table:table><table:table-row><table:table-cell>
<text:p>Part</text:p></table:table-cell><table:table-cell><text:p>Price</text:p></table:table-cell>
</table:table-row><table:table-row><table:table-cell><text:p>Seal</text:p></table:table-cell>
<table:table-cell><text:p>4</text:p></table:table-cell></table:table-row></table:table></draw:frame>
</draw:page>"""
