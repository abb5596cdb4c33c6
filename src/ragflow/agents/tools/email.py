"""Mail: a message that an agent sends from an account of its author.

In: recipients, a subject and a body, each by itself or all as one JSON object in `content`, as
canvases have it whose model writes the whole message. Out: whether it was sent. Refused: what the
mailer refuses.
"""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import Field

from ragflow.agents.environment import Environment
from ragflow.agents.options import Options
from ragflow.agents.references import as_text
from ragflow.agents.tools.base import Tool, ToolResult, tools
from ragflow.agents.tools.readings import Words
from ragflow.domain.agent_ports import Mail, MailServer
from ragflow.domain.errors import ToolFailed

_SEPARATORS = re.compile("[,;]")
_FENCED = re.compile(r"\s*```\w*\s*(.*?)\s*```\s*", re.DOTALL)
_PARTS = ("to_email", "cc_email", "subject", "content")


class EmailOptions(Options):
    """Hold a message and the account that sends it."""

    to_email: Words = Field("", description="The recipient; several are separated by commas.")
    cc_email: Words = Field("", description="Who gets a copy; several are separated by commas.")
    subject: Words = Field("", description="The subject, in one line.")
    content: Words = Field("", description="The body of the message, in HTML.")
    smtp_server: str = ""
    smtp_port: int = Field(465, ge=1, le=65535)
    email: str = ""
    password: str = Field("", repr=False)
    sender_name: str = ""


@tools.register("Email")
class Email(Tool[EmailOptions]):
    """Send a message."""

    function = "email"
    description = "Send a mail. Use it only when you were asked to send something."
    asked = _PARTS
    changes_things = True
    options = EmailOptions
    further_outputs = ("success",)

    async def run(self, options: EmailOptions, environment: Environment) -> ToolResult:
        """Send the message. Raises `ToolFailed`."""
        if not options.smtp_server or not options.email:
            raise ToolFailed(
                tool="Email", reason="set smtp_server and email, the account that sends"
            )
        parts = {name: getattr(options, name) for name in _PARTS} | _written(options.content)
        mail = Mail(
            to=_addresses(parts["to_email"]),
            subject=parts["subject"] or "No subject",
            html=parts["content"],
            cc=_addresses(parts["cc_email"]),
        )
        server = MailServer(
            host=options.smtp_server.strip(),
            port=options.smtp_port,
            username=options.email.strip(),
            password=options.password,
            sender=options.email.strip(),
            sender_name=options.sender_name,
        )
        await environment.mail.send(server, mail)
        return ToolResult("The mail was sent.", data={"success": True}, outputs={"success": True})


def _written(content: str) -> dict[str, str]:
    """Return the parts that stand in the content as a JSON object; none where it is no such."""
    fenced = _FENCED.fullmatch(content)
    try:
        found: Any = json.loads(fenced[1] if fenced else content)
    except ValueError:
        return {}
    if not isinstance(found, dict) or not ("to_email" in found or "subject" in found):
        return {}
    # The object was the message: what it leaves out is not the object itself.
    written = {"content": "", **found}
    return {name: as_text(written[name]) for name in _PARTS if written.get(name) is not None}


def _addresses(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in _SEPARATORS.split(text) if part.strip())
