"""Search engines by name, and what they share.

An engine is registered as a factory `(directory, optimise_every) -> SearchEngine`; `directory` is
where it may keep files, and it opens them at the first use, not before.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ragflow.domain.ports import SearchEngine
from ragflow.domain.registry import Registry

EngineFactory = Callable[[Path, int], SearchEngine]

engines: Registry[EngineFactory] = Registry("search engine")
"""The engines that the setting `search.engine` may name."""
