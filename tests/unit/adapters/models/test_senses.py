"""Models that see and hear: what is sent, what comes back, and how it may fail."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from ragflow.adapters.guarded_http import HttpClients
from ragflow.adapters.models.any_llm import AnyLlm
from ragflow.adapters.models.catalog import Catalog, CatalogOptions
from ragflow.adapters.models.ollama import Ollama
from ragflow.adapters.models.openai_compatible import OpenAiCompatible
from ragflow.adapters.models.provider import Endpoint
from ragflow.adapters.models.store import ModelStore
from ragflow.domain.errors import ModelNotConfigured, ModelUnavailable, UnknownModel
from ragflow.testing.model_server import ModelServer, model_server
from ragflow.testing.models import sample_picture, sample_sound

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


def provider(server: ModelServer) -> OpenAiCompatible:
    endpoint = Endpoint("OpenAI-API-Compatible", server.base_url, KEY, trusted=True, seconds=5)
    return OpenAiCompatible(endpoint, HttpClients())


def catalog(server: ModelServer, tmp_path_factory: pytest.TempPathFactory, **names: str) -> Catalog:
    options = CatalogOptions(base_url=server.base_url, api_key=KEY, **names)
    store = ModelStore(tmp_path_factory.mktemp("models"))
    return Catalog(options, store, HttpClients(), lambda _tenant: (), lambda _tenant, _kind: "")


def test_a_picture_is_sent_with_its_question(server: ModelServer) -> None:
    text = provider(server).vision("echo").describe(sample_picture("JPEG"), "What is it?")
    assert text == "You asked: What is it? (a JPEG of 40 x 30)"
    parts = server.requests[0]["messages"][0]["content"]
    assert parts[0] == {"type": "text", "text": "What is it?"}
    assert parts[1]["image_url"]["url"].startswith("data:image/jpeg;base64,")
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_ollama_is_shown_pictures_in_its_own_shape(server: ModelServer) -> None:
    model = Ollama(Endpoint("Ollama", server.ollama_url, trusted=True), HttpClients()).vision(
        "llava"
    )
    assert model.describe(sample_picture(), "And?") == "You asked: And? (a PNG of 40 x 30)"
    shown = server.requests[0]["messages"][0]["images"]
    assert base64.b64decode(shown[0]) == sample_picture()


def test_thoughts_are_no_part_of_a_description(server: ModelServer) -> None:
    server.replies.append("<think>Orange.\nA flag?</think>\n\nAn orange field.")
    assert provider(server).vision("echo").describe(sample_picture(), "?") == "An orange field."


def test_a_sound_is_sent_under_its_name(server: ModelServer) -> None:
    model = provider(server).speech("whisper-1")
    assert model.transcribe("talk.wav", sample_sound(1.5)) == "1.50 seconds of talk.wav"
    assert server.requests[0]["model"] == "whisper-1"
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"


def test_a_busy_server_hears_the_sound_again(server: ModelServer) -> None:
    calls = provider(server).speech("busy")
    assert calls.transcribe("talk.wav", sample_sound()) == "0.50 seconds of talk.wav"
    assert len(server.requests) == 3


@pytest.mark.parametrize("name", ["refusing", "garbled"])
def test_failures_are_told_without_the_key(server: ModelServer, name: str) -> None:
    with pytest.raises(ModelUnavailable) as seen:
        provider(server).vision(name).describe(sample_picture(), "?")
    with pytest.raises(ModelUnavailable) as heard:
        provider(server).speech(name).transcribe("talk.wav", sample_sound())
    assert KEY not in f"{seen.value} {heard.value}"


def test_a_vendor_is_not_called_without_a_key() -> None:
    model = AnyLlm(Endpoint("Anthropic"), HttpClients()).vision("claude-sonnet-4-0")
    with pytest.raises(ModelUnavailable, match="no key of Anthropic"):
        model.describe(sample_picture(), "?")


def test_the_server_s_models_serve_a_tenant_that_chose_none(
    server: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = "echo@OpenAI-API-Compatible"
    models = catalog(server, tmp_path_factory, vision=own, speech=own)
    assert "PNG" in models.vision("tenant", "").describe(sample_picture(), "?")
    assert "talk" in models.speech("tenant", "").transcribe("talk.wav", sample_sound())
    kinds = {model.kind for model in models.offered("tenant") if model.name == "echo"}
    assert kinds == {"image2text", "speech2text"}


def test_a_vendor_that_does_not_hear_is_told_so(
    server: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    models = catalog(server, tmp_path_factory, ollama_url=server.ollama_url)
    with pytest.raises(UnknownModel, match="Ollama offers no speech2text models"):
        models.speech("tenant", "whisper@Ollama")


def test_no_model_is_set_by_default(
    server: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    models = catalog(server, tmp_path_factory)
    with pytest.raises(ModelNotConfigured):
        models.vision("tenant", "")
    with pytest.raises(ModelNotConfigured):
        models.speech("tenant", "")
