"""How a text ends: as a sentence does, or not."""

from __future__ import annotations

import re

_END = re.compile(r"[.!?:。！？：؟][\"'”’)\]）」』]*$")


def ends_sentence(text: str) -> bool:
    """Tell whether a text ends as a sentence does."""
    return _END.search(text.rstrip()) is not None
