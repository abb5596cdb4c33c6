"""Write XHTML as the HTML that means the same, since one parser reads both.

In: markup. Out: the same for HTML; for XHTML, empty elements closed by an end tag of their own, as
an HTML parser takes `<title/>` for the beginning of a title that never ends, and CDATA unwrapped.
"""

from __future__ import annotations

import html
import re

_XHTML = re.compile(r"\s*<\?xml\b|<html[^>]*\bxmlns\s*=", re.IGNORECASE)
_TAG = re.compile(r"<([a-zA-Z][\w:.-]*)((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+)>")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()  # noqa: SIM905
)
_HEAD = 2000


def from_xhtml(markup: str) -> str:
    """Return the markup as HTML."""
    if not _XHTML.search(markup[:_HEAD]):
        return markup
    markup = _CDATA.sub(lambda section: html.escape(section[1], quote=False), markup)
    return _TAG.sub(_closed, markup)


def _closed(tag: re.Match[str]) -> str:
    name, rest = tag.groups()
    if not rest.endswith("/") or name.lower() in _VOID:
        return tag[0]
    return f"<{name}{rest.removesuffix('/')}></{name}>"
