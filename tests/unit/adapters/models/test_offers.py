"""What a tenant can choose from."""

from __future__ import annotations

from ragflow.adapters.models.factories import factories, is_known
from ragflow.adapters.models.known_models import KNOWN_MODELS
from ragflow.adapters.models.offers import offered
from ragflow.domain.identity import ModelAccess, ProviderAccount
from ragflow.domain.models import OfferedModel


def test_every_known_model_is_one_that_its_vendor_accepts() -> None:
    vendors = {factory.name for factory in factories()}
    assert set(KNOWN_MODELS) <= vendors
    for vendor, kinds in KNOWN_MODELS.items():
        for name in (name for names in kinds.values() for name in names):
            assert is_known(vendor, name), f"{name}@{vendor}"


def test_an_account_makes_the_models_of_its_vendor_available() -> None:
    models = offered((), [ProviderAccount("t", "openai", "sk")])
    available = {model.factory for model in models if model.available}
    assert available == {"OpenAI"}


def test_a_model_that_was_added_is_listed_once_with_its_kind() -> None:
    access = (ModelAccess("glm-4-flash", "image2text"),)
    account = ProviderAccount("t", "ZHIPU-AI", "", "", ("glm-4-flash", "plain"), access)
    models = {model.name: model for model in offered((), [account]) if model.factory == "ZHIPU-AI"}
    assert models["glm-4-flash"] == OfferedModel("glm-4-flash", "ZHIPU-AI", "image2text", True)
    assert models["plain"].kind == "chat"
    assert not models["embedding-3"].available  # the account was made for single models


def test_a_model_without_a_vendor_goes_to_the_house_that_its_name_begins_with() -> None:
    own = [OfferedModel("BAAI/bge-reranker-v2-m3", "", "rerank", False)]
    assert offered(own, [])[0].factory == "BAAI"
