"""Mail of agents, sent over SMTP servers that users name.

In: a server with its account, and a message whose body is HTML. Out: the message at the server, as
HTML and as plain text. Refused: servers in private networks that the operator did not allow; lines
that would begin a header of their own; what is no address; too many recipients; and to hand over a
message and a password in the clear, but to a host that the operator named.
"""

from __future__ import annotations

import asyncio
import re
import smtplib
import socket
import ssl
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import formatdate, make_msgid

from ragflow.adapters.guarded_http import AddressGuard
from ragflow.adapters.guarded_sockets import cut_off, guarded_connection, metered_end
from ragflow.domain.agent_ports import Mail, MailServer
from ragflow.domain.errors import ToolFailed

_TOOL = "Email"
_CONNECT_SECONDS = 10.0
_ANSWERED = 1 << 20  # bytes that a server may send in all
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[\w-]{1,63}\.)*[\w-]{1,63}")
_NAMED = re.compile(r"\"?([^<>\"]*?)\"?\s*<([^<>]*)>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_BREAK = re.compile(r"<(?:br|/p|/div|/h[1-6]|/li|/tr|/table|hr)\b[^<>]*>", re.IGNORECASE)
_UNSEEN = re.compile(r"<(script|style|head)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class MailLimits:
    """Bound one message."""

    seconds: float = 60.0
    recipients: int = 50
    chars: int = 1_000_000


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """Send mail.

    `tls` None means that certificates are checked as this machine does; on `tls_ports` servers
    speak TLS from the first byte on.
    """

    guard: AddressGuard = field(default_factory=AddressGuard)
    limits: MailLimits = field(default_factory=MailLimits)
    tls: ssl.SSLContext | None = None
    tls_ports: frozenset[int] = frozenset({465})

    async def send(self, server: MailServer, mail: Mail) -> None:
        """Send a message. Raises `AddressRefused` or `ToolFailed`."""
        message, recipients = compose(server, mail, self.limits)
        await asyncio.to_thread(self._send, server, message, recipients)

    def _send(self, server: MailServer, message: EmailMessage, recipients: list[str]) -> None:
        seconds = self.limits.seconds
        wait = min(seconds, _CONNECT_SECONDS)
        far = guarded_connection(self.guard, _TOOL, server.host, server.port, wait)
        with ExitStack() as stack:
            stack.enter_context(far)
            deadline = stack.enter_context(cut_off(far.fileno(), seconds))
            link, _ = stack.enter_context(metered_end(far, _ANSWERED))
            link.settimeout(seconds)
            try:
                if server.port in self.tls_ports:
                    link = self._context().wrap_socket(link, server_hostname=server.host)
                client = _Client(link, server)
                stack.callback(client.close)
                self._secure(client, server)
                if server.username:
                    client.login(server.username, server.password)
                client.send_message(message, message["From"].addresses[0].addr_spec, recipients)
                with suppress(smtplib.SMTPException, OSError):
                    client.quit()
            except (smtplib.SMTPException, OSError, ValueError) as error:
                late = f"it took more than {seconds:g} seconds" if deadline.passed else ""
                raise ToolFailed(tool=_TOOL, reason=late or _told(error)) from None

    def _secure(self, client: _Client, server: MailServer) -> None:
        """Make sure that nobody reads along, unless the operator named this host."""
        if server.port in self.tls_ports:
            return
        client.ehlo()
        if client.has_extn("starttls"):
            client.starttls(context=self._context())
            client.ehlo()
        elif server.host.lower().rstrip(".") not in self.guard.allowed_hosts:
            raise ToolFailed(
                tool=_TOOL,
                reason=f"{server.host}:{server.port} offers no encryption (STARTTLS); use the port "
                "465 or 587 of the server",
            )

    def _context(self) -> ssl.SSLContext:
        return self.tls or ssl.create_default_context()


class _Client(smtplib.SMTP):
    """Speak SMTP over a connection that is there already."""

    def __init__(self, link: socket.socket, server: MailServer) -> None:
        self._link = link
        super().__init__(server.host, server.port, local_hostname="localhost")

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002
        return self._link


def compose(server: MailServer, mail: Mail, limits: MailLimits) -> tuple[EmailMessage, list[str]]:
    """Return a message and the addresses that it goes to. Raises `ToolFailed`."""
    to, cc = _addresses(mail.to), _addresses(mail.cc)
    if not to:
        raise ToolFailed(tool=_TOOL, reason="nobody is given to send to")
    recipients = list(dict.fromkeys(address.addr_spec for address in (*to, *cc)))
    if len(recipients) > limits.recipients:
        reason = f"a message goes to {limits.recipients} recipients at most"
        raise ToolFailed(tool=_TOOL, reason=reason)
    if len(mail.html) > limits.chars:
        raise ToolFailed(tool=_TOOL, reason=f"it has more than {limits.chars} characters")
    sender = _address(server.sender or server.username)
    message = EmailMessage(policy=SMTP_POLICY)
    message["Subject"] = _line(mail.subject, "subject")
    message["From"] = Address(
        _line(server.sender_name, "sender's name"), addr_spec=sender.addr_spec
    )
    message["To"] = to
    if cc:
        message["Cc"] = cc
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=sender.domain)
    html = mail.html.encode("utf-8", "replace").decode()
    message.set_content(plain_text(html))
    message.add_alternative(html, subtype="html")
    return message, recipients


def plain_text(html: str) -> str:
    """Return the words of HTML with its paragraphs and rows as lines."""
    from html import unescape

    shown = _TAG.sub("", _BREAK.sub("\n", _UNSEEN.sub("", html)))
    lines = (" ".join(line.split()) for line in unescape(shown).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _addresses(texts: Iterable[str]) -> tuple[Address, ...]:
    return tuple(_address(text) for text in texts if text.strip())


def _address(text: str) -> Address:
    """Read an address, with or without a name before it. Raises `ToolFailed`."""
    line = _line(text, "address")
    named = _NAMED.fullmatch(line)
    name, spec = named.groups() if named else ("", line)
    if not _ADDRESS.fullmatch(spec):
        raise ToolFailed(tool=_TOOL, reason=f"{text[:100]!r} is no mail address")
    local, _, domain = spec.rpartition("@")
    try:
        return Address(name, local, domain.encode("idna").decode())
    except (ValueError, UnicodeError):
        raise ToolFailed(tool=_TOOL, reason=f"{text[:100]!r} is no mail address") from None


def _line(text: str, what: str) -> str:
    if _CONTROL.search(text.strip()):
        raise ToolFailed(tool=_TOOL, reason=f"the {what} must be one line")
    return text.strip().encode("utf-8", "replace").decode()


def _told(error: Exception) -> str:
    """Return what a server said, as people read it."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            return f"the server takes no mail for {', '.join(error.recipients)}"
        case smtplib.SMTPResponseException():
            said = error.smtp_error
            text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
            return f"the server said {error.smtp_code} {text}"
        case _:
            return str(error) or "the server closed the connection"
