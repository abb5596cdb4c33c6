"""Formulas: Office Math to one line of text, such as `a^2+b^2=c^2` or `(x+1)/(2y)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ragflow.ingest.parse.docx.names import MATH

if TYPE_CHECKING:
    from lxml.etree import _Element


def math_text(element: _Element) -> str:
    """Return a formula's text."""
    name = _local(element)
    if name == "t":
        return element.text or ""
    if name.endswith("Pr"):
        return ""
    convert = _FORMS.get(name, _children)
    return convert(element)


def _local(element: _Element) -> str:
    tag = element.tag
    return tag.removeprefix(MATH) if isinstance(tag, str) and tag.startswith(MATH) else ""


def _children(element: _Element) -> str:
    return "".join(math_text(child) for child in element if isinstance(child.tag, str))


def _part(element: _Element, name: str) -> str:
    child = element.find(f"{MATH}{name}")
    return _children(child) if child is not None else ""


def _grouped(text: str) -> str:
    return text if len(text) < 2 or text.isalnum() else f"({text})"


def _property(element: _Element, path: str, default: str) -> str:
    found = element.find("/".join(f"{MATH}{step}" for step in path.split("/")))
    return default if found is None else found.get(f"{MATH}val", "")


def _fraction(element: _Element) -> str:
    return f"{_grouped(_part(element, 'num'))}/{_grouped(_part(element, 'den'))}"


def _scripts(element: _Element) -> str:
    text = _part(element, "e")
    if below := _part(element, "sub"):
        text += f"_{_grouped(below)}"
    if above := _part(element, "sup"):
        text += f"^{_grouped(above)}"
    return text


def _large_operator(element: _Element) -> str:
    text = _property(element, "naryPr/chr", "∫")
    if below := _part(element, "sub"):
        text += f"_{_grouped(below)}"
    if above := _part(element, "sup"):
        text += f"^{_grouped(above)}"
    return f"{text} {_part(element, 'e')}"


def _root(element: _Element) -> str:
    return f"{_part(element, 'deg')}√{_grouped(_part(element, 'e'))}"


def _delimited(element: _Element) -> str:
    opening = _property(element, "dPr/begChr", "(")
    closing = _property(element, "dPr/endChr", ")")
    separator = _property(element, "dPr/sepChr", "|")
    inner = separator.join(_children(child) for child in element.iterfind(f"{MATH}e"))
    return f"{opening}{inner}{closing}"


def _function(element: _Element) -> str:
    return f" {_part(element, 'fName')} {_part(element, 'e')}"


def _limit(element: _Element) -> str:
    return f"{_part(element, 'e')}_{_grouped(_part(element, 'lim'))}"


def _rows(element: _Element) -> str:
    rows = [
        " ".join(_children(cell) for cell in row.iterfind(f"{MATH}e"))
        for row in element.iterfind(f"{MATH}mr")
    ]
    return "; ".join(rows)


def _equations(element: _Element) -> str:
    return "\n".join(_children(child) for child in element.iterfind(f"{MATH}e"))


_FORMS = {
    "f": _fraction,
    "sSup": _scripts,
    "sSub": _scripts,
    "sSubSup": _scripts,
    "sPre": _scripts,
    "nary": _large_operator,
    "rad": _root,
    "d": _delimited,
    "func": _function,
    "limLow": _limit,
    "limUpp": _limit,
    "m": _rows,
    "eqArr": _equations,
}
