from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = str(Path(__file__).parent)
sys.path.append(HERE)  # for the modules that worker processes load too


@pytest.fixture(scope="module", autouse=True)
def preloaded() -> Iterator[None]:
    """Let the process that workers are forked from find the module that it is to load."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", HERE, prepend=os.pathsep)
        yield
