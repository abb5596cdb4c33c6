"""Identity values keep secrets to themselves."""

from __future__ import annotations

from ragflow.domain.identity import ProviderAccount


def test_a_provider_account_does_not_show_its_key() -> None:
    assert "sk-secret" not in repr(ProviderAccount("tenant", "OpenAI", "sk-secret"))
