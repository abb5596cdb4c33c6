"""Every parser but that of PDF keeps the contract of parsers."""

from __future__ import annotations

import pytest

from ragflow.ingest.parse.base import SourceFile
from ragflow.testing.parsers import ParserContract
from ragflow.testing.samples import all_samples

SAMPLES = all_samples()


class TestParsers(ParserContract):
    @pytest.fixture(params=sorted(SAMPLES))
    def source(self, request: pytest.FixtureRequest) -> SourceFile:
        return SourceFile(request.param, SAMPLES[request.param])
