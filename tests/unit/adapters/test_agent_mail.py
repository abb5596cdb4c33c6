"""Mail leaves for servers that were checked, encrypted, and says no more than its author wrote."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ragflow.adapters.agent_mail import MailLimits, SmtpMailer, compose, plain_text
from ragflow.adapters.guarded_http import AddressGuard
from ragflow.domain.agent_ports import Mail, MailServer
from ragflow.domain.errors import AddressRefused, ToolFailed

NAME = "mail.example.org"
PASSWORD = "long secret"
MAIL = Mail(["Anna Ä <anna@example.org>"], "Über uns", "<p>Guten&nbsp;Tag</p><b>fett</b>")
ALLOWED = AddressGuard(allowed_hosts=(NAME,), resolve=lambda _host, _port: ["127.0.0.1"])


class Inbox:
    """Keep what comes in; wait before that, if told."""

    def __init__(self) -> None:
        self.mails: list[tuple[EmailMessage, list[str], str, bool]] = []
        self.delay = 0.0

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        await asyncio.sleep(self.delay)
        message = message_from_bytes(envelope.content, policy=default)
        secured = session.ssl is not None or server.transport.get_extra_info("sslcontext")
        self.mails.append((message, envelope.rcpt_tos, envelope.mail_from, bool(secured)))
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address.startswith("unknown"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Make a certificate for the name of the server and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def trusting(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate[0]))


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def serve(inbox: Inbox, certificate: tuple[Path, Path]) -> Iterator[Callable[..., int]]:
    """Return what starts a server with STARTTLS or without, and returns its port."""
    started: list[Controller] = []

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)

    def start(*, starttls: bool = False, tls: bool = False) -> int:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        controller = Controller(
            inbox,
            hostname="127.0.0.1",
            port=_free_port(),
            ssl_context=context if tls else None,
            tls_context=context if starttls else None,
            require_starttls=starttls,
            authenticator=check,
            auth_require_tls=False,
        )
        controller.start()
        started.append(controller)
        return controller.port

    yield start
    for controller in started:
        controller.stop()


def _send(
    port: int,
    tls: ssl.SSLContext | None = None,
    *,
    mail: Mail = MAIL,
    guard: AddressGuard = ALLOWED,
    host: str = NAME,
    password: str = PASSWORD,
    limits: MailLimits = MailLimits(),  # noqa: B008 - frozen
    tls_ports: frozenset[int] = frozenset(),
) -> None:
    server = MailServer(host, port, "bot@example.org", password, sender_name="Der Bot, GmbH")
    asyncio.run(SmtpMailer(guard, limits, tls, tls_ports).send(server, mail))


def test_a_message_arrives_encrypted_as_html_and_as_text(
    serve: Callable[..., int], inbox: Inbox, trusting: ssl.SSLContext
) -> None:
    _send(serve(starttls=True), trusting)
    [(message, recipients, sender, secured)] = inbox.mails
    assert secured
    assert recipients == ["anna@example.org"]
    assert sender == "bot@example.org"
    assert message["Subject"] == "Über uns"
    assert message["To"].addresses[0].display_name == "Anna Ä"
    assert message["From"].addresses[0].display_name == "Der Bot, GmbH"
    html, text = (message.get_body((kind,)) for kind in ("html", "plain"))
    assert html is not None
    assert text is not None
    assert html.get_content().strip() == MAIL.html
    assert text.get_content().splitlines() == ["Guten Tag", "fett"]


def test_on_the_port_for_it_the_server_is_spoken_to_over_tls_from_the_start(
    serve: Callable[..., int], inbox: Inbox, trusting: ssl.SSLContext
) -> None:
    port = serve(tls=True)
    _send(port, trusting, tls_ports=frozenset({port}))
    with pytest.raises(ToolFailed, match="certificate"):
        _send(port, tls_ports=frozenset({port}))
    assert len(inbox.mails) == 1
    assert SmtpMailer().tls_ports == {465}


def test_copies_go_to_everybody_once(
    serve: Callable[..., int], inbox: Inbox, trusting: ssl.SSLContext
) -> None:
    mail = Mail(["a@example.org", "b@example.org"], "s", "x", cc=["c@example.org", "a@example.org"])
    _send(serve(starttls=True), trusting, mail=mail)
    assert inbox.mails[0][1] == ["a@example.org", "b@example.org", "c@example.org"]


def test_a_certificate_that_nobody_vouches_for_is_refused(
    serve: Callable[..., int], inbox: Inbox
) -> None:
    with pytest.raises(ToolFailed, match="certificate"):
        _send(serve(starttls=True))
    assert inbox.mails == []


def test_nothing_goes_out_in_the_clear_but_to_a_host_that_the_operator_named(
    serve: Callable[..., int], inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = serve(starttls=False)
    # As if the server were somewhere public: its address passes, its name is not on the list.
    monkeypatch.setattr("ragflow.adapters.guarded_http.is_public", lambda _address: True)
    public = AddressGuard(resolve=lambda _host, _port: ["127.0.0.1"])
    with pytest.raises(ToolFailed, match="STARTTLS"):
        _send(port, guard=public)
    assert inbox.mails == []
    _send(port)
    assert [secured for *_, secured in inbox.mails] == [False]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "169.254.169.254"])
def test_private_servers_are_refused(serve: Callable[..., int], inbox: Inbox, host: str) -> None:
    with pytest.raises(AddressRefused):
        _send(serve(starttls=False), guard=AddressGuard(), host=host)
    assert inbox.mails == []


def test_what_the_server_refuses_is_told(
    serve: Callable[..., int], trusting: ssl.SSLContext
) -> None:
    port = serve(starttls=True)
    with pytest.raises(ToolFailed, match="535"):
        _send(port, trusting, password="wrong")
    with pytest.raises(ToolFailed, match=r"unknown@example\.org"):
        _send(port, trusting, mail=Mail(["unknown@example.org"], "s", "x"))


def test_a_slow_server_does_not_hold_the_caller(
    serve: Callable[..., int], inbox: Inbox, trusting: ssl.SSLContext
) -> None:
    inbox.delay = 30
    with pytest.raises(ToolFailed, match=r"timed out|more than 1 seconds"):
        _send(serve(starttls=True), trusting, limits=MailLimits(seconds=1))


def test_a_server_cannot_fill_the_memory() -> None:
    def babble(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, contextlib.suppress(OSError):
            for _ in range(10_000):
                connection.sendall(b"220-hello again\r\n" * 1000)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=babble, args=(server,))
        thread.start()
        with pytest.raises(ToolFailed):
            _send(server.getsockname()[1])
        thread.join()


@pytest.mark.parametrize(
    "mail",
    [
        Mail(["a@example.org"], "hello\r\nBcc: x@example.org", "x"),
        Mail(["a@example.org"], "hello\u2028Bcc: x@example.org", "x"),
        Mail(["a@example.org\nBcc: x@example.org"], "s", "x"),
        Mail(["a@example.org"], "s", "x", cc=["b@example.org\r\nX: y"]),
        Mail(["nobody"], "s", "x"),
        Mail(["a b@example.org"], "s", "x"),
        Mail(["a@example.org>, <b@example.org"], "s", "x"),
        Mail(["a@exa mple.org"], "s", "x"),
        Mail(["a@[127.0.0.1]"], "s", "x"),
        Mail([" "], "s", "x"),
        Mail([], "s", "x"),
        Mail([f"a{number}@example.org" for number in range(51)], "s", "x"),
        Mail(["a@example.org"], "s", "x" * 1_000_001),
    ],
)
def test_what_is_no_honest_message_is_refused(mail: Mail) -> None:
    with pytest.raises(ToolFailed):
        compose(MailServer(NAME, 587, "bot@example.org", ""), mail, MailLimits())


@pytest.mark.parametrize(
    "server",
    [
        MailServer(NAME, 587, "bot", ""),
        MailServer(NAME, 587, "bot@example.org", "", sender_name="x\r\nBcc: y@example.org"),
        MailServer(NAME, 587, "bot@example.org", "", sender="a@example.org\nX: y"),
    ],
)
def test_a_sender_must_be_one_address(server: MailServer) -> None:
    with pytest.raises(ToolFailed):
        compose(server, MAIL, MailLimits())


def test_the_text_beside_html_has_its_words_and_lines() -> None:
    html = (
        "<head><style>p{}</style></head><p>One &amp; two</p><ul><li>a</li><li>b</li></ul><!-- c -->"
    )
    assert plain_text(html) == "One & two\na\nb\n"
    assert plain_text("plain\nwords") == "plain\nwords\n"
