"""Templates that write: in several passes, and with a person who has the last word."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.agents.environment import ReadFile
from ragflow.agents.question import Question
from ragflow.agents.state import is_under_way
from ragflow.domain.agent_ports import Mail, MailServer
from ragflow.domain.errors import ToolFailed
from ragflow.testing.agent_desk import Desk, path_of
from ragflow.testing.agents import FakeFiles, FakeMailer

pytestmark = pytest.mark.anyio

MINUTES = {
    "title": "Launch",
    "summary": "We launch in May.",
    "decisions": ["Launch on May 4."],
    "actions": [{"what": "Write the text", "owner": "Ann", "due": "open"}],
    "subject": "Launch: what we decided",
    "mail": "<p>We launch on <strong>May 4</strong>.</p>",
}


async def test_a_translation_is_reflected_on_and_improved(desk: Desk) -> None:
    desk.says("You translate into French", "Le chat s'assoit.")
    desk.says("You review translations into French", "s'assoit: est assis")
    desk.says("You edit translations into French", "Le chat est assis.")
    talk = desk.talk("translation")
    said = await talk.ask("The cat sits.", language={"type": "line", "value": "French"})
    assert said == "Le chat est assis."
    assert path_of(talk) == [
        *("begin", "LLM:Draft", "LLM:Reflect", "LLM:Improve", "Message:Translation")
    ]
    told = desk.prompt("You edit translations into French")
    assert "Original:\nThe cat sits.\n\nDraft:\nLe chat s'assoit." in told
    assert "Review:\ns'assoit: est assis" in told


async def test_the_language_has_a_default_and_is_remembered(desk: Desk) -> None:
    for language in ("English", "German", "German"):
        for step in ("translate", "review translations", "edit translations"):
            desk.says(f"You {step} into {language}", language)
    talk = desk.talk("translation")
    assert await talk.ask("Bonjour") == "English"
    assert await talk.ask("Bonjour", language="German") == "German"
    assert await talk.ask("Bonsoir") == "German"


async def test_a_draft_waits_and_is_changed_until_it_is_approved(desk: Desk) -> None:
    writer = "a person who approves them"
    desk.says(writer, "Dear all, we move.", "Dear all, we move on Monday.")
    talk = desk.talk("draft_and_approve")
    said = await talk.ask("Tell everybody that we move")
    assert said.startswith("Dear all, we move.\n\n---\n")
    assert talk.kinds[-1] == "user_inputs"
    assert set(talk.events[-1].data["inputs"]) == {"answer"}
    assert "The last draft:\n\n\n" in desk.prompt(writer)

    said = await talk.ask("Say on which day: Monday")
    assert said.startswith("Dear all, we move on Monday.")
    assert talk.kinds[-1] == "user_inputs"
    told = desk.prompt(writer)
    assert "The last draft:\nDear all, we move.\n" in told
    assert "wanted:\nSay on which day: Monday" in told
    assert "Tell everybody that we move" in told

    said = await talk.ask("Approve")
    assert said == "This is the approved text:\n\nDear all, we move on Monday."
    assert talk.kinds[-1] == "workflow_finished"
    assert not is_under_way(talk.kept)


async def test_an_approval_may_come_by_the_form(desk: Desk) -> None:
    desk.says("a person who approves them", "We move.", "Moving.")
    talk = desk.talk("draft_and_approve")
    await talk.ask("Tell everybody")
    await talk.ask(answer={"type": "paragraph", "value": "One word"})
    told = desk.prompt("a person who approves them")
    assert "wanted:\nOne word" in told
    assert told.endswith("Tell everybody")
    assert "Moving." in await talk.ask(answer={"type": "paragraph", "value": "Looks good!"})
    assert talk.kinds[-1] == "workflow_finished"


async def minutes(desk: Desk) -> Any:
    desk.says("You make minutes", MINUTES)
    talk = desk.talk("meeting_notes")
    said = await talk.ask("ann: i write the text. launch may 4")
    assert said == (
        "# Launch\n\nWe launch in May.\n\n## Decisions\n\n- Launch on May 4.\n\n## Actions\n\n"
        "| what | who | by when |\n|---|---|---|\n| Write the text | Ann | open |\n\n"
        'Whom shall I send it to? Give addresses, separated by commas, or say "no".'
    )
    assert talk.events[-1].data["tips"].startswith("Subject: Launch: what we decided")
    return talk


async def test_minutes_are_mailed_to_whom_a_person_names(desk: Desk) -> None:
    talk = await minutes(desk)
    assert desk.outside.mail.sent == []
    assert await talk.ask("ann@example.org, bob@example.org") == (
        "Sent to ann@example.org, bob@example.org."
    )
    ((server, mail),) = desk.outside.mail.sent
    assert (server.host, server.port, server.username, server.password) == (
        *("mail.example.org", 465, "desk@example.org", "p1"),
    )
    assert tuple(mail.to) == ("ann@example.org", "bob@example.org")
    assert (mail.subject, mail.html) == (MINUTES["subject"], MINUTES["mail"])
    assert path_of(talk) == ["UserFillUp:Recipients", "Switch:Send", "Email:Send", "Message:Sent"]


async def test_minutes_stay_where_nobody_is_named(desk: Desk) -> None:
    talk = await minutes(desk)
    assert await talk.ask("no") == "Nothing was sent."
    assert desk.outside.mail.sent == []


async def test_a_mail_that_cannot_be_sent_is_told(desk: Desk) -> None:
    class Closed(FakeMailer):
        async def send(self, server: MailServer, mail: Mail) -> None:
            raise ToolFailed(tool="Email", reason=f"{server.host} does not answer")

    desk.outside.mail = Closed()
    talk = await minutes(desk)
    said = await talk.ask("ann@example.org")
    assert said == "The mail was not sent: Email failed: mail.example.org does not answer"


async def test_a_transcript_may_be_attached(desk: Desk) -> None:
    desk.outside.files = FakeFiles({"f1": ReadFile("call.txt", "Ann: launch on May 4")})
    desk.says("You make minutes", MINUTES)
    await desk.talk("meeting_notes").run(Question("Minutes, please", {}, ({"id": "f1"},)))
    assert "Ann: launch on May 4" in desk.prompt("You make minutes")
