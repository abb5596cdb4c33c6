"""Questions about elements of HTML: is it a table of data, what is its own, what number it has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode


def is_data_table(table: LexborNode) -> bool:
    """Tell a table of data from one that only places things on the page."""
    if (table.attributes.get("role") or "") in ("presentation", "none"):
        return False
    rows = within(table, "tr")
    cells = [cell for row in rows for cell in row.iter() if cell.tag in ("td", "th")]
    if len(cells) < 2:
        return False
    nested = sum(cell.css_first("table") is not None for cell in cells)
    if not nested or any(cell.tag == "th" for cell in cells):
        return True
    wide = sum(len([cell for cell in row.iter() if cell.tag == "td"]) > 1 for row in rows)
    return wide > 1 and nested * 2 < len(cells)


def within(table: LexborNode, tag: str) -> list[LexborNode]:
    """Return the table's own rows or captions, not those of tables inside it."""
    found: list[LexborNode] = []
    for child in table.iter():
        if child.tag == tag:
            found.append(child)
        elif child.tag in ("thead", "tbody", "tfoot"):
            found.extend(node for node in child.iter() if node.tag == tag)
    return found


def number_of(node: LexborNode, attribute: str, default: int) -> int:
    """Return an attribute as a number."""
    try:
        return int(node.attributes.get(attribute) or default)
    except ValueError:
        return default
