"""Search apps: saved ways to search datasets, for pages that embed a search box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class SearchApp:
    """Describe a search app; `search_config` is free-form beyond the keys of the contract."""

    id: str
    tenant_id: str
    created_by: str
    name: str
    create_time: int
    update_time: int
    description: str = ""
    avatar: str = ""
    search_config: Mapping[str, Any] = field(default_factory=dict)
    status: str = "1"
