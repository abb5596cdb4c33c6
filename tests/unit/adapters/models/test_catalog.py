"""The catalog: which names are known, open to a tenant, and served by what."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragflow.adapters.guarded_http import HttpClients
from ragflow.adapters.models.catalog import Catalog, CatalogOptions, Kind
from ragflow.adapters.models.extractive import ExtractiveChat
from ragflow.adapters.models.ollama import OllamaChat
from ragflow.adapters.models.openai_compatible import HttpRerank, OpenAiChat, OpenAiEmbedding
from ragflow.adapters.models.store import ModelStore
from ragflow.domain.errors import ModelNotConfigured, UnknownModel
from ragflow.domain.identity import ProviderAccount

E5 = "multilingual-e5-small"
ZHIPU = ProviderAccount("owner", "ZHIPU-AI", "key")


def catalog(
    tmp_path: Path,
    options: CatalogOptions | None = None,
    accounts: tuple[ProviderAccount, ...] = (),
    defaults: dict[Kind, str] | None = None,
) -> Catalog:
    return Catalog(
        options or CatalogOptions(),
        ModelStore(tmp_path),
        HttpClients(),
        lambda tenant: [account for account in accounts if account.tenant_id == tenant],
        lambda tenant, kind: (defaults or {}).get(kind, ""),
    )


@pytest.mark.parametrize(
    "name",
    [
        "",
        E5,
        f"{E5}@Builtin",
        "BAAI/bge-large-zh-v1.5@BAAI",
        "BAAI/bge-large-zh-v1.5",
        "maidalun1020/bce-embedding-base_v1@Youdao",
        "maidalun1020/bce-embedding-base_v1",
    ],
)
def test_built_in_and_always_accepted_names_give_the_built_in_model(
    tmp_path: Path, name: str
) -> None:
    model = catalog(tmp_path).embedding("owner", name)
    assert (model.name, model.dimensions) == (E5, 384)


def test_one_local_model_is_shared_by_all_its_names(tmp_path: Path) -> None:
    models = catalog(tmp_path)
    assert models.embedding("a", E5) is models.embedding("b", "BAAI/bge-large-zh-v1.5@BAAI")


def test_the_catalog_says_openly_what_serves_an_accepted_name(tmp_path: Path) -> None:
    models = catalog(tmp_path)
    assert models.served_by("BAAI/bge-large-zh-v1.5@BAAI") == f"{E5}@Builtin"
    assert models.served_by(E5) is None
    assert models.served_by("BAAI/bge-large-zh-v1.5@OpenAI") is None
    listed = {entry.name: entry for entry in models.models("owner")}
    entry = listed["BAAI/bge-large-zh-v1.5@BAAI"]
    assert entry.served_by == f"{E5}@Builtin"
    assert E5 in entry.note


@pytest.mark.parametrize(
    "name",
    ["unknown", "unknown@Nobody", "unknown@ZHIPU-AI", f"{E5}@OpenAI", "glm-4@", "@ZHIPU-AI"],
)
def test_names_that_nobody_knows_are_unknown(tmp_path: Path, name: str) -> None:
    models = catalog(tmp_path, accounts=(ZHIPU,))
    with pytest.raises(UnknownModel):
        models.embedding("owner", name)
    with pytest.raises(UnknownModel):
        models.chat("owner", name)


def test_a_known_vendor_without_an_account_is_not_configured(tmp_path: Path) -> None:
    models = catalog(tmp_path, accounts=(ZHIPU,))
    with pytest.raises(ModelNotConfigured, match="Unauthorized model: embedding-3@ZHIPU-AI"):
        models.embedding("stranger", "embedding-3@ZHIPU-AI")
    with pytest.raises(ModelNotConfigured):
        models.chat("owner", "gpt-4o@OpenAI")
    with pytest.raises(ModelNotConfigured):
        models.chat("owner", "llama3@Ollama")


def test_an_account_opens_the_models_of_its_vendor(tmp_path: Path) -> None:
    models = catalog(tmp_path, accounts=(ZHIPU,))
    assert isinstance(models.embedding("owner", "embedding-3@ZHIPU-AI"), OpenAiEmbedding)
    assert isinstance(models.chat("owner", "glm-4-flash@zhipu-ai"), OpenAiChat)
    assert isinstance(models.chat("owner", "glm-4-flash"), OpenAiChat)


def test_a_model_that_the_account_lists_is_known(tmp_path: Path) -> None:
    account = ProviderAccount("owner", "ZHIPU-AI", "key", models=("own-tuned",))
    models = catalog(tmp_path, accounts=(account,))
    assert models.chat("owner", "own-tuned@ZHIPU-AI").name == "own-tuned"
    assert "own-tuned@ZHIPU-AI" in {entry.name for entry in models.models("owner")}


def test_a_remote_model_is_made_once(tmp_path: Path) -> None:
    models = catalog(tmp_path, accounts=(ZHIPU,))
    first = models.embedding("owner", "embedding-3@ZHIPU-AI")
    assert models.embedding("owner", "embedding-3@ZHIPU-AI") is first


def test_the_operators_endpoints_are_open_to_all_and_trusted(tmp_path: Path) -> None:
    options = CatalogOptions(base_url="http://10.0.0.5/v1", ollama_url="http://10.0.0.6:11434")
    models = catalog(tmp_path, options)
    chat = models.chat("anyone", "qwen3@OpenAI-API-Compatible")
    assert isinstance(chat, OpenAiChat)
    assert chat._calls.endpoint.trusted
    assert isinstance(models.chat("anyone", "llama3@Ollama"), OllamaChat)


def test_a_tenants_own_address_is_never_trusted(tmp_path: Path) -> None:
    accounts = (
        ProviderAccount("owner", "OpenAI-API-Compatible", "key", "http://10.0.0.5/v1"),
        ProviderAccount("owner", "Ollama", ""),
    )
    models = catalog(tmp_path, CatalogOptions(base_url="http://10.0.0.5/v1"), accounts)
    for name in ("m@OpenAI-API-Compatible", "m@Ollama"):
        model = models.chat("owner", name)
        assert isinstance(model, OpenAiChat | OllamaChat)
        assert not model._calls.endpoint.trusted


def test_an_account_without_the_address_of_its_server_is_not_configured(tmp_path: Path) -> None:
    models = catalog(tmp_path, accounts=(ProviderAccount("owner", "Xinference", "key"),))
    with pytest.raises(ModelNotConfigured):
        models.chat("owner", "qwen@Xinference")


def test_the_default_chat_model_is_extractive(tmp_path: Path) -> None:
    models = catalog(tmp_path)
    assert isinstance(models.chat("owner", ""), ExtractiveChat)
    assert models.default_name("owner", "chat") == "extractive@Builtin"
    assert models.default_name("owner", "embedding") == f"{E5}@Builtin"
    assert models.default_name("owner", "rerank") == ""


def test_a_tenants_default_goes_before_the_servers(tmp_path: Path) -> None:
    models = catalog(tmp_path, accounts=(ZHIPU,), defaults={"chat": "glm-4@ZHIPU-AI"})
    assert models.chat("owner", "").name == "glm-4"


def test_an_accepted_reranker_without_an_endpoint_fails_only_at_use(tmp_path: Path) -> None:
    model = catalog(tmp_path).rerank("owner", "BAAI/bge-reranker-v2-m3")
    with pytest.raises(ModelNotConfigured, match="rerank_url"):
        model.scores("question", ["text"])


def test_an_accepted_reranker_is_served_by_the_rerank_endpoint(tmp_path: Path) -> None:
    options = CatalogOptions(rerank_url="http://127.0.0.1:1/v1")
    assert isinstance(catalog(tmp_path, options).rerank("o", "BAAI/bge-reranker-v2-m3"), HttpRerank)


def test_other_rerankers_follow_the_rules_of_all_models(tmp_path: Path) -> None:
    models = catalog(tmp_path)
    with pytest.raises(UnknownModel):
        models.rerank("owner", "unknown")
    with pytest.raises(UnknownModel):
        models.rerank("owner", "")
    with pytest.raises(ModelNotConfigured):
        models.rerank("owner", "jina-reranker-v2@Jina")


def test_a_vendor_without_rerankers_offers_none(tmp_path: Path) -> None:
    models = catalog(tmp_path, CatalogOptions(ollama_url="http://127.0.0.1:1"))
    with pytest.raises(UnknownModel, match="offers no rerank"):
        models.rerank("owner", "x@Ollama")


def test_the_operators_onnx_directory_is_offered_under_its_name(tmp_path: Path) -> None:
    options = CatalogOptions(onnx_directory=tmp_path / "my-encoder")
    models = catalog(tmp_path, options)
    assert models.embedding("owner", "my-encoder").name == "my-encoder"
    assert "my-encoder@Builtin" in {entry.name for entry in models.models("owner")}


def test_the_hashing_model_can_be_the_servers_default(tmp_path: Path) -> None:
    models = catalog(tmp_path, CatalogOptions(embedding="hashing"))
    assert models.embedding("owner", "").dimensions == 64
