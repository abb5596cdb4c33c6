from __future__ import annotations

import pickle

import pytest

from ragflow.domain.errors import LimitExceeded, spelled_out
from ragflow.settings import LimitSettings, Settings


@pytest.mark.parametrize("name", sorted(LimitSettings.model_fields))
def test_a_limit_names_the_variable_that_moves_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = str(LimitExceeded(name="a.pdf", limit="1", setting=f"limits.{name}"))
    variable = spelled_out(f"limits.{name}").partition("(")[2].rstrip(")")
    assert f"The setting limits.{name} ({variable}) moves it." in message
    monkeypatch.setenv(variable, "77")
    assert getattr(Settings().limits, name) == 77


def test_a_limit_crosses_process_borders_as_it_is() -> None:
    error = LimitExceeded(name="a.pdf", limit="9 pages", setting="limits.pages")
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.facts) == (str(error), error.facts)
