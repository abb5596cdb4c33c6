"""Accounts from the shell; passwords come from standard input, never from arguments."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from ragflow.cli import app
from ragflow.domain.errors import RagflowError
from ragflow.services.credentials import Passwords
from ragflow.settings import Settings
from ragflow.wiring import accounts

FIRST, ANN = "owner@ragflow.local", "ann@example.org"


def run(data_dir: Path, *arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, ["user", *arguments, "--data-dir", str(data_dir)], input=typed)


def password_fits(data_dir: Path, email: str, password: str) -> bool:
    with accounts(Settings(data_dir=data_dir)) as service:
        (user,) = [each for each in service.users() if each.email == email]
    return Passwords().match(user.password_hash, password)


def test_the_first_account_is_claimed_with_a_password(tmp_path: Path) -> None:
    assert f"{FIRST}  Owner  no password" in run(tmp_path, "list").stdout
    claimed = run(tmp_path, "password", typed="a new one\n")
    assert (claimed.exit_code, claimed.stdout) == (0, f"{FIRST} can sign in now.\n")
    assert password_fits(tmp_path, FIRST, "a new one")
    assert f"{FIRST}  Owner  active" in run(tmp_path, "list").stdout


def test_an_account_can_be_added_whether_sign_up_is_open_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAGFLOW_ACCOUNTS__SELF_REGISTRATION", "off")
    added = run(tmp_path, "add", ANN, "--nickname", "Ann", typed="hers\r\n")
    assert (added.exit_code, added.stdout) == (0, f"{ANN} can sign in now.\n")
    assert f"{ANN}  Ann  active" in run(tmp_path, "list").stdout
    assert password_fits(tmp_path, ANN, "hers")


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (("add", "no address"), "p\n", "Invalid email address: no address!"),
        (("add", ANN), "", "The password must have 1 to 1024 characters."),
        (("password", "nobody@example.org"), "p\n", "There is no account nobody@example.org."),
    ],
)
def test_refusals_say_why(
    tmp_path: Path, arguments: tuple[str, ...], typed: str, said: str
) -> None:
    refused = run(tmp_path, *arguments, typed=typed)
    assert isinstance(refused.exception, RagflowError)
    assert str(refused.exception) == said
