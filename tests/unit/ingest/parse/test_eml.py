"""E-mail: bodies, attachments and messages inside messages."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from ragflow.domain.errors import CorruptFile


def mail(subject: str = "Hello") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    return message


def test_an_html_body_alone_is_read_as_html(read, parts) -> None:
    message = mail()
    message.set_content("<h1>Title</h1><p>Text</p>", subtype="html")
    assert parts(read("a.eml", bytes(message)))[1:] == [("title", "Title"), ("text", "Text")]


def test_the_fuller_of_two_bodies_is_kept(read) -> None:
    message = mail()
    message.set_content("Hello Bob\n")
    message.add_alternative("<p>Hello Bob</p><table><tr><td>1<td>2</table>", subtype="html")
    document = read("a.eml", bytes(message))
    (drop,) = document.drops
    assert document.text[drop.span.start : drop.span.end].strip() == "Hello Bob"
    assert any(block.table for block in document.blocks)


def test_two_bodies_that_differ_are_both_kept(read) -> None:
    message = mail()
    message.set_content("one\n")
    message.add_alternative("<p>two</p>", subtype="html")
    document = read("a.eml", bytes(message))
    assert not document.drops
    assert document.text.split()[-2:] == ["one", "two"]


def test_an_attachment_that_fails_is_a_warning(read) -> None:
    message = mail()
    message.set_content("text")
    message.add_attachment(b"", maintype="application", subtype="pdf", filename="a.pdf")
    message.add_attachment(b"x", maintype="video", subtype="x", filename="a.mkv")
    document = read("a.eml", bytes(message))
    assert len(document.warnings) == 2
    assert "0 bytes" in document.warnings[0]


def test_messages_inside_messages_end_somewhere(read) -> None:
    message = mail("innermost")
    message.set_content("deep")
    for _ in range(30):
        outer = mail("outer")
        outer.set_content("text")
        outer.add_attachment(message)
        message = outer
    document = read("a.eml", bytes(message))
    assert "innermost" not in document.text
    assert "nest deeper" in document.warnings[0]


def test_encoded_headers_are_decoded(read) -> None:
    data = b"Subject: =?utf-8?b?5L2g5aW9?=\nFrom: =?bad?x?y?=\n\nbody\n"
    assert "Subject: 你好" in read("a.eml", data).text


def test_a_text_without_mail_headers_is_refused(read) -> None:
    with pytest.raises(CorruptFile, match="no mail headers"):
        read("a.eml", b"just a text\n\nand more")
