"""Templates that sort: tickets by team and urgency, resumes by what they show."""

from __future__ import annotations

from typing import Any

import pytest

from ragflow.agents.environment import ReadFile
from ragflow.agents.question import Question
from ragflow.domain.errors import ComponentFailed
from ragflow.testing.agent_desk import Desk, path_of
from ragflow.testing.agents import FakeFiles

pytestmark = pytest.mark.anyio

TICKET = "You write tickets"


def ticket(**fields: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "title": "Export fails",
        "summary": "The export ends with error 500.",
        "urgency": "normal",
        "steps": ["Read the log.", "Try again."],
        "missing": [],
    }
    return values | fields


WRITTEN = "The export ends with error 500.\n\n1. Read the log.\n2. Try again."


@pytest.mark.parametrize(
    ("fields", "last", "said"),
    [
        ({}, "Message:Queued", f"**Export fails** (Engineering, normal)\n\n{WRITTEN}"),
        (
            {"urgency": "high", "missing": ["Since when?"]},
            "Message:Urgent",
            "URGENT: call the person on duty of Engineering now.\n\n"
            f"**Export fails** (Engineering, high)\n\n{WRITTEN}",
        ),
        (
            {"missing": ["Since when?", "Which file?"]},
            "Message:Ask",
            f"**Export fails** (Engineering, normal)\n\n{WRITTEN}\n\n"
            "To go on, we need to know:\n\n- Since when?\n- Which file?",
        ),
    ],
)
async def test_a_ticket_goes_where_its_urgency_leads(
    desk: Desk, fields: dict[str, Any], last: str, said: str
) -> None:
    desk.says("into exactly one of these categories", "This is for Engineering.")
    desk.says(TICKET, ticket(**fields))
    talk = desk.talk("ticket_triage")
    assert await talk.ask("The export fails with error 500!") == said
    assert path_of(talk) == ["begin", "Categorize:Team", "LLM:Ticket", "Switch:Urgency", last]
    assert "for the team Engineering" in desk.prompt(TICKET)


async def test_what_fits_no_team_is_general(desk: Desk) -> None:
    desk.says("into exactly one of these categories", "Hm.")
    desk.says(TICKET, ticket())
    talk = desk.talk("ticket_triage")
    assert "(General, normal)" in await talk.ask("Hello?")


async def test_a_ticket_that_does_not_fit_is_asked_for_again(desk: Desk) -> None:
    desk.says("into exactly one of these categories", "Engineering")
    desk.says(TICKET, ticket(urgency="extreme"), ticket(urgency="low"))
    assert "(Engineering, low)" in await desk.talk("ticket_triage").ask("It is down!!!")
    assert "'extreme' is not one of" in desk.prompt(TICKET)


def assessment(name: str, score: int) -> dict[str, Any]:
    return {"name": name, "score": score, "strengths": ["Python", "SQL"], "gaps": [f"{score}|"]}


FILES = FakeFiles(
    {name: ReadFile(f"{name}.pdf", f"{name}, developer") for name in ("ann", "bob", "eve")}
)
RECORDS = tuple({"id": name, "name": f"{name}.pdf"} for name in FILES.files)


async def test_resumes_are_assessed_one_by_one_and_ranked(desk: Desk) -> None:
    desk.outside.files = FILES
    desk.says(
        "You assess one resume", assessment("Ann", 40), assessment("Bob", 90), assessment("Eve", 65)
    )
    desk.says("You advise a recruiter", "Invite Bob.")
    talk = desk.talk("resume_screening")
    job = {"type": "paragraph", "value": "A developer of databases"}
    said = await talk.run(Question("Rank them", {"job": job}, RECORDS))
    assert said == (
        "| # | name | score | strengths | gaps |\n|---|---|---|---|---|\n"
        "| 1 | Bob | 90 | Python; SQL | 90/ |\n"
        "| 2 | Eve | 65 | Python; SQL | 65/ |\n"
        "| 3 | Ann | 40 | Python; SQL | 40/ |\n"
        "\nInvite Bob."
    )
    assert path_of(talk).count("LLM:Assess") == 3
    first, last = desk.prompt("You assess one resume", 0), desk.prompt("You assess one resume")
    assert "ann, developer" in first
    assert "eve, developer" not in first
    assert "eve, developer" in last
    assert "A developer of databases" in last
    assert "Rank them" in last
    assert "| 1 | Bob | 90 |" in desk.prompt("You advise a recruiter")


async def test_resumes_are_asked_for_where_there_are_none(desk: Desk) -> None:
    talk = desk.talk("resume_screening")
    assert (await talk.ask("Rank them")).startswith("Please attach the resumes")
    assert path_of(talk) == ["begin", "Switch:Files", "Message:Attach"]


async def test_a_resume_that_cannot_be_assessed_is_told(desk: Desk) -> None:
    desk.outside.files = FILES
    desk.says("You assess one resume", *["I would rather not."] * 4)
    with pytest.raises(ComponentFailed, match=r"Assess.*there is no JSON in it"):
        await desk.talk("resume_screening").run(Question("Rank them", {}, RECORDS[:1]))
