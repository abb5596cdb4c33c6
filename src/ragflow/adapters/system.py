"""The machine's clock and randomness, behind the ports that tests replace."""

from __future__ import annotations

import secrets
import time
import uuid

_MULTICAST = 1 << 40  # marks a node id as random (RFC 9562, 6.10): no network card has it


class SystemClock:
    """Tell the time of this machine."""

    def milliseconds(self) -> int:
        """Return the milliseconds since the epoch."""
        return time.time_ns() // 1_000_000

    def seconds(self) -> float:
        """Return the seconds since the epoch."""
        return time.time()


class RandomIds:
    """Make identifiers that no other process makes."""

    def object_id(self) -> str:
        """Return a new UUID version 1 as 32 lowercase hex digits.

        Its node is random, so that ids neither collide between processes nor show a hardware
        address.
        """
        node = secrets.randbits(48) | _MULTICAST
        return uuid.uuid1(node=node, clock_seq=secrets.randbits(14)).hex

    def message_id(self) -> str:
        """Return a new UUID version 4 with hyphens."""
        return str(uuid.uuid4())

    def secret(self) -> str:
        """Return 32 URL-safe characters of 192 random bits."""
        return secrets.token_urlsafe(24)
