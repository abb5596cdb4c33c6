"""E-mail: the headers, the body and every attachment that a parser can read.

Of a body in plain text and in HTML, the one whose words the other holds too is dropped as a
duplicate. Attachments go through the front door again; one that fails becomes a warning.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from typing import cast

from ragflow.domain.documents import BlockKind, DropKind, ParsedDocument
from ragflow.domain.errors import CorruptFile, LimitExceeded, ParseError
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.encoding import clean, decode
from ragflow.ingest.parse.errors import reading
from ragflow.ingest.parse.html import HtmlParser
from ragflow.ingest.parse.load import parse
from ragflow.ingest.parse.nested import add_document

HEADERS = ("From", "To", "Cc", "Date", "Subject")
MOST_PARTS = 100
DEEPEST = 4

_TELLING = (*HEADERS, "Message-ID", "Received", "MIME-Version", "Content-Type")
_MAIL_ERRORS = (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError)
"""On damaged headers and boundaries the standard library raises the last four as well."""


@parsers.register("eml")
class EmailParser:
    """Read a message as mail programs save it."""

    def parse(
        self, source: SourceFile, options: ParseOptions, progress: Progress
    ) -> ParsedDocument:
        """Return headers, body and attachments, in this order."""
        builder = DocumentBuilder(source.name, options.limits)
        reader = _Reader(builder, options, progress)
        subject = reader.add(source.name, source.data, depth=0)
        return builder.build({"title": subject} if subject else None)


@dataclass(slots=True)
class _Reader:
    """Add a message, and the messages inside it, to one document."""

    builder: DocumentBuilder
    options: ParseOptions
    progress: Progress
    parts_left: int = MOST_PARTS

    def add(self, name: str, data: bytes, depth: int) -> str:
        """Add a message; return its subject. Raises `CorruptFile`."""
        with reading(name, *_MAIL_ERRORS):
            message = BytesParser(policy=policy.default).parsebytes(data)
        return self._message(name, message, depth)

    def _message(self, name: str, message: EmailMessage, depth: int) -> str:
        if not any(header in message for header in _TELLING):
            raise CorruptFile(name=name, reason="it has no mail headers")
        lines = [(header, _header(message, header)) for header in HEADERS]
        text = "\n".join(f"{header}: {value}" for header, value in lines if value)
        self.builder.block(BlockKind.TEXT, text)
        bodies: list[EmailMessage] = []
        attachments: list[EmailMessage] = []
        with reading(name, *_MAIL_ERRORS):
            for part in _leaves(message):
                (bodies if _is_body(part) else attachments).append(part)
        self._bodies(name, bodies)
        for number, part in enumerate(attachments):
            self.progress(number / len(attachments), f"Attachment {number + 1}")
            self._attachment(name, part, depth)
        return lines[-1][1]

    def _bodies(self, name: str, parts: list[EmailMessage]) -> None:
        """Add the bodies; one whose words another holds too is accounted for as a duplicate."""
        bodies = [document for part in parts if (document := self._body(name, part)).text.strip()]
        words = [Counter(re.findall(r"\w+", document.text)) for document in bodies]
        kept = set(range(len(bodies)))
        for index in reversed(range(len(bodies))):
            if any(words[index] <= words[other] for other in kept - {index}):
                kept.remove(index)
        for index, document in enumerate(bodies):
            if index in kept:
                add_document(self.builder, document)
            else:
                self.builder.drop(DropKind.DUPLICATE, document.text)

    def _body(self, name: str, part: EmailMessage) -> ParsedDocument:
        data = _payload(part)
        if part.get_content_type() == "text/html":
            return HtmlParser().parse(SourceFile(name, data), self.options, self.progress)
        body = DocumentBuilder(name, self.options.limits)
        try:
            body.block(BlockKind.TEXT, decode(name, data, part.get_content_charset()))
        except CorruptFile as error:
            self.builder.warn(f"A part of the text was not read: {error}")
        return body.build()

    def _attachment(self, name: str, part: EmailMessage, depth: int) -> None:
        if self.parts_left == 0:
            return
        self.parts_left -= 1
        if self.parts_left == 0:
            self.builder.warn(f"Only the first {MOST_PARTS} attachments were read.")
        inner = _filename(part)
        try:
            if part.get_content_type() == "message/rfc822":
                self._inner_message(inner or "message.eml", part, depth)
            elif inner.lower().endswith(".eml"):
                self._check_depth(inner, depth)
                self._begin(inner)
                self.add(inner, _payload(part), depth + 1)
            elif inner:
                document = parse(SourceFile(inner, _payload(part)), self.options, self.progress)
                self._begin(inner)
                add_document(self.builder, document)
            else:
                self.builder.warn(f"A part of the type {part.get_content_type()} was not read.")
        except LimitExceeded:
            raise
        except ParseError as error:
            self.builder.warn(f"An attachment was not read: {error}")

    def _inner_message(self, inner: str, part: EmailMessage, depth: int) -> None:
        self._check_depth(inner, depth)
        self._begin(inner)
        for message in cast(list[EmailMessage], part.get_payload()):
            self._message(inner, message, depth + 1)

    def _begin(self, inner: str) -> None:
        self.builder.begin_part()
        self.builder.block(BlockKind.TITLE, inner, level=1)

    def _check_depth(self, inner: str, depth: int) -> None:
        if depth >= DEEPEST:
            raise CorruptFile(name=inner, reason=f"messages nest deeper than {DEEPEST}")


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the parts that hold content; messages inside the message are not opened."""
    pending = [message]
    while pending:
        part = pending.pop()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            pending.extend(reversed(cast(list[EmailMessage], part.get_payload())))
        else:
            yield part


def _is_body(part: EmailMessage) -> bool:
    is_text = part.get_content_type() in ("text/plain", "text/html") or (
        part.get_content_maintype() == "multipart"  # declared so, but without its boundary
    )
    return is_text and not part.is_attachment() and not _filename(part)


def _payload(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _filename(part: EmailMessage) -> str:
    try:
        return clean(part.get_filename() or "")
    except _MAIL_ERRORS:
        return ""


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(clean(str(message.get(name, ""))).split())
    except _MAIL_ERRORS:
        return ""
