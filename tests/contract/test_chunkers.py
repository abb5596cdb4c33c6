"""Every registered chunk method keeps to the contract of chunk methods."""

from __future__ import annotations

import pytest

from ragflow.ingest.chunk.base import Chunker
from ragflow.ingest.chunk.load import chunkers, load_chunkers
from ragflow.testing.chunkers import ChunkerContract

load_chunkers()


@pytest.mark.parametrize("name", list(chunkers))
class TestRegisteredChunkers(ChunkerContract):
    @pytest.fixture
    def chunker(self, name: str) -> Chunker:
        return chunkers[name]()
