"""What objects of every kind carry over the wire."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any


def http_date(milliseconds: int | None) -> str | None:
    """Return an RFC-822 date in GMT, such as `Fri, 14 Mar 2025 16:53:42 GMT`."""
    return None if milliseconds is None else formatdate(milliseconds / 1000, usegmt=True)


def times(create_time: int, update_time: int) -> dict[str, Any]:
    """Return the four times that every object carries."""
    return {
        "create_time": create_time,
        "create_date": http_date(create_time),
        "update_time": update_time,
        "update_date": http_date(update_time),
    }
