"""Turns at the code runner: scripts of one tenant never take all of its places.

In: a runner with so many places, and a tenant. Out: a runner that lets the tenant's scripts in as
long as half of the places, but at least one, are not theirs; the others wait here, in order.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary, WeakValueDictionary

from ragflow.domain.agent_ports import CodeResult, CodeRunner, CodeTask

_Turns = WeakValueDictionary[str, asyncio.Semaphore]  # of tenants whose scripts run or wait


@dataclass(frozen=True, slots=True)
class FairCode:
    """Share a runner among tenants; `places` is how many scripts it runs at once."""

    runner: CodeRunner
    places: int
    _turns: WeakKeyDictionary[asyncio.AbstractEventLoop, _Turns] = field(
        default_factory=WeakKeyDictionary
    )

    def of(self, tenant_id: str) -> CodeRunner:
        """Return the runner as one tenant may use it."""
        return _OfTenant(self, tenant_id)

    def turns(self, tenant_id: str) -> asyncio.Semaphore:
        """Return what bounds a tenant's scripts, in the loop that runs."""
        of_loop = self._turns.setdefault(asyncio.get_running_loop(), WeakValueDictionary())
        return of_loop.setdefault(tenant_id, asyncio.Semaphore(max(self.places // 2, 1)))


@dataclass(frozen=True, slots=True)
class _OfTenant:
    fair: FairCode
    tenant_id: str

    async def run(self, task: CodeTask) -> CodeResult:
        """Return what the code returns. Raises as the runner does."""
        turns = self.fair.turns(self.tenant_id)  # lives as long as somebody holds it
        async with turns:
            return await self.fair.runner.run(task)
