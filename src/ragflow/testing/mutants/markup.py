"""Damage to XML, HTML and other texts of nested marks."""

from __future__ import annotations

import re
from random import Random

from ragflow.testing.mutants.texts import HUGE_NUMBERS, insert

_TAG = re.compile(rb"<[^<>!?]+>")
_NAME = re.compile(rb"[A-Za-z][\w:.-]*")
_NUMBERED = re.compile(rb'="-?\d+"')
DEPTHS = (300, 5000, 100_000)


def deep_nesting(data: bytes, chance: Random) -> bytes:
    """Open one element of the document again and again, and close it or not."""
    tag, name = _some_tag(data, chance)
    depth = chance.choice(DEPTHS)
    closing = b"</" + name + b">" if chance.random() < 0.5 else b""
    return _after_a_tag(data, tag * depth + b"deep" + closing * depth, chance)


def many_elements(data: bytes, chance: Random) -> bytes:
    """Repeat one empty element very often."""
    tag, name = _some_tag(data, chance)
    return _after_a_tag(data, (tag + b"</" + name + b">") * 50_000, chance)


def huge_attributes(data: bytes, chance: Random) -> bytes:
    """Write huge, negative or broken numbers for numbers in attributes."""
    found = list(_NUMBERED.finditer(data))
    chosen = {match.start() for match in chance.sample(found, min(len(found), 5))}
    return _NUMBERED.sub(
        lambda match: (
            b'="' + chance.choice(HUGE_NUMBERS) + b'"' if match.start() in chosen else match[0]
        ),
        data,
    )


def wide_cells(data: bytes, chance: Random) -> bytes:
    """Let table cells span more than any table has."""
    spans = b' colspan="%d" rowspan="%d"' % (
        chance.choice((1000, 65534)),
        chance.choice((0, 65534)),
    )
    return re.sub(rb"<(t[dh])\b", rb"<\1" + spans, data, count=chance.choice((1, 50)))


def drop_tags(data: bytes, chance: Random) -> bytes:
    """Leave out a few tags."""
    return _TAG.sub(lambda match: b"" if chance.random() < 0.05 else match[0], data)


def rename_tags(data: bytes, chance: Random) -> bytes:
    """Give all elements of a name another name of the document."""
    names = sorted({match[0] for tag in _TAG.findall(data) if (match := _NAME.search(tag))})
    if len(names) < 2:
        return data
    old, new = chance.sample(names, 2)
    return re.sub(rb"(</?)" + re.escape(old) + rb"(?=[\s/>])", rb"\1" + new, data)


def empty_attributes(data: bytes, chance: Random) -> bytes:
    """Leave some attributes without a value, as no schema allows."""
    return re.sub(rb'="[^"<>]*"', lambda match: b'=""' if chance.random() < 0.1 else match[0], data)


def left_open(data: bytes, chance: Random) -> bytes:
    """Begin a comment, a CDATA section or a script that nobody ends."""
    openings = (b"<!--", b"<![CDATA[", b"<script>", b"<textarea>", b"<?php", b"<svg><title>", b"&#")
    return insert(data, chance.choice(openings), chance)


def entity_bomb(data: bytes, chance: Random) -> bytes:
    """Declare entities that grow tenfold nine times, and use the last."""
    entities = b'<!ENTITY e0 "ha">' + b"".join(
        b'<!ENTITY e%d "%s">' % (depth, b"&e%d;" % (depth - 1) * 10) for depth in range(1, 10)
    )
    name = _NAME.search(data)
    doctype = b"<!DOCTYPE " + (name[0] if name else b"a") + b"[" + entities + b"]>"
    declared = re.match(rb"\s*<\?xml[^>]*\?>", data)
    start = declared.end() if declared else 0
    return data[:start] + doctype + _after_a_tag(data[start:], b"&e9;", chance)


def other_declaration(data: bytes, chance: Random) -> bytes:
    """Declare an encoding that is not the document's, or none that exists."""
    name = chance.choice((b"utf-16", b"utf-7", b"no-such", b"ebcdic-cp-be", b"ucs4", b"shift_jis"))
    if chance.random() < 0.5:
        return b'<?xml version="1.0" encoding="' + name + b'"?>' + data
    return re.sub(rb"(charset|encoding)=([\"']?)[\w-]+", rb"\1=\2" + name, data)


def _some_tag(data: bytes, chance: Random) -> tuple[bytes, bytes]:
    tags = [tag for tag in _TAG.findall(data[: 1 << 20]) if not tag.startswith(b"</")] or [b"<a>"]
    tag = chance.choice(tags)
    name = _NAME.search(tag)
    return tag.replace(b"/>", b">"), name[0] if name else b"a"


def _after_a_tag(data: bytes, what: bytes, chance: Random) -> bytes:
    ends = [match.end() for match in _TAG.finditer(data[: 1 << 20])] or [0]
    where = chance.choice(ends)
    return data[:where] + what + data[where:]


MUTATIONS = (
    deep_nesting,
    many_elements,
    huge_attributes,
    drop_tags,
    rename_tags,
    empty_attributes,
    left_open,
    entity_bomb,
    other_declaration,
)
HTML_MUTATIONS = (*MUTATIONS, wide_cells)
