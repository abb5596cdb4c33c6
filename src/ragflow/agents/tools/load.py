"""The complete registry of tools: every module beside this one that registers itself."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import ragflow.agents.tools
from ragflow.agents.tools.base import tools

__all__ = ["load_tools", "tools"]


def load_tools() -> None:
    """Make the registry complete; a new file beside this one needs no other entry."""
    for module in pkgutil.iter_modules(ragflow.agents.tools.__path__):
        import_module(f"{ragflow.agents.tools.__name__}.{module.name}")
