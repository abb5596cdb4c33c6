"""Libraries of an extra, imported when a file needs them.

In: the name of a module and the file. Out: the module. Refused with an `UnsupportedFile` that says
what to install: files whose library is not there.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ragflow.domain.errors import UnsupportedFile


def legacy_module(module: str, name: str) -> Any:
    """Return a module of the extra `legacy`. Raises `UnsupportedFile`."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise UnsupportedFile(
            f"{name}: file type not supported yet on this server: old Office formats need an "
            "extra. Install it with pip install 'ragflow-engine[legacy]', or convert the file to "
            "PDF or DOCX.",
            name=name,
        ) from None
