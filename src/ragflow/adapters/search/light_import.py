"""Import LanceDB without its REST client, which embedded use never calls.

The client is generated code of several hundred pydantic models: building them costs two thirds of
the import's time (1.7 of 2.7 CPU seconds) and 20 MB in every process. While LanceDB is imported its
modules are empty stand-ins; afterwards they are forgotten, so that anybody else gets the real ones.
"""

from __future__ import annotations

import importlib
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from threading import Lock
from types import ModuleType
from typing import Any

_CLIENT = "lance_namespace_urllib3_client"
_one_at_a_time = Lock()


def import_lancedb() -> ModuleType:
    """Return the module `lancedb`, imported the light way if it was not there yet."""
    with _one_at_a_time:
        if "lancedb" in sys.modules or _CLIENT in sys.modules:
            return importlib.import_module("lancedb")
        finder = _StandInFinder()
        sys.meta_path.insert(0, finder)
        try:
            return importlib.import_module("lancedb")
        finally:
            sys.meta_path.remove(finder)
            for name in [name for name in sys.modules if _is_client(name)]:
                del sys.modules[name]


class _StandIn(ModuleType):
    """Have a class of any name that is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = type(name, (), {})
        setattr(self, name, made)
        return made


class _StandInFinder(MetaPathFinder, Loader):
    def find_spec(self, fullname: str, *_: Any) -> ModuleSpec | None:
        return ModuleSpec(fullname, self, is_package=True) if _is_client(fullname) else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Leave the stand-in empty."""


def _is_client(name: str) -> bool:
    return name == _CLIENT or name.startswith(f"{_CLIENT}.")
