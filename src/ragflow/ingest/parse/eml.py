"""E-mail: the headers, the body and every attachment that a parser can read.

Of a body in plain text and in HTML, the one whose words the other holds too is dropped as a
duplicate. Attachments go through the front door again; one that fails becomes a warning.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from functools import partial
from typing import cast

from ragflow.domain.documents import BlockKind, ParsedDocument
from ragflow.domain.errors import CorruptFile
from ragflow.domain.ports import Progress
from ragflow.ingest.parse.base import DocumentBuilder, ParseOptions, SourceFile, parsers
from ragflow.ingest.parse.encoding import clean, decode
from ragflow.ingest.parse.errors import reading
from ragflow.ingest.parse.html import HtmlParser
from ragflow.ingest.parse.mail import HEADERS, Mail

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
        reader = _Reader(Mail(builder, options, progress))
        subject = reader.add(source.name, source.data, depth=0)
        return builder.build({"title": subject} if subject else None)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Add a message, and the messages inside it, to one document."""

    mail: Mail

    def add(self, name: str, data: bytes, depth: int) -> str:
        """Add a message; return its subject. Raises `CorruptFile`."""
        with reading(name, *_MAIL_ERRORS):
            message = BytesParser(policy=policy.default).parsebytes(data)
        return self._message(name, message, depth)

    def _message(self, name: str, message: EmailMessage, depth: int) -> str:
        if not any(header in message for header in _TELLING):
            raise CorruptFile(name=name, reason="it has no mail headers")
        headers = {header: _header(message, header) for header in HEADERS}
        self.mail.headers(headers)
        bodies: list[EmailMessage] = []
        attachments: list[EmailMessage] = []
        with reading(name, *_MAIL_ERRORS):
            for part in _leaves(message):
                (bodies if _is_body(part) else attachments).append(part)
        self.mail.bodies([self._body(name, part) for part in bodies])
        for number, part in enumerate(attachments):
            self.mail.progress(number / len(attachments), f"Attachment {number + 1}")
            self.mail.attachment(partial(self._attachment, part, depth))
        return headers["Subject"]

    def _body(self, name: str, part: EmailMessage) -> ParsedDocument:
        data = _payload(part)
        options = self.mail.options
        if part.get_content_type() == "text/html":
            return HtmlParser().parse(SourceFile(name, data), options, self.mail.progress)
        body = DocumentBuilder(name, options.limits)
        try:
            body.block(BlockKind.TEXT, decode(name, data, part.get_content_charset()))
        except CorruptFile as error:
            self.mail.builder.warn(f"A part of the text was not read: {error}")
        return body.build()

    def _attachment(self, part: EmailMessage, depth: int) -> None:
        inner = _filename(part)
        if part.get_content_type() == "message/rfc822":
            self._inner_message(inner or "message.eml", part, depth)
        elif inner.lower().endswith(".eml"):
            self.mail.check_depth(inner, depth)
            self.mail.title(inner)
            self.add(inner, _payload(part), depth + 1)
        elif inner:
            self.mail.file(inner, _payload(part))
        else:
            kind = part.get_content_type()
            self.mail.builder.warn(f"A part of the type {kind} was not read.")

    def _inner_message(self, inner: str, part: EmailMessage, depth: int) -> None:
        self.mail.check_depth(inner, depth)
        self.mail.title(inner)
        for message in cast(list[EmailMessage], part.get_payload()):
            self._message(inner, message, depth + 1)


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
