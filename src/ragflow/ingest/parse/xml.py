"""XML: records as lines `path: value`, prose as paragraphs, what is damaged as plain text.

A file whose text stands beside elements for a good part is prose: what its titles say becomes
titles. Of all others each value keeps the names of what it is in. No entity is expanded, no type
of document read and nothing fetched. Comments and instructions to programs are no text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ragflow.domain.documents import BlockKind, DropKind, ParsedDocument
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.encoding import clean, decode
from ragflow.ingest.parse.pieces import Piece, add_pieces

if TYPE_CHECKING:
    from lxml.etree import _Element

_DECLARATION = re.compile(rb"""<\?xml[^>]*?\bencoding\s*=\s*["']([\w.:-]+)["']""")
_STATED = re.compile(r"""\s*<\?xml[^>]*\?>""")
_TITLES = frozenset({"title", "head", "heading", "subtitle", "caption", "term"})


@parsers.register("xml")
class XmlParser:
    """Read XML of any vocabulary."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return a block for each record or paragraph."""
        from lxml import etree

        builder = DocumentBuilder(source.name, options.limits)
        declared = _DECLARATION.search(source.data[:200])
        charset = declared[1].decode("ascii") if declared else None
        text = decode(source.name, source.data, charset)
        parser = etree.XMLParser(
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            root = etree.fromstring(_STATED.sub("", text, count=1).encode(), parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            builder.warn(f"This is not valid XML ({error}); it was read as plain text.")
            builder.block(BlockKind.CODE, text)
            return builder.build()
        add_pieces(builder, _Reader(_is_prose(root)).pieces(root))
        return builder.build()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turn a tree into pieces."""

    is_prose: bool

    def pieces(self, root: _Element) -> Iterator[Piece]:
        """Yield a piece for each paragraph, value or attribute; in order, without recursion."""
        pending: list[tuple[_Element, str, int]] = [(root, "", 0)]
        while pending:
            element, path, depth = pending.pop()
            yield from self._own(element, path, depth)
            if not _is_mixed(element):
                below = [child for child in element if isinstance(child.tag, str)]
                pending += [
                    (child, f"{path}.{_name(child)}" if path else _name(child), depth + 1)
                    for child in reversed(below)
                ]

    def _own(self, element: _Element, path: str, depth: int) -> Iterator[Piece]:
        path = path or _name(element)
        attributes = [f"{path}@{_local(key)}: {clean(value)}" for key, value in element.items()]
        is_leaf = not any(isinstance(child.tag, str) for child in element)
        text = ""
        if _is_mixed(element) or is_leaf:
            text = " ".join(clean("".join(_texts(element))).split())
        if not self.is_prose:
            if text:
                attributes.insert(0, f"{path}: {text}")
            yield from (Piece(BlockKind.TEXT, line) for line in attributes)
            return
        if _name(element) in _TITLES and is_leaf and text:
            yield Piece(BlockKind.TITLE, text, min(max(depth, 1), 6))
        else:
            yield Piece(BlockKind.TEXT, text)
        if is_leaf and not text:
            yield from (Piece(BlockKind.TEXT, line) for line in attributes)
        else:  # of prose they say how it is set or linked
            hidden = DropKind.HIDDEN
            yield from (Piece(BlockKind.TEXT, line, drop=hidden) for line in attributes)


def _is_prose(root: _Element) -> bool:
    """Tell prose from records, in which text with marks is the lesser part."""
    marked = plain = 0
    pending = [root]
    while pending:
        element = pending.pop()
        if _is_mixed(element):
            marked += sum(map(len, _texts(element)))
            continue
        plain += len((element.text or "").strip())
        pending += [child for child in element if isinstance(child.tag, str)]
    return marked * 2 > plain


def _is_mixed(element: _Element) -> bool:
    """Tell whether text stands beside elements."""
    children = [child for child in element if isinstance(child.tag, str)]
    return bool(children) and (
        bool((element.text or "").strip())
        or any((child.tail or "").strip() for child in element)
        or any(not isinstance(child.tag, str) for child in element)
    )


def _texts(element: _Element) -> Iterator[str]:
    """Yield the text below an element; references to entities as they are written."""
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            yield from _texts(child)
        else:
            yield child.text or ""
        yield child.tail or ""


def _name(element: _Element) -> str:
    return _local(str(element.tag))


def _local(name: str) -> str:
    return name.rpartition("}")[2]
