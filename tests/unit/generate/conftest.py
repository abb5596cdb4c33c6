"""Parts of answers, as fixtures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ragflow.domain.queries import Hit, Retrieval
from ragflow.testing.chat import ScriptedChatModel, make_hit, make_retrieval


@pytest.fixture
def scripted() -> type[ScriptedChatModel]:
    return ScriptedChatModel


@pytest.fixture
def hit() -> Callable[..., Hit]:
    return make_hit


@pytest.fixture
def retrieval() -> Callable[..., Retrieval]:
    return make_retrieval
