"""Identity values keep secrets to themselves."""

from __future__ import annotations

from ragflow.domain.identity import ModelAccess, ProviderAccount


def test_a_provider_account_does_not_show_its_key() -> None:
    assert "sk-secret" not in repr(ProviderAccount("tenant", "OpenAI", "sk-secret"))


def test_a_model_with_an_address_of_its_own_never_gets_the_accounts_key() -> None:
    access = (
        ModelAccess("far", "chat", "https://far.example"),
        ModelAccess("near", "chat"),
        ModelAccess("keyed", "chat", api_key="sk-keyed"),
    )
    names = ("far", "near", "keyed")
    account = ProviderAccount("t", "OpenAI", "sk-own", "https://own.example", names, access)

    def reached(name: str) -> tuple[str, str]:
        serving = account.serving(name)
        assert serving is not None
        return serving.base_url, serving.api_key

    assert reached("far") == ("https://far.example", "")
    assert reached("near") == reached("another") == ("https://own.example", "sk-own")
    assert reached("keyed") == ("https://own.example", "sk-keyed")
    assert "sk-keyed" not in repr(account)


def test_an_account_that_was_made_for_single_models_serves_no_other() -> None:
    account = ProviderAccount("t", "OpenAI", "", "", ("one",), (ModelAccess("one"),))
    assert account.serving("one") is not None
    assert account.serving("two") is None
