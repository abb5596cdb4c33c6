"""Paging of the lenient lists: query texts become a `Paging`.

Page 0 means page 1; a page past the end is empty. Refused with code 100: texts that are no numbers
and negative ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request

from ragflow.domain.errors import InvalidInput
from ragflow.domain.repositories import Paging
from ragflow.http.errors import Answers, Code, Reply, WireError

PAGE_ERRORS: Answers = {InvalidInput: Reply(Code.EXCEPTION)}
"""How lists answer an order that they do not know."""


@dataclass(frozen=True, slots=True)
class PageOf:
    """Name a page by its number, from 1, and its size."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        """Count the objects before the page."""
        return (self.number - 1) * self.size


def page_of(request: Request, default_size: int = 30) -> PageOf:
    """Read `page` and `page_size`."""
    number = whole_number(request.query_params.get("page"), 1)
    size = whole_number(request.query_params.get("page_size"), default_size)
    if number < 0 or size < 0:
        raise WireError(Code.EXCEPTION, "page and page_size must not be negative.", data=None)
    return PageOf(max(number, 1), size)


def paging_of(
    request: Request,
    *,
    order_by: str = "create_time",
    default_size: int = 30,
    renames: Mapping[str, str] | None = None,
) -> Paging:
    """Read page, page_size, orderby and desc; `renames` maps wire names to field names."""
    page = page_of(request, default_size)
    wanted = request.query_params.get("orderby") or order_by
    return Paging(
        offset=page.offset,
        limit=page.size,
        order_by=(renames or {}).get(wanted, wanted),
        descending=request.query_params.get("desc", "").lower() != "false",
    )


def whole_number(text: str | None, default: int) -> int:
    """Read a number of a query string; an absent or empty one is the default."""
    if not text:
        return default
    try:
        return int(text)
    except ValueError as error:
        raise WireError(Code.EXCEPTION, repr(error), data=None) from error
