"""Packages: the XML parts of a DOCX, an ODT or an EPUB, and how they refer to each other.

In: an archive that `check_archive` passed. Out: parsed parts in the transitional namespaces,
whichever of its two dialects the file is written in. Refused: parts with a document type, since
only they can carry entity bombs.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ragflow.domain.errors import CorruptFile
from ragflow.ingest.parse.errors import reading

if TYPE_CHECKING:
    from lxml.etree import _Element

_STRICT = b"http://purl.oclc.org/ooxml/"
_TRANSITIONAL = (
    (b"drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
    (b"officeDocument/", b"http://schemas.openxmlformats.org/officeDocument/2006/"),
    (b"wordprocessingml/", b"http://schemas.openxmlformats.org/wordprocessingml/2006/"),
    (b"presentationml/", b"http://schemas.openxmlformats.org/presentationml/2006/"),
    (b"spreadsheetml/", b"http://schemas.openxmlformats.org/spreadsheetml/2006/"),
)
RELATIONSHIPS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


@dataclass(frozen=True, slots=True)
class Relationship:
    """Point from one part to another; `kind` is the last word of the type's address."""

    kind: str
    target: str
    external: bool


class Package:
    """Read the parts of an archive."""

    def __init__(self, name: str, archive: zipfile.ZipFile) -> None:
        self.name = name
        self._archive = archive
        self._names = {member.lower().lstrip("/"): member for member in archive.namelist()}

    def has(self, part: str) -> bool:
        """Tell whether the package holds a part."""
        return part.lower() in self._names

    def names(self) -> list[str]:
        """Return the names of all parts as the archive spells them."""
        return self._archive.namelist()

    def data(self, part: str) -> bytes:
        """Return a part's bytes; none where it is missing."""
        member = self._names.get(part.lower())
        return self._archive.read(member) if member is not None else b""

    def root(self, part: str, doctype: bool = False) -> _Element:
        """Return a part's root element. Raises `CorruptFile`, also for a document type.

        Formats whose writers put one in allow it by `doctype`; its entities stay as they are.
        """
        from lxml import etree

        if not self.has(part):
            raise CorruptFile(name=self.name, reason=f"its part {part} is missing")
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
        )
        with reading(self.name, etree.XMLSyntaxError, ValueError):
            root = etree.fromstring(to_transitional(self.data(part)), parser)
        if root.getroottree().docinfo.doctype and not doctype:
            raise CorruptFile(name=self.name, reason=f"its part {part} has a document type")
        return root

    def relationships(self, part: str) -> dict[str, Relationship]:
        """Return the relationships of a part by id; the empty name asks for the package's own."""
        folder, file = posixpath.split(part)
        listing = posixpath.join(folder, "_rels", f"{file}.rels")
        if not self.has(listing):
            return {}
        found: dict[str, Relationship] = {}
        for entry in self.root(listing).iterchildren("{*}Relationship"):
            target = entry.get("Target", "")
            external = entry.get("TargetMode") == "External"
            if not external:
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            kind = entry.get("Type", "").rpartition("/")[2]
            found[entry.get("Id", "")] = Relationship(kind, target, external)
        return found

    def main_part(self, fallback: str) -> str:
        """Return the name of the part that the package is about."""
        for relationship in self.relationships("").values():
            if relationship.kind == "officeDocument" and self.has(relationship.target):
                return relationship.target
        return fallback


def to_transitional(xml: bytes) -> bytes:
    """Return XML of the strict dialect in the namespaces of the transitional one."""
    if _STRICT not in xml:
        return xml
    for strict, transitional in _TRANSITIONAL:
        xml = xml.replace(_STRICT + strict, transitional)
    return xml


def transitional_copy(archive: zipfile.ZipFile) -> bytes:
    """Return the archive with all its XML in the transitional namespaces."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as copy:
        for name in dict.fromkeys(archive.namelist()):
            data = archive.read(name)
            copy.writestr(name, to_transitional(data) if name.endswith((".xml", ".rels")) else data)
    return target.getvalue()
