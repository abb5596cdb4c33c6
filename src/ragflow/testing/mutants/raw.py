"""Damage to the bytes of any file: what bad disks, cut downloads and careless tools do."""

from __future__ import annotations

from random import Random

MOST_FLIPS = 64
LONGEST_CHUNK = 4096


def place(data: bytes | bytearray, chance: Random) -> int:
    """Return a position in the data."""
    return chance.randrange(max(len(data), 1))


def chunk(data: bytes, chance: Random) -> tuple[int, int]:
    """Return where a run of bytes begins and ends."""
    start = place(data, chance)
    return start, min(len(data), start + chance.randint(1, LONGEST_CHUNK))


def flip_bits(data: bytes, chance: Random) -> bytes:
    """Turn over a few bits."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, MOST_FLIPS) if changed else 0):
        changed[place(changed, chance)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def truncate(data: bytes, chance: Random) -> bytes:
    """Leave out the end."""
    return data[: place(data, chance)]


def behead(data: bytes, chance: Random) -> bytes:
    """Leave out the beginning."""
    return data[place(data, chance) :]


def delete_chunk(data: bytes, chance: Random) -> bytes:
    """Leave out a run of bytes."""
    start, end = chunk(data, chance)
    return data[:start] + data[end:]


def repeat_chunk(data: bytes, chance: Random) -> bytes:
    """Write a run of bytes again and again."""
    start, end = chunk(data, chance)
    return data[:end] + data[start:end] * chance.choice((1, 3, 50)) + data[end:]


def swap_chunks(data: bytes, chance: Random) -> bytes:
    """Exchange two runs of bytes."""
    (start, end), (other, last) = sorted((chunk(data, chance), chunk(data, chance)))
    other = max(other, end)
    last = max(last, other)
    return data[:start] + data[other:last] + data[end:other] + data[start:end] + data[last:]


def blank_chunk(data: bytes, chance: Random) -> bytes:
    """Fill a run of bytes with one value, as a bad sector does."""
    start, end = chunk(data, chance)
    return data[:start] + chance.choice((b"\0", b"\xff", b" ")) * (end - start) + data[end:]


def random_chunk(data: bytes, chance: Random) -> bytes:
    """Fill a run of bytes with noise."""
    start, end = chunk(data, chance)
    return data[:start] + chance.randbytes(end - start) + data[end:]


def append_noise(data: bytes, chance: Random) -> bytes:
    """Write noise behind the end."""
    return data + chance.randbytes(chance.choice((1, 100, 5000)))


MUTATIONS = (
    flip_bits,
    truncate,
    behead,
    delete_chunk,
    repeat_chunk,
    swap_chunks,
    blank_chunk,
    random_chunk,
    append_noise,
)
