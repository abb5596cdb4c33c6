"""Templates are tried at a desk; the scripts of a test must fit what is asked, to the last."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ragflow.testing.agent_desk import Desk
from ragflow.testing.model_server import model_server


@pytest.fixture
def desk() -> Iterator[Desk]:
    with model_server() as server:
        made = Desk(server)
        server.rules.append(made.answer)
        yield made
    assert made.unexpected == []
    assert made.unsaid() == []
