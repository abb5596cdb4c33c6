"""Messages as Outlook saves them: the headers, the body and every attachment that can be read.

In: a compound file of properties, as [MS-OXMSG] describes it. Out: as for other e-mail. Messages
inside the message are opened, a few deep. Refused: files that are no message.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from ragflow.domain.documents import BlockKind, ParsedDocument
from ragflow.domain.errors import CorruptFile
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.compound import streams_of
from ragflow.ingest.parse.encoding import clean, decode
from ragflow.ingest.parse.html import HtmlParser
from ragflow.ingest.parse.mail import Mail
from ragflow.ingest.parse.sniff import RTF
from ragflow.ingest.parse.unpack_rtf import unpacked_rtf

_PROPERTIES = "__properties_version1.0"
_STREAM = "__substg1.0_"
_RECIPIENT, _ATTACHMENT = "__recip_version1.0_", "__attach_version1.0_"
_UNICODE, _ANSI, _BINARY, _OBJECT = "001F", "001E", "0102", "000D"
_SUBJECT, _BODY, _HTML, _RTF = "0037", "1000", "1013", "1009"
_SENDER, _SENDER_ADDRESS, _SENDER_MAIL = "0C1A", "5D01", "0C1F"
_NAME, _MAIL, _SMTP, _ROLE = "3001", "3003", "39FE", 0x0C15
_LONG_NAME, _SHORT_NAME, _DATA = "3707", "3704", "3701"
_SUBMITTED, _DELIVERED = 0x0039, 0x0E06
_CODE_PAGE = 0x3FFD
_HEADER_SIZES = {"top": 32, "inner": 24, "part": 8}
_ROLES = {1: "To", 2: "Cc"}
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_ENTRY = struct.Struct("<HHI8s")


@parsers.register("msg")
class OutlookParser:
    """Read a message that was saved by Outlook."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return headers, body and attachments, in this order."""
        builder = DocumentBuilder(source.name, options.limits)
        mail = Mail(builder, options, progress)
        streams = streams_of(source)
        if _PROPERTIES not in streams:
            raise CorruptFile(name=source.name, reason="it is not a message of Outlook")
        subject = _Message(mail, source.name, streams).add(depth=0)
        return builder.build({"title": subject} if subject else None)


@dataclass(frozen=True, slots=True)
class _Message:
    """Read the streams of one message; `prefix` is the storage that holds them."""

    mail: Mail
    name: str
    streams: Mapping[str, bytes]
    prefix: str = ""

    def add(self, depth: int) -> str:
        """Add the message; return its subject."""
        fixed = self._fixed("", "inner" if depth else "top")
        subject = self._text("", _SUBJECT)
        headers = {"From": self._sender(), "Subject": subject, "Date": _date(fixed)}
        self.mail.headers({**headers, **self._recipients()})
        self.mail.bodies(self._bodies())
        storages = self._storages(_ATTACHMENT)
        for number, storage in enumerate(storages):
            self.mail.progress(number / len(storages), f"Attachment {number + 1}")
            self.mail.attachment(partial(self._attachment, storage, depth))
        return subject

    def _bodies(self) -> list[ParsedDocument]:
        bodies: list[ParsedDocument] = []
        options, progress = self.mail.options, self.mail.progress
        if text := self._text("", _BODY):
            body = DocumentBuilder(self.name, options.limits)
            body.block(BlockKind.TEXT, text)
            bodies.append(body.build())
        if page := self._page():
            bodies.append(HtmlParser().parse(SourceFile("body.html", page), options, progress))
        packed = self._stream("", _RTF, _BINARY)
        if packed and not bodies:
            rtf = unpacked_rtf(packed)
            if rtf.startswith(RTF):
                self.mail.attachment(partial(self.mail.file, "body.rtf", rtf))
            else:
                self.mail.builder.warn("The text of the message is damaged; it was left out.")
        return bodies

    def _page(self) -> bytes:
        page = self._stream("", _HTML, _BINARY)
        return page or self._text("", _HTML).encode()

    def _attachment(self, storage: str, depth: int) -> None:
        name = self._text(storage, _LONG_NAME) or self._text(storage, _SHORT_NAME)
        inner = f"{self.prefix}{storage}/{_STREAM}{_DATA}{_OBJECT}/"
        if f"{inner}{_PROPERTIES}" in self.streams:
            name = name or self._text(storage, _NAME) or "message.msg"
            self.mail.check_depth(name, depth)
            self.mail.title(name)
            _Message(self.mail, name, self.streams, inner).add(depth + 1)
        elif name:
            self.mail.file(name, self._stream(storage, _DATA, _BINARY))
        else:
            self.mail.builder.warn("An attachment without a name was not read.")

    def _sender(self) -> str:
        address = self._text("", _SENDER_ADDRESS) or self._text("", _SENDER_MAIL)
        return _person(self._text("", _SENDER), address)

    def _recipients(self) -> dict[str, str]:
        people: dict[str, list[str]] = {}
        for storage in self._storages(_RECIPIENT):
            role = self._fixed(storage, "part").get(_ROLE, b"\1")[0]
            address = self._text(storage, _SMTP) or self._text(storage, _MAIL)
            person = _person(self._text(storage, _NAME), address)
            if header := _ROLES.get(role):
                people.setdefault(header, []).append(person)
        return {header: ", ".join(names) for header, names in people.items()}

    def _storages(self, kind: str) -> list[str]:
        """Return the storages of a kind, in order."""
        start = self.prefix + kind
        names = {
            path[len(self.prefix) :].split("/")[0]
            for path in self.streams
            if path.startswith(start)
        }
        return sorted(names)

    def _text(self, storage: str, identifier: str) -> str:
        wide = self._stream(storage, identifier, _UNICODE)
        if wide:
            return clean(wide.decode("utf-16-le", "replace")).strip().replace("\r\n", "\n")
        narrow = self._stream(storage, identifier, _ANSI)
        return decode(self.name, narrow, self._charset()).strip() if narrow else ""

    def _charset(self) -> str | None:
        page = self._fixed("", "inner" if self.prefix else "top").get(_CODE_PAGE)
        number = struct.unpack_from("<I", page)[0] if page else 0
        return "utf-8" if number == 65001 else f"cp{number}" if number else None

    def _stream(self, storage: str, identifier: str, kind: str) -> bytes:
        folder = f"{self.prefix}{storage}/" if storage else self.prefix
        return self.streams.get(f"{folder}{_STREAM}{identifier}{kind}", b"")

    def _fixed(self, storage: str, level: str) -> dict[int, bytes]:
        """Return the properties of fixed size by their number."""
        folder = f"{self.prefix}{storage}/" if storage else self.prefix
        data = self.streams.get(f"{folder}{_PROPERTIES}", b"")[_HEADER_SIZES[level] :]
        whole = len(data) // _ENTRY.size * _ENTRY.size
        return {entry[1]: entry[3] for entry in _ENTRY.iter_unpack(data[:whole])}


def _person(name: str, address: str) -> str:
    if name and "@" in address and address != name:
        return f"{name} <{address}>"
    return name or address


def _date(fixed: Mapping[int, bytes]) -> str:
    """Return when the message was sent; file times count 100 ns from 1601."""
    value: Any = fixed.get(_SUBMITTED) or fixed.get(_DELIVERED)
    if not value:
        return ""
    try:
        moment = _EPOCH + timedelta(microseconds=int.from_bytes(value, "little") // 10)
    except OverflowError:
        return ""
    return moment.isoformat(sep=" ", timespec="minutes")
