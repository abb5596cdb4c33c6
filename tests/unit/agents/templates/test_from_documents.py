"""Templates that answer from datasets: what is searched, what is cited, which way is taken."""

from __future__ import annotations

import pytest

from ragflow.adapters.models.extractive import ExtractiveChat
from ragflow.agents.templates import agent_template
from ragflow.domain.errors import ComponentFailed
from ragflow.testing.agent_desk import Desk, cited_by, path_of
from ragflow.testing.agents import FakeSearch
from ragflow.testing.canvases import Conversation
from ragflow.testing.chat import make_hit, make_retrieval

pytestmark = pytest.mark.anyio

DELIVERY = "Parcels to Norway take five working days and cost nine euros."


@pytest.fixture
def stocked(desk: Desk) -> Desk:
    desk.outside.search = FakeSearch(make_retrieval(make_hit(DELIVERY, "delivery.md")))
    return desk


async def test_the_knowledge_base_is_searched_and_cited(stocked: Desk) -> None:
    stocked.says("from what a search has found", f"{DELIVERY} [[delivery.md]]")
    talk = stocked.talk("knowledge_base_qa")
    said = await talk.ask("How long does delivery to Norway take?")
    number = stocked.numbers["delivery.md"]
    assert said == f"{DELIVERY} [ID:{number}]"
    assert path_of(talk) == ["begin", "Retrieval:Search", "LLM:Answer", "Message:Answer"]
    (wanted,) = stocked.outside.search.wanted
    assert wanted.question == "How long does delivery to Norway take?"
    assert wanted.datasets == ("handbook",)
    assert cited_by(talk)[number]["document_name"] == "delivery.md"
    assert DELIVERY in stocked.prompt("from what a search has found")


async def test_an_answer_is_not_made_up_where_nothing_is_found(desk: Desk) -> None:
    desk.says("from what a search has found", "The documents do not say that [ID:0].")
    talk = desk.talk("knowledge_base_qa")
    assert await talk.ask("Who won in 1998?") == "The documents do not say that."
    assert "Nothing was found." in desk.prompt("from what a search has found")
    assert cited_by(talk) == {}


async def test_a_knowledge_base_that_is_not_chosen_is_told(desk: Desk) -> None:
    talk = Conversation(dict(agent_template("knowledge_base_qa").dsl), desk.outside)
    with pytest.raises(ComponentFailed, match=r"Search.*no dataset is chosen"):
        await talk.ask("How long?")


async def test_support_looks_products_up(stocked: Desk) -> None:
    stocked.says("into exactly one of these categories", "Product question")
    stocked.calls("help pages of the product", "search_my_dateset", query="delivery time Norway")
    stocked.says("help pages of the product", f"Yes. {DELIVERY} [[delivery.md]]")
    talk = stocked.talk("customer_support")
    said = await talk.ask("Do you ship to Norway?")
    number = stocked.numbers["delivery.md"]
    assert said == f"Yes. {DELIVERY} [ID:{number}]"
    assert path_of(talk) == ["begin", "Categorize:Topic", "Agent:Support", "Message:Support"]
    (wanted,) = stocked.outside.search.wanted
    assert (wanted.question, wanted.datasets) == ("delivery time Norway", ("handbook",))
    assert cited_by(talk)[number]["content"] == DELIVERY
    (used,) = talk.finished("Agent:Support")["outputs"]["use_tools"]
    assert used["name"] == "search_my_dateset"


@pytest.mark.parametrize(
    ("category", "instructions", "last"),
    [
        ("Complaint", "upset customer", "Message:Calm"),
        ("Small talk", "kindly in one or two", "Message:Chat"),
    ],
)
async def test_support_speaks_without_a_search(
    stocked: Desk, category: str, instructions: str, last: str
) -> None:
    stocked.says("into exactly one of these categories", category)
    stocked.says(instructions, "I see.")
    talk = stocked.talk("customer_support")
    assert await talk.ask("So it goes.") == "I see."
    assert path_of(talk)[-1] == last
    assert stocked.outside.search.wanted == []


@pytest.mark.parametrize("name", ["knowledge_base_qa", "customer_support"])
async def test_a_model_that_only_quotes_answers_too(stocked: Desk, name: str) -> None:
    talk = stocked.talk(name)
    talk.outside.model = ExtractiveChat()
    said = await talk.ask("How long do parcels to Norway take?")
    (number,) = cited_by(talk)
    assert said == f"{DELIVERY} [ID:{number}]"
    assert "How long do parcels" in stocked.outside.search.wanted[0].question


async def test_a_report_is_written_section_by_section(stocked: Desk) -> None:
    sections = [
        {"heading": "Where to", "content": "Countries."},
        {"heading": "How long", "content": "Days."},
    ]
    stocked.says("You outline reports", {"title": "Delivery", "sections": sections})
    for query, text in (
        ("countries", "We ship to Norway."),
        ("days", f"{DELIVERY} [[delivery.md]]"),
    ):
        stocked.calls("one section of a report", "search_my_dateset", query=query)
        stocked.says("one section of a report", text)
    stocked.says("at the top of a report", f"In short: {DELIVERY} [[delivery.md]]")
    talk = stocked.talk("report_writer")
    said = await talk.ask("Delivery, for new colleagues")
    mark = f"[ID:{stocked.numbers['delivery.md']}]"
    assert said == (
        f"# Delivery\n\nIn short: {DELIVERY} {mark}\n\n"
        f"## Where to\n\nWe ship to Norway.\n\n## How long\n\n{DELIVERY} {mark}\n\n"
    )
    assert path_of(talk).count("Agent:Author") == 2
    assert [each.question for each in stocked.outside.search.wanted] == ["countries", "days"]
    assert 'Write the section "How long".' in stocked.prompt("one section of a report")
    assert list(cited_by(talk)) == [stocked.numbers["delivery.md"]]
