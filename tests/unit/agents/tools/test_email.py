"""Email sends what a canvas or a model wrote from the account of the canvas."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from ragflow.agents.tools.base import ToolResult, spec_of
from ragflow.agents.tools.email import Email, EmailOptions
from ragflow.domain.agent_ports import Mail, MailServer
from ragflow.domain.errors import ToolFailed
from ragflow.testing.agents import FakeOutside

ACCOUNT = {
    "smtp_server": "mail.example.org",
    "email": "bot@example.org",
    "password": "p",
    "sender_name": "Bot",
}
SERVER = MailServer("mail.example.org", 465, "bot@example.org", "p", "bot@example.org", "Bot")


def _run(outside: FakeOutside, **params: Any) -> ToolResult:
    options = EmailOptions.model_validate({**ACCOUNT, **params})
    return asyncio.run(Email().run(options, outside.environment()))


def test_a_message_is_sent_from_the_account_of_the_canvas() -> None:
    outside = FakeOutside()
    result = _run(
        outside,
        to_email="a@example.org, b@example.org",
        cc_email="c@example.org;",
        subject="Hello",
        content="<p>x</p>",
    )
    mail = Mail(("a@example.org", "b@example.org"), "Hello", "<p>x</p>", ("c@example.org",))
    assert outside.mail.sent == [(SERVER, mail)]
    assert result.outputs == {"success": True}


@pytest.mark.parametrize("frame", ["{}", "```json\n{}\n```"])
def test_a_model_may_write_the_whole_message_as_json(frame: str) -> None:
    outside = FakeOutside()
    written = {"to_email": "a@example.org", "subject": "S", "content": "<b>x</b>"}
    content = frame.replace("{}", json.dumps(written))
    _run(outside, to_email="old@example.org", cc_email="c@example.org", content=content)
    assert outside.mail.sent[0][1] == Mail(("a@example.org",), "S", "<b>x</b>", ("c@example.org",))


@pytest.mark.parametrize("content", ['{"temperature": 20}', "[1]", "{not json}", "42"])
def test_other_json_is_a_body_like_any_text(content: str) -> None:
    outside = FakeOutside()
    _run(outside, to_email="a@example.org", content=content)
    assert outside.mail.sent[0][1] == Mail(("a@example.org",), "No subject", content, ())


def test_without_an_account_nothing_is_sent() -> None:
    for missing in ("smtp_server", "email"):
        outside = FakeOutside()
        with pytest.raises(ToolFailed, match="smtp_server and email"):
            _run(outside, to_email="a@example.org", content="x", **{missing: ""})
        assert outside.mail.sent == []


def test_what_was_sent_must_not_be_sent_twice() -> None:
    assert Email.changes_things


def test_a_model_fills_the_message_and_never_the_account() -> None:
    spec = spec_of(Email)
    assert spec.name == "email"
    properties = spec.parameters["properties"]
    assert list(properties) == ["to_email", "cc_email", "subject", "content"]
    assert "password" not in json.dumps(spec.parameters)
