"""Providers: what is sent, what comes back, and how servers may fail."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from ragflow.adapters.guarded_http import AddressGuard, HttpClients
from ragflow.adapters.models.any_llm import AnyLlm
from ragflow.adapters.models.openai_compatible import OpenAiCompatible, as_shares
from ragflow.adapters.models.provider import Endpoint, split_name
from ragflow.adapters.models.remote import RemoteCalls
from ragflow.adapters.models.windows import context_tokens
from ragflow.domain.answers import ChatTurn, ModelDelta, SamplingOptions
from ragflow.domain.errors import ModelUnavailable
from ragflow.domain.ports import ChatModel
from ragflow.testing.model_server import ModelServer, model_server

KEY = "sk-very-secret"


@pytest.fixture(scope="module")
def running() -> Iterator[ModelServer]:
    with model_server() as server:
        yield server


@pytest.fixture
def server(running: ModelServer) -> ModelServer:
    running.requests.clear()
    running.headers.clear()
    running.replies.clear()
    running.busy_left = 2
    return running


def provider(server: ModelServer, *, trusted: bool = True, seconds: float = 5) -> OpenAiCompatible:
    endpoint = Endpoint("OpenAI-API-Compatible", server.base_url, KEY, trusted, seconds)
    return OpenAiCompatible(endpoint, HttpClients())


def ask(
    model: ChatModel, text: str = "Hello there", options: SamplingOptions | None = None
) -> list[ModelDelta]:
    async def collect() -> list[ModelDelta]:
        turns = [ChatTurn("user", text)]
        return [delta async for delta in model.stream(turns, options or SamplingOptions())]

    return asyncio.run(collect())


def test_only_options_that_are_set_are_sent(server: ModelServer) -> None:
    ask(provider(server).chat("echo"), options=SamplingOptions(temperature=0.1, max_tokens=5))
    assert server.requests[0] == {
        "model": "echo",
        "messages": [{"role": "user", "content": "Hello there"}],
        "stream": True,
        "temperature": 0.1,
        "max_tokens": 5,
    }
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_reasoning_comes_apart_from_the_answer(server: ModelServer) -> None:
    deltas = ask(provider(server).chat("thinking"))
    assert "".join(delta.reasoning for delta in deltas) == "Let me think."
    assert "".join(delta.content for delta in deltas) == "You asked: Hello there"


def test_scripted_replies_come_in_their_order(server: ModelServer) -> None:
    server.replies.extend(["one [ID:0]", "two"])
    model = provider(server).chat("echo")
    texts = ["".join(delta.content for delta in ask(model)) for _ in range(3)]
    assert texts == ["one [ID:0]", "two", "You asked: Hello there"]


def test_long_lists_are_embedded_in_batches_and_keep_their_order(server: ModelServer) -> None:
    model = provider(server).embedding("hashing")
    texts = [f"word{number}" for number in range(70)]
    vectors = model.embed(texts, "passage")
    assert [len(request["input"]) for request in server.requests] == [32, 32, 6]
    assert (vectors[50] == model.embed(["word50"], "passage")[0]).all()


def test_a_busy_server_is_asked_again(server: ModelServer) -> None:
    provider(server).embedding("busy").embed(["a"], "passage")
    assert len(server.requests) == 3


def test_a_broken_server_is_given_up_after_a_few_attempts(server: ModelServer) -> None:
    waits: list[float] = []
    calls = RemoteCalls(
        "broken", Endpoint("OpenAI", trusted=True, seconds=5), HttpClients(), sleep=waits.append
    )
    with pytest.raises(ModelUnavailable, match="HTTP 500 out of memory"):
        calls.post(f"{server.base_url}/embeddings", {"model": "broken", "input": ["a"]})
    assert waits == [0.5, 1.0, 2.0]


def test_an_error_never_shows_the_key(server: ModelServer) -> None:
    with pytest.raises(ModelUnavailable, match=r"HTTP 401 bad key \*\*\*") as chat:
        ask(provider(server).chat("refusing"))
    with pytest.raises(ModelUnavailable, match=r"HTTP 401 bad key \*\*\*") as embedding:
        provider(server).embedding("refusing").embed(["a"], "query")
    assert KEY not in f"{chat.value!r}{embedding.value!r}{provider(server)._endpoint!r}"


@pytest.mark.parametrize("model", ["slow", "garbled"])
def test_a_slow_or_garbled_stream_is_an_error(server: ModelServer, model: str) -> None:
    server.slow_seconds = 1.0
    with pytest.raises(ModelUnavailable):
        ask(provider(server, seconds=0.2).chat(model))


def test_nobody_listening_is_an_error() -> None:
    endpoint = Endpoint("OpenAI", "http://127.0.0.1:1/v1", trusted=True, seconds=1)
    with pytest.raises(ModelUnavailable):
        ask(OpenAiCompatible(endpoint, HttpClients()).chat("gpt-4o"))


def test_a_tenants_address_in_a_private_network_is_refused(server: ModelServer) -> None:
    untrusted = provider(server, trusted=False)
    with pytest.raises(ModelUnavailable, match="private network"):
        ask(untrusted.chat("echo"))
    with pytest.raises(ModelUnavailable, match="private network"):
        untrusted.embedding("hashing").embed(["a"], "query")
    assert server.requests == []


def test_a_private_host_that_the_operator_allows_is_reached(server: ModelServer) -> None:
    endpoint = Endpoint("OpenAI-API-Compatible", server.base_url, KEY)
    clients = HttpClients(AddressGuard(allowed_hosts=("127.0.0.1",)))
    assert ask(OpenAiCompatible(endpoint, clients).chat("echo"))


def test_raw_scores_become_shares() -> None:
    assert as_shares([0.2, 0.9]) == [0.2, 0.9]
    low, high = as_shares([-5.0, 5.0])
    assert 0 < low < 0.01 < 0.99 < high < 1


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("glm-4-flash@ZHIPU-AI", ("glm-4-flash", "ZHIPU-AI")),
        ("a@b@Factory", ("a@b", "Factory")),
        ("plain", ("plain", "")),
    ],
)
def test_names_are_split_at_the_last_at_sign(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts


@pytest.mark.parametrize(
    ("model", "tokens"),
    [("moonshot-v1-32k", 32_000), ("gpt-4o-mini", 128_000), ("some-model", 8192)],
)
def test_a_window_is_told_from_the_name(model: str, tokens: int) -> None:
    assert context_tokens(model) == tokens


@pytest.mark.parametrize(
    ("vendor", "url"),
    [
        ("Anthropic", "http://127.0.0.1:1"),
        ("Anthropic", "http://api.anthropic.com"),  # not encrypted
        ("Anthropic", "https://api.anthropic.com@127.0.0.1"),
        ("Anthropic", "https://api.anthropic.com.example.org"),
        ("Azure-OpenAI", "https://anybody.cloudapp.azure.com"),
        ("Azure-OpenAI", "https://anybody.azure.com"),
        ("Bedrock", "https://x.execute-api.us-east-1.amazonaws.com"),
        ("Bedrock", "https://ec2-10-0-0-1.compute.amazonaws.com"),
        ("Gemini", "https://storage.googleapis.com/bucket"),
        ("Mistral", "https://api.mistral.ai.example.org"),
    ],
)
def test_a_vendors_sdk_is_sent_to_the_vendors_own_api_alone(vendor: str, url: str) -> None:
    endpoint = Endpoint(vendor, url, KEY)
    with pytest.raises(ModelUnavailable, match=f"no address of {vendor}"):
        ask(AnyLlm(endpoint, HttpClients()).chat("model"))


@pytest.mark.parametrize(
    ("vendor", "url"),
    [
        ("Anthropic", "https://api.anthropic.com"),
        ("Azure-OpenAI", "https://mine.openai.azure.com/openai/v1"),
        ("Azure-OpenAI", "https://mine.services.ai.azure.com"),
        ("Bedrock", "https://bedrock-runtime.us-east-1.amazonaws.com"),
        ("Gemini", "https://generativelanguage.googleapis.com"),
        ("Mistral", "https://api.mistral.ai/v1"),
    ],
)
def test_the_vendors_own_addresses_are_called(
    vendor: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def created(*_: str, api_base: str, **__: object) -> None:
        raise ValueError(f"called {api_base}")

    monkeypatch.setattr("any_llm.AnyLLM.create", created)
    with pytest.raises(ModelUnavailable, match=f"called {url}"):
        ask(AnyLlm(Endpoint(vendor, url, KEY), HttpClients()).chat("model"))


def test_no_vendor_is_called_with_a_key_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "the-operators")
    endpoint = Endpoint("Anthropic", trusted=True)
    with pytest.raises(ModelUnavailable, match="no key of Anthropic"):
        ask(AnyLlm(endpoint, HttpClients()).chat("claude-x"))


def test_a_vendors_failure_is_told_without_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ragflow.adapters.models.any_llm._RETRIES", 0)
    endpoint = Endpoint("Anthropic", "http://127.0.0.1:1", KEY, trusted=True)
    with pytest.raises(ModelUnavailable) as failure:
        ask(AnyLlm(endpoint, HttpClients()).chat("claude-x"))
    assert KEY not in str(failure.value)


def test_a_missing_vendor_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "any_llm", None)
    with pytest.raises(ModelUnavailable, match=r"ragflow-engine\[vendors\]"):
        ask(AnyLlm(Endpoint("Gemini", "", KEY), HttpClients()).chat("gemini-x"))
