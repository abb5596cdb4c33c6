"""One suite proves the fakes, the providers against a fake server, and the real local models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ragflow.adapters.guarded_http import HttpClients
from ragflow.adapters.models.any_llm import AnyLlm
from ragflow.adapters.models.extractive import ExtractiveChat
from ragflow.adapters.models.hashing import HashingEmbedding
from ragflow.adapters.models.ollama import Ollama
from ragflow.adapters.models.onnx_embedding import OnnxEmbedding
from ragflow.adapters.models.openai_compatible import OpenAiCompatible
from ragflow.adapters.models.provider import Endpoint
from ragflow.adapters.models.rerank import OverlapRerank
from ragflow.adapters.models.store import ModelStore
from ragflow.domain.answers import ChatTurn
from ragflow.domain.ports import (
    ChatModel,
    EmbeddingModel,
    RerankModel,
    SpeechModel,
    VisionModel,
)
from ragflow.settings import Settings
from ragflow.testing.chat import ScriptedChatModel, tool_call
from ragflow.testing.model_server import ModelServer, model_server
from ragflow.testing.models import (
    ChatModelContract,
    EmbeddingModelContract,
    RerankModelContract,
    SpeechModelContract,
    VisionModelContract,
    deltas_of,
)
from ragflow.testing.tool_calling import WEATHER, ToolCallingContract, called


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


@pytest.fixture(scope="module")
def store() -> ModelStore:
    directory = Settings().models.directory or Path.home() / ".cache" / "ragflow" / "models"
    return ModelStore(directory)


@pytest.fixture(scope="module")
def e5(store: ModelStore) -> Iterator[EmbeddingModel]:
    yield from loaded("multilingual-e5-small", store)


@pytest.fixture(scope="module")
def minilm(store: ModelStore) -> Iterator[EmbeddingModel]:
    yield from loaded("all-MiniLM-L6-v2", store)


def loaded(name: str, store: ModelStore) -> Iterator[EmbeddingModel]:
    model = OnnxEmbedding(name, 384, lambda: store.ensure(name))
    yield model
    model.unload()


def openai(server: ModelServer, factory: str = "OpenAI-API-Compatible") -> OpenAiCompatible:
    endpoint = Endpoint(factory, server.base_url, "secret-key", trusted=True, seconds=5)
    return OpenAiCompatible(endpoint, HttpClients())


def ollama(server: ModelServer) -> Ollama:
    return Ollama(Endpoint("Ollama", server.ollama_url, trusted=True, seconds=5), HttpClients())


def azure(server: ModelServer) -> AnyLlm:
    endpoint = Endpoint("Azure-OpenAI", server.ollama_url, "secret-key", trusted=True, seconds=5)
    return AnyLlm(endpoint, HttpClients())


class TestHashingEmbedding(EmbeddingModelContract):
    @pytest.fixture
    def model(self) -> EmbeddingModel:
        return HashingEmbedding()


class TestOpenAiEmbedding(EmbeddingModelContract):
    @pytest.fixture
    def model(self, server: ModelServer) -> EmbeddingModel:
        return openai(server).embedding("hashing")


class TestOllamaEmbedding(EmbeddingModelContract):
    @pytest.fixture
    def model(self, server: ModelServer) -> EmbeddingModel:
        return ollama(server).embedding("hashing")


class TestE5(EmbeddingModelContract):
    @pytest.fixture
    def model(self, e5: EmbeddingModel) -> EmbeddingModel:
        return e5

    def test_a_question_finds_a_text_in_another_language(self, model: EmbeddingModel) -> None:
        question = model.embed(["How much did the profit grow?"], "query")[0]
        texts = ["年度报告显示，公司利润增加了15%。", "猫坐在垫子上。", "今天下雨。"]
        assert (model.embed(texts, "passage") @ question).argmax() == 0


class TestMiniLM(EmbeddingModelContract):
    @pytest.fixture
    def model(self, minilm: EmbeddingModel) -> EmbeddingModel:
        return minilm


class TestExtractiveChat(ChatModelContract):
    @pytest.fixture
    def model(self) -> ChatModel:
        return ExtractiveChat()


class TestOpenAiChat(ChatModelContract):
    @pytest.fixture
    def model(self, server: ModelServer) -> ChatModel:
        return openai(server).chat("echo")


class TestOllamaChat(ChatModelContract):
    @pytest.fixture
    def model(self, server: ModelServer) -> ChatModel:
        return ollama(server).chat("echo")


class TestAnyLlmChat(ChatModelContract):
    @pytest.fixture
    def model(self, server: ModelServer) -> ChatModel:
        return azure(server).chat("echo")


class TestOpenAiToolCalling(ToolCallingContract):
    @pytest.fixture(params=["calling", "whole"])
    def model(self, server: ModelServer, request: pytest.FixtureRequest) -> ChatModel:
        return openai(server).chat(request.param)


class TestOllamaToolCalling(ToolCallingContract):
    @pytest.fixture
    def model(self, server: ModelServer) -> ChatModel:
        return ollama(server).chat("calling")


class TestAnyLlmToolCalling(ToolCallingContract):
    @pytest.fixture
    def model(self, server: ModelServer) -> ChatModel:
        return azure(server).chat("calling")


def test_the_scripted_model_calls_tools_and_keeps_what_was_offered() -> None:
    call = tool_call("weather", city="Oslo")
    model = ScriptedChatModel([(call,), "27 degrees"])
    asked = ChatTurn("user", "Weather?")
    assert called(deltas_of(model, [asked], [WEATHER])) == (call,)
    assert called(deltas_of(model, [asked])) == ()
    assert model.tools == [[WEATHER], []]


class TestOverlapRerank(RerankModelContract):
    @pytest.fixture
    def model(self) -> RerankModel:
        return OverlapRerank()


class TestJinaRerank(RerankModelContract):
    @pytest.fixture
    def model(self, server: ModelServer) -> RerankModel:
        return openai(server, "Jina").rerank("reranker")


class TestTeiRerank(RerankModelContract):
    @pytest.fixture
    def model(self, server: ModelServer) -> RerankModel:
        return openai(server, "TEI").rerank("reranker")


class TestOpenAiVision(VisionModelContract):
    @pytest.fixture
    def model(self, server: ModelServer) -> VisionModel:
        return openai(server).vision("echo")


class TestOllamaVision(VisionModelContract):
    @pytest.fixture
    def model(self, server: ModelServer) -> VisionModel:
        return ollama(server).vision("echo")


class TestOpenAiSpeech(SpeechModelContract):
    @pytest.fixture
    def model(self, server: ModelServer) -> SpeechModel:
        return openai(server).speech("whisper")
