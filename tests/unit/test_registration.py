"""Which parts the settings choose."""

from __future__ import annotations

import pytest

from ragflow.settings import AccountSettings, Settings
from ragflow.wiring import registration


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", "on"),
        ("127.8.8.8", "on"),
        ("::1", "on"),
        ("LocalHost", "on"),
        ("0.0.0.0", "until_claimed"),
        ("::", "until_claimed"),
        ("", "until_claimed"),
        ("10.0.0.5", "until_claimed"),
        ("localhost.example.org", "until_claimed"),
    ],
)
def test_sign_up_is_open_by_itself_where_only_this_machine_can_call(
    host: str, expected: str
) -> None:
    assert registration(Settings(), host) == expected


@pytest.mark.parametrize("chosen", ["on", "off"])
def test_what_the_operator_says_of_sign_up_goes_first(chosen: str) -> None:
    settings = Settings(accounts=AccountSettings(self_registration=chosen))  # type: ignore[arg-type]
    assert registration(settings, "127.0.0.1") == registration(settings, "0.0.0.0") == chosen
