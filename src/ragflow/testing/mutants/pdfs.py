"""Damage to the objects of a PDF, beyond what random bytes reach."""

from __future__ import annotations

import re
import zlib
from random import Random

from ragflow.testing.mutants import raw
from ragflow.testing.mutants.texts import HUGE_NUMBERS

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_OBJECT = re.compile(rb"\d+ \d+ obj\b.*?\bendobj", re.DOTALL)
_REFERENCE = re.compile(rb"\b(\d+) (\d+) R\b")
_NUMBER = re.compile(rb"(?<=[\s\[])-?\d+(?:\.\d+)?(?=[\s\]/>])")
_NAME = re.compile(rb"/[A-Z][A-Za-z]{2,20}\b")
_ENTRY = re.compile(rb"\d{10} \d{5} [nf]")
_OPERATOR = re.compile(rb"\b(?:Tm|Td|TD|Tf|Tj|TJ|cm|re|BT|ET|Do|gs)\b")
LARGEST_STREAM = 1 << 22


def change_numbers(data: bytes, chance: Random) -> bytes:
    """Write huge, negative or broken numbers into objects, streams left alone."""
    return _change(_NUMBER, _outside_streams(data), chance)


def change_references(data: bytes, chance: Random) -> bytes:
    """Let a few references point to other objects, themselves included."""
    targets = [match[0] for match in _REFERENCE.finditer(data)]
    chosen = set(chance.sample(range(len(targets)), min(len(targets), 4)))
    count = -1

    def other(match: re.Match[bytes]) -> bytes:
        nonlocal count
        count += 1
        return chance.choice(targets) if count in chosen else match[0]

    return _REFERENCE.sub(other, data)


def rename_keys(data: bytes, chance: Random) -> bytes:
    """Give some names of dictionaries another name of the file."""
    names = sorted({match[0] for match in _NAME.finditer(data)})
    if len(names) < 2:
        return data
    old, new = chance.sample(names, 2)
    return re.sub(re.escape(old) + rb"\b", new, data, count=chance.choice((0, 1)))


def drop_object(data: bytes, chance: Random) -> bytes:
    """Leave out an object."""
    found = list(_OBJECT.finditer(data))
    if not found:
        return data
    match = chance.choice(found)
    return data[: match.start()] + data[match.end() :]


def swap_streams(data: bytes, chance: Random) -> bytes:
    """Exchange what two streams hold."""
    found = list(_STREAM.finditer(data))
    if len(found) < 2:
        return data
    first, second = sorted(chance.sample(found, 2), key=lambda match: match.start())
    return b"".join(
        (
            data[: first.start(1)],
            second[1],
            data[first.end(1) : second.start(1)],
            first[1],
            data[second.end(1) :],
        )
    )


def damage_table(data: bytes, chance: Random) -> bytes:
    """Let the cross-reference table or its address lie."""
    if chance.random() < 0.5:
        address = chance.choice((b"0", b"-1", b"99999999999", b"7"))
        return re.sub(rb"startxref\s+\d+", b"startxref\n" + address, data)
    return _ENTRY.sub(
        lambda match: (
            b"%010d 00000 n" % chance.randrange(len(data)) if chance.random() < 0.2 else match[0]
        ),
        data,
    )


def deep_nesting(data: bytes, chance: Random) -> bytes:
    """Put a value of very many brackets into a dictionary."""
    opening, closing = chance.choice(((b"[", b"]"), (b"<</A ", b">>"), (b"(", b")")))
    depth = chance.choice((500, 100_000))
    return _in_a_dictionary(data, b"/Deep " + opening * depth + b" " + closing * depth, chance)


def endless_pages(data: bytes, chance: Random) -> bytes:
    """Let the tree of pages count more pages than it has, or hold itself."""
    if chance.random() < 0.5:
        return re.sub(rb"/Count\s+\d+", b"/Count %d" % chance.choice((0, -5, 2**31 - 1)), data)
    trees = re.findall(rb"(\d+ \d+) obj\s*<<[^>]*/Type\s*/Pages", data) or [b"1 0"]
    return re.sub(rb"/Kids\s*\[", b"/Kids [" + chance.choice(trees) + b" R ", data)


def change_content(data: bytes, chance: Random) -> bytes:
    """Unpack a stream, change its numbers, operators or bytes, and pack it again."""
    found = [match for match in _STREAM.finditer(data) if match[1]]
    chance.shuffle(found)
    for match in found[:20]:
        content = _unpacked(match[1])
        if content is not None:
            changed = zlib.compress(_changed_content(content, chance), 1)
            return _with_length(data, match, changed)
    return raw.flip_bits(data, chance)


def _changed_content(content: bytes, chance: Random) -> bytes:
    way = chance.randrange(6)
    if way == 0:
        return _change(_NUMBER, [content], chance)
    if way == 1:
        operators = _OPERATOR.findall(content) or [b"q"]
        return _OPERATOR.sub(
            lambda match: chance.choice(operators) if chance.random() < 0.1 else match[0], content
        )
    if way == 2:
        return chance.choice((b"q ", b"BT ", b"[", b"<<", b"/P BMC ")) * 50_000 + content
    if way == 3:
        return content * chance.choice((2, 20))
    return chance.choice(raw.MUTATIONS)(content, chance)


def _unpacked(stream: bytes) -> bytes | None:
    try:
        content = zlib.decompressobj().decompress(stream, LARGEST_STREAM)
    except zlib.error:
        return None
    return content or None


def _with_length(data: bytes, match: re.Match[bytes], stream: bytes) -> bytes:
    """Put another stream in the place of one, its direct length with it."""
    head = data[: match.start(1)]
    start = max(head.rfind(b" obj"), 0)
    length = re.sub(rb"/Length\s+\d+(?!\s+\d+\s+R)", b"/Length %d" % len(stream), head[start:])
    return head[:start] + length + stream + data[match.end(1) :]


def _outside_streams(data: bytes) -> list[bytes]:
    parts: list[bytes] = []
    last = 0
    for match in _STREAM.finditer(data):
        parts += [data[last : match.start(1)], data[match.start(1) : match.end(1)]]
        last = match.end(1)
    return [*parts, data[last:]]


def _change(what: re.Pattern[bytes], parts: list[bytes], chance: Random) -> bytes:
    """Change what a pattern finds in every other part, beginning with the first."""
    total = sum(len(what.findall(part)) for part in parts[::2])
    share = min(1.0, chance.choice((3, 30)) / max(total, 1))
    return b"".join(
        what.sub(
            lambda match: chance.choice(HUGE_NUMBERS) if chance.random() < share else match[0], part
        )
        if index % 2 == 0
        else part
        for index, part in enumerate(parts)
    )


def _in_a_dictionary(data: bytes, what: bytes, chance: Random) -> bytes:
    found = [match.end() for match in re.finditer(rb"obj\s*<<", data)]
    if not found:
        return data
    where = chance.choice(found)
    return data[:where] + what + data[where:]


MUTATIONS = (
    change_numbers,
    change_references,
    rename_keys,
    drop_object,
    swap_streams,
    damage_table,
    deep_nesting,
    endless_pages,
    change_content,
    change_content,  # there are many ways in it
)
