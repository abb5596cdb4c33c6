"""A PowerPoint file as a whole: its slides in order, their outline texts, notes and pictures.

In: the streams of the compound file. Out: where each slide's record is and what belongs to it.
Refused: files under a password.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ragflow.domain.errors import EncryptedFile
from ragflow.ingest.parse.office_art import first_picture
from ragflow.ingest.parse.ppt.records import (
    ART_DRAWINGS,
    ART_ENTRY,
    ART_STORE,
    DOCUMENT,
    DOCUMENT_ATOM,
    DRAWINGS,
    PLACES,
    SLIDE_ATOM,
    SLIDE_PLACE,
    SLIDE_TEXTS,
    TEXT_KIND,
    TEXT_NARROW,
    TEXT_WIDE,
    USER_EDIT,
    Record,
    records,
)

MAIN, USER, PICTURES = "PowerPoint Document", "Current User", "Pictures"
UNITS_PER_POINT = 8.0

_LOCKED = 0xF3D1C4DF
_SLIDES, _NOTES = 0, 2
_LONGEST_HISTORY = 1000


@dataclass(slots=True)
class Text:
    """Hold a text and its kind: 0 and 6 are titles, 1 and 5 bodies, 2 notes."""

    kind: int
    text: str


@dataclass(slots=True)
class SlideSource:
    """Hold the record of a slide, its texts in the outline, and that of its notes."""

    record: Record
    outline: list[Text] = field(default_factory=list)
    notes: Record | None = None


class Deck:
    """Read one file."""

    def __init__(self, name: str, streams: Mapping[str, bytes]) -> None:
        self._main = streams.get(MAIN, b"")
        self._pictures = streams.get(PICTURES, b"")
        user = streams.get(USER, b"")
        if len(user) >= 20 and struct.unpack_from("<I", user, 12)[0] == _LOCKED:
            raise EncryptedFile(name=name)
        self._places: dict[int, int] = {}
        root = self._read_history(int.from_bytes(user[16:20], "little"))
        document = self._record(root)
        self.document = document if document is not None and document.kind == DOCUMENT else None
        self._entries = list(self._store())

    @property
    def size(self) -> tuple[float, float]:
        """Return the width and the height of the slides in points."""
        atom = self.document.first(DOCUMENT_ATOM) if self.document else None
        width, height = (atom.number(0), atom.number(4)) if atom else (0, 0)
        return (width or 5760) / UNITS_PER_POINT, (height or 4320) / UNITS_PER_POINT

    def slides(self) -> Iterator[SlideSource]:
        """Yield the slides in the order of the show."""
        if self.document is None:
            return
        notes = {identity: place for place, identity, _ in self._listed(_NOTES)}
        for place, _, outline in self._listed(_SLIDES):
            record = self._record(place)
            if record is None:
                continue
            atom = record.first(SLIDE_ATOM)
            place_of_notes = notes.get(atom.number(16)) if atom else None
            page = self._record(place_of_notes) if place_of_notes else None
            yield SlideSource(record, outline, page)

    def picture(self, number: int) -> bytes:
        """Return a picture by its number, which counts from 1."""
        if not 1 <= number <= len(self._entries):
            return b""
        entry = self._entries[number - 1]
        place = entry.number(28)
        size = 8 + int.from_bytes(self._pictures[place + 4 : place + 8], "little")
        return first_picture(self._pictures[place : place + size])

    def _read_history(self, place: int) -> int:
        """Read where records are, newest first; return the number of the document."""
        root = 0
        for _ in range(_LONGEST_HISTORY):
            edit = next(records(self._main, place), None) if place or not root else None
            if edit is None or edit.kind != USER_EDIT:
                break
            root = root or edit.number(16)
            table = next(records(self._main, edit.number(12)), None)
            if table is not None and table.kind == PLACES:
                self._read_places(table.data)
            place = edit.number(8)
            if not place:
                break
        return root

    def _read_places(self, data: bytes) -> None:
        position = 0
        while position + 4 <= len(data):
            (head,) = struct.unpack_from("<I", data, position)
            position += 4
            for number in range(head & 0xFFFFF, (head & 0xFFFFF) + (head >> 20)):
                place = data[position : position + 4]
                self._places.setdefault(number, int.from_bytes(place, "little"))
                position += 4

    def _record(self, number: int) -> Record | None:
        if number not in self._places:
            return None
        return next(records(self._main, self._places[number]), None)

    def _listed(self, instance: int) -> Iterator[tuple[int, int, list[Text]]]:
        """Yield the number, the identity and the texts of the slides in a list."""
        if self.document is None:
            return
        for listing in self.document.all(SLIDE_TEXTS):
            if listing.instance != instance:
                continue
            current: tuple[int, int, list[Text]] | None = None
            for record in listing.children():
                if record.kind == SLIDE_PLACE:
                    if current:
                        yield current
                    current = (record.number(0), record.number(12), [])
                elif current:
                    add_text(current[2], record)
            if current:
                yield current

    def _store(self) -> Iterator[Record]:
        store = self.document.first(DRAWINGS, ART_DRAWINGS, ART_STORE) if self.document else None
        return store.all(ART_ENTRY) if store is not None else iter(())


def add_text(texts: list[Text], record: Record) -> None:
    """Take in a record of text: its kind comes first, then its characters."""
    if record.kind == TEXT_KIND:
        texts.append(Text(record.number(0), ""))
    elif texts and record.kind == TEXT_WIDE:
        texts[-1].text += record.data.decode("utf-16-le", "replace")
    elif texts and record.kind == TEXT_NARROW:
        texts[-1].text += record.data.decode("latin-1")
