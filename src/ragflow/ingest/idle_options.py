"""Idle options: what a parser_config asks for and does not get, said openly.

In: a parser_config and the extension of the file. Out: one warning for each key that is set and
changes nothing. Keys that only steer how the work is divided, such as task_page_size, are no
promise and give none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_OFF = frozenset({"", "0", "false", "no", "off", "none", "null"})


def idle_options(parser_config: Mapping[str, Any], suffix: str) -> tuple[str, ...]:
    """Return a warning for each option that is set and has no effect on such a file."""
    if suffix != "pdf" and _is_set(parser_config.get("pages")):
        return ("parser_config.pages has no effect on files other than PDF.",)
    return ()


def _is_set(value: Any) -> bool:
    """Read a value of any origin: stored configurations may hold numbers and truth as text."""
    return value.strip().lower() not in _OFF if isinstance(value, str) else bool(value)
