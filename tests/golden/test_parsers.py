"""Parsers against reviewed dumps of one file per format."""

from __future__ import annotations

from pathlib import Path

import pytest

from ragflow.ingest.parse.base import SourceFile
from ragflow.testing.parsers import dump, parsed
from ragflow.testing.samples import all_samples

FOLDER = Path(__file__).parent / "parse"
SAMPLES = all_samples()


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_file_parses_as_reviewed(name: str) -> None:
    given = dump(parsed(SourceFile(name, SAMPLES[name])))
    assert given == (FOLDER / f"{name}.golden").read_text(encoding="utf-8")
