"""Faults of stores: what a database, a bucket or an index raises becomes `StoreUnavailable`.

In: a block of code or a function, and the kinds of errors that mean a fault. Out: the same, with
one error for callers to know. A reason is the first line of a fault: what follows may be a
statement, and the query of an address may hold a signature.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from ragflow.domain.errors import StoreUnavailable

_QUERY_OF_ADDRESS = re.compile(r"(?<=\w)\?[^\s)]+")
_MOST_CHARACTERS = 300


@contextmanager
def faults_of(store: str, *kinds: type[Exception]) -> Iterator[None]:
    """Raise `StoreUnavailable` where the block raises one of these kinds; also a decorator."""
    try:
        yield
    except kinds as fault:
        raise StoreUnavailable(store=store, reason=reason_of(fault)) from fault


def reason_of(fault: BaseException) -> str:
    """Say in one line what a fault is, without secrets; a driver's own words where there are."""
    origin = getattr(fault, "orig", None) or fault
    lines = str(origin).strip().splitlines()
    line = lines[0] if lines else type(origin).__name__
    return _QUERY_OF_ADDRESS.sub("", line)[:_MOST_CHARACTERS]
