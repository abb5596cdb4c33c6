"""What a spreadsheet carries beside its cells: charts, pictures, text boxes and comments.

In: the package of a workbook. Out: the sheets' parts by name, and the pieces of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ragflow.domain.documents import BlockKind
from ragflow.ingest.parse.chart import chart_pieces
from ragflow.ingest.parse.opc import RELATIONSHIPS, Package
from ragflow.ingest.parse.pieces import Piece

if TYPE_CHECKING:
    from lxml.etree import _Element


def sheet_parts(package: Package, book: str) -> dict[str, str]:
    """Return the part of each sheet by the sheet's name."""
    if not package.has(book):
        return {}
    relationships = package.relationships(book)
    found: dict[str, str] = {}
    for entry in _all(package.root(book), "sheet"):
        relationship = relationships.get(entry.get(f"{RELATIONSHIPS}id", ""))
        if relationship is not None and package.has(relationship.target):
            found[entry.get("name", "")] = relationship.target
    return found


def pieces_of_sheet(package: Package, part: str, people: Mapping[str, str]) -> list[Piece]:
    """Return the pieces of a sheet; `people` are the names of those who comment, by id."""
    return list(_sheet(package, part, people))


def people_of(package: Package, book: str) -> dict[str, str]:
    """Return the names of those who comment in threads, by their id."""
    return {
        person.get("id", ""): person.get("displayName", "")
        for relationship in package.relationships(book).values()
        if relationship.kind == "person" and package.has(relationship.target)
        for person in _all(package.root(relationship.target), "person")
    }


def _sheet(package: Package, part: str, people: Mapping[str, str]) -> Iterator[Piece]:
    kinds: dict[str, list[str]] = {}
    for relationship in package.relationships(part).values():
        if not relationship.external and package.has(relationship.target):
            kinds.setdefault(relationship.kind, []).append(relationship.target)
    for drawing in kinds.get("drawing", ()):
        yield from _drawing(package, drawing)
    answered: set[str] = set()
    for comments in kinds.get("threadedComment", ()):
        for comment in _all(package.root(comments), "threadedComment"):
            answered.add(comment.get("ref", ""))
            yield _comment(comment, "text", people.get(comment.get("personId", ""), ""))
    for comments in kinds.get("comments", ()):
        root = package.root(comments)
        authors = [author.text or "" for author in _all(root, "author")]
        for comment in _all(root, "comment"):
            if comment.get("ref", "") not in answered:  # else it repeats the thread
                number = comment.get("authorId", "")
                known = number.isdecimal() and int(number) < len(authors)
                yield _comment(comment, "t", authors[int(number)] if known else "")


def comment_piece(place: str, author: str, when: str, text: str) -> Piece:
    """Return a comment with the cell that it stands at, its author and its time, if known."""
    about = [f"Comment on {place}", f"by {author}" if author.strip() else ""]
    minute = when[:16].replace("T", " ").removesuffix(" 00:00")
    about.append(f"on {minute}" if minute else "")
    return Piece(BlockKind.FOOTNOTE, f"{' '.join(filter(None, about))}: {text}" if text else "")


def _comment(comment: _Element, name: str, author: str) -> Piece:
    text = "".join(run.text or "" for run in _all(comment, name))
    return comment_piece(comment.get("ref", ""), author, comment.get("dT", ""), text)


def _drawing(package: Package, part: str) -> Iterator[Piece]:
    relationships = package.relationships(part)
    for element in package.root(part).iter():
        name = _name(element)
        if name == "p" and (text := "".join(run.text or "" for run in _all(element, "t"))):
            yield Piece(BlockKind.TEXT, text)
        elif name in ("chart", "blip"):
            identifier = element.get(f"{RELATIONSHIPS}{'id' if name == 'chart' else 'embed'}", "")
            relationship = relationships.get(identifier)
            if relationship is None or not package.has(relationship.target):
                continue
            if name == "chart":
                yield from chart_pieces(package.root(relationship.target))
            else:
                yield Piece(BlockKind.FIGURE, "", image=package.data(relationship.target))


def _all(element: _Element, name: str) -> Iterator[_Element]:
    return (child for child in element.iter() if _name(child) == name)


def _name(element: _Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
