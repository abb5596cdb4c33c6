"""A question to an assistant becomes an answer whose every sentence names its exact source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from openai import OpenAI

from ragflow.testing.model_server import ModelServer
from ragflow.testing.server import RunningServer
from ragflow_sdk import Chat, DataSet, Message, RAGFlow, RAGFlowError

E42 = "What does fault code E-42 mean?"
REMOTE = "echo@OpenAI-API-Compatible"
NOT_FOUND = "not found in the knowledge base"


@pytest.fixture(scope="module")
def guide(rag: RAGFlow, library: DataSet) -> Chat:
    """Return an assistant with the settings that the client sends by itself."""
    return rag.create_chat("Guide", dataset_ids=[library.id])


@pytest.fixture
def speaker(rag: RAGFlow, library: DataSet, remote_models: ModelServer) -> Iterator[Chat]:
    """Return an assistant that speaks through the server of models."""
    remote_models.replies.clear()
    remote_models.requests.clear()
    llm = Chat.LLM(rag, {"model_name": REMOTE})
    chat = rag.create_chat("Speaker", dataset_ids=[library.id], llm=llm)
    yield chat
    rag.delete_chats([chat.id])


@pytest.fixture
def openai(server: RunningServer, guide: Chat) -> Iterator[OpenAI]:
    address = f"{server.url}/api/v1/chats_openai/{guide.id}"
    with OpenAI(api_key=server.api_key, base_url=address) as client:
        yield client


def cited(message: Message) -> list[tuple[str, str, str]]:
    """Return document, sentence and quote of each citation, after checking them by the letter."""
    found = []
    for citation in message.citations:
        chunk = message.reference[citation["chunk_index"]]
        assert chunk.id == citation["chunk_id"]
        assert chunk.document_name == citation["document_name"]
        assert f"[ID:{citation['chunk_index']}]" in message.content
        span, sentence = citation["span"], citation["sentence"]
        assert chunk.content[span["start"] : span["end"]] == citation["quote"]
        text = message.content[sentence["start"] : sentence["end"]]
        assert text.strip()
        found.append((chunk.document_name, text, citation["quote"]))
    return found


@pytest.mark.parametrize(
    ("question", "name", "words"),
    [
        (E42, "AX-200 handbook.pdf", "inverter is too hot"),
        ("失物保管多少天？", "乘客指南.md", "九十天"),
        ("What did the extension cost?", "Line 4 opens.html", "148 million euro"),
    ],
)
def test_an_answer_cites_the_exact_words_of_its_source(
    guide: Chat, question: str, name: str, words: str
) -> None:
    answer = guide.create_session().ask(question, stream=False)
    assert words in answer.content
    citations = cited(answer)
    assert (name, True) in [(document, words in quote) for document, _, quote in citations]


def test_a_stream_grows_to_the_same_answer(guide: Chat) -> None:
    states = list(guide.create_session().ask(E42, stream=True))
    assert len(states) > 1
    assert "inverter is too hot" in states[-1].content
    assert cited(states[-1])
    whole = guide.create_session().ask(E42, stream=False)
    assert states[-1].content == whole.content
    assert states[-1].id is not None


def test_the_page_of_a_pdf_is_named(guide: Chat) -> None:
    answer = guide.create_session().ask(E42, stream=False)
    assert answer.citations[0]["pages"] == [1]


def test_what_is_in_no_document_is_not_found(guide: Chat) -> None:
    answer = guide.create_session().ask("Who won the football world cup in 1998?", stream=False)
    assert NOT_FOUND in answer.content
    assert answer.citations == []


def test_a_conversation_is_kept_and_leaned_on(guide: Chat) -> None:
    session = guide.create_session("Faults")
    assert session.messages[0]["role"] == "assistant"  # the opener
    session.ask(E42, stream=False)
    answer = session.ask("And E-17?", stream=False)
    assert "door control has lost contact" in answer.content
    (stored,) = guide.list_sessions(id=session.id)
    said = [(message["role"], message["content"]) for message in stored.messages]
    assert [role for role, _ in said] == ["assistant", "user", "assistant", "user", "assistant"]
    assert said[1] == ("user", E42)
    assert said[-1] == ("assistant", answer.content)
    guide.delete_sessions([session.id])
    assert guide.list_sessions(id=session.id) == []


def test_an_empty_response_is_given_when_nothing_is_near_enough(
    rag: RAGFlow, library: DataSet
) -> None:
    settings = {"similarity_threshold": 0.9, "empty_response": "Ask the control centre."}
    chat = rag.create_chat("Strict", dataset_ids=[library.id], prompt=Chat.Prompt(rag, settings))
    answer = chat.create_session().ask("Who won the football world cup?", stream=False)
    assert answer.content == "Ask the control centre."
    assert not answer.citations


def test_a_question_to_an_unknown_session_is_refused(guide: Chat) -> None:
    session = guide.create_session()
    guide.delete_sessions([session.id])
    for stream in (False, True):
        with pytest.raises(RAGFlowError, match="don't own the session"):
            list(session.ask(E42, stream=stream))


def test_the_openai_client_gets_a_completion(openai: OpenAI) -> None:
    completion = openai.chat.completions.create(
        model="any", messages=[{"role": "user", "content": E42}], stream=False
    )
    message = completion.choices[0].message
    assert "inverter is too hot" in (message.content or "")
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage.total_tokens > 0
    assert "[ID:" not in (message.content or "")  # marks without a reference lead nowhere


def test_the_openai_client_gets_the_reference_on_demand(openai: OpenAI) -> None:
    completion = openai.chat.completions.create(
        model="any",
        messages=[{"role": "user", "content": E42}],
        stream=False,
        extra_body={"reference": True},
    )
    message: Any = completion.choices[0].message
    assert message.reference[0]["document_name"] == "AX-200 handbook.pdf"
    assert message.citations[0]["quote"] in message.reference[0]["content"]


def test_the_openai_client_gets_a_stream(openai: OpenAI) -> None:
    stream = openai.chat.completions.create(
        model="any",
        messages=[
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": "Hi"},
            {"role": "user", "content": E42},
        ],
        stream=True,
        extra_body={"reference": True},
    )
    chunks = list(stream)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert "inverter is too hot" in text
    assert [c.choices[0].finish_reason for c in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert {chunk.model for chunk in chunks} == {"model"}
    assert [chunk.usage is None for chunk in chunks] == [True] * (len(chunks) - 1) + [False]
    last: Any = chunks[-1].choices[0].delta
    assert last.reference[0]["document_name"] == "AX-200 handbook.pdf"
    assert last.final_content == text


def test_the_openai_client_gets_a_stream_without_a_reference(openai: OpenAI) -> None:
    messages: Any = [{"role": "user", "content": E42}]
    chunks = list(openai.chat.completions.create(model="any", messages=messages, stream=True))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert "inverter is too hot" in text
    assert "[ID:" not in text
    assert not hasattr(chunks[-1].choices[0].delta, "reference")


def test_the_openai_client_finds_the_endpoint_at_its_later_path(
    server: RunningServer, guide: Chat
) -> None:
    address = f"{server.url}/v027/api/v1/openai/{guide.id}"
    messages: Any = [{"role": "user", "content": E42}]
    with OpenAI(api_key=server.api_key, base_url=address) as client:
        completion = client.chat.completions.create(model="any", messages=messages, stream=False)
    assert completion.id == f"chatcmpl-{guide.id}"
    assert completion.model == "any"
    assert "inverter is too hot" in (completion.choices[0].message.content or "")


def test_a_remote_model_is_told_the_passages_and_its_marks_are_checked(
    speaker: Chat, remote_models: ModelServer
) -> None:
    true = "Fault code E-42 means that a motor inverter is too hot [ID:0]."
    false = "Bananas ripen faster beside apples in a paper bag [ID:0]."
    remote_models.replies.append(f"{true} {false}")
    answer = speaker.create_session().ask(E42, stream=False)
    assert answer.content.count("[ID:") == 1
    ((name, sentence, quote),) = cited(answer)
    assert name == "AX-200 handbook.pdf"
    assert "inverter is too hot" in sentence
    assert "inverter is too hot" in quote
    (request,) = remote_models.requests
    assert request["model"] == "echo"
    roles = [message["role"] for message in request["messages"]]
    assert (roles[0], roles[-1]) == ("system", "user")
    assert "a motor inverter is too hot" in request["messages"][0]["content"]
    assert request["messages"][-1]["content"] == E42


def test_a_remote_model_may_make_a_follow_up_question_whole(
    speaker: Chat, remote_models: ModelServer
) -> None:
    session = speaker.create_session()
    remote_models.replies.append("A motor inverter is too hot [ID:0].")
    session.ask(E42, stream=False)
    remote_models.replies.extend(
        ["What does fault code E-17 mean?", "The door control has lost contact [ID:0]."]
    )
    last = list(session.ask("And E-17?", stream=True))[-1]
    assert last.content.startswith("The door control has lost contact")
    assert not remote_models.replies
    rewriting, answering = remote_models.requests[1:]
    assert E42 in str(rewriting["messages"])
    assert "The door control has lost contact" not in str(rewriting["messages"])
    assert "door control has lost contact with a door" in str(answering["messages"])


def test_a_remote_model_that_fails_says_so_and_keeps_nothing(
    rag: RAGFlow, library: DataSet
) -> None:
    llm = Chat.LLM(rag, {"model_name": "broken@OpenAI-API-Compatible"})
    chat = rag.create_chat("Broken", dataset_ids=[library.id], llm=llm)
    session = chat.create_session()
    for stream in (False, True):
        with pytest.raises(RAGFlowError, match="out of memory"):
            list(session.ask(E42, stream=stream))
    (stored,) = chat.list_sessions(id=session.id)
    assert len(stored.messages) == 1


def test_an_account_does_not_reach_anothers_assistant(stranger: RAGFlow, guide: Chat) -> None:
    theirs = Chat(stranger, {"id": guide.id})
    with pytest.raises(RAGFlowError):
        theirs.create_session()
    assert stranger.list_chats() == []
