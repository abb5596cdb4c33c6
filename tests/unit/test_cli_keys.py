"""Keys as the command line prints them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ragflow import wiring
from ragflow.cli import app
from ragflow.settings import Settings


@pytest.mark.parametrize("options", [[], ["--embed"]])
def test_a_new_key_is_printed_alone_or_with_its_embed_token(
    tmp_path: Path, options: list[str]
) -> None:
    printed = CliRunner().invoke(app, ["key", "create", "--data-dir", str(tmp_path), *options])
    secret, *tokens = printed.stdout.split()
    with wiring.accounts(Settings(data_dir=tmp_path)) as accounts:
        owner = accounts.authenticate(secret)
        assert [accounts.authenticate_beta(token) for token in tokens] == [owner] * len(options)
