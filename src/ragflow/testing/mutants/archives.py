"""Damage to ZIP archives and inside their members: docx, xlsx, pptx, epub, odt and the like."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Sequence
from random import Random

from ragflow.testing.mutants import markup, raw
from ragflow.testing.sample_files import members_of

_DIRECTORY_ENTRY = b"PK\x01\x02"
_SIZES = 20  # where an entry of the central directory keeps its two sizes
BOMB_MIB = 48

Members = list[tuple[str, bytes]]


def damage_markup(data: bytes, chance: Random) -> bytes:
    """Change the XML of one member."""
    members = _members(data)
    texts = [index for index, (_, content) in enumerate(members) if content.lstrip()[:1] == b"<"]
    if not texts:
        return raw.flip_bits(data, chance)
    index = _often_the_largest(members, texts, chance)
    name, content = members[index]
    members[index] = name, chance.choice(markup.MUTATIONS)(content, chance)
    return packed(members)


def damage_member(data: bytes, chance: Random) -> bytes:
    """Change the bytes of one member; its checksum is right."""
    members = _members(data)
    if not members:
        return raw.flip_bits(data, chance)
    index = _often_the_largest(members, range(len(members)), chance)
    name, content = members[index]
    members[index] = name, chance.choice(raw.MUTATIONS)(content, chance)
    return packed(members)


def drop_members(data: bytes, chance: Random) -> bytes:
    """Leave out some members."""
    return packed([member for member in _members(data) if chance.random() > 0.2])


def rename_member(data: bytes, chance: Random) -> bytes:
    """Give a member a name that leads elsewhere, or that of another one."""
    members = _members(data)
    if not members:
        return data
    index = chance.randrange(len(members))
    names = ("../../evil.xml", "/abs.xml", "C:\\a.xml", "a" * 5000, "a\0b", "", members[0][0])
    members[index] = chance.choice(names), members[index][1]
    return packed(members)


def swap_members(data: bytes, chance: Random) -> bytes:
    """Exchange what two members hold."""
    members = _members(data)
    if len(members) < 2:
        return data
    first, second = chance.sample(range(len(members)), 2)
    (one, content), (other, others) = members[first], members[second]
    members[first], members[second] = (one, others), (other, content)
    return packed(members)


def empty_member(data: bytes, chance: Random) -> bytes:
    """Leave a member without content."""
    members = _members(data)
    if not members:
        return data
    index = chance.randrange(len(members))
    members[index] = members[index][0], b""
    return packed(members)


def many_members(data: bytes, chance: Random) -> bytes:
    """Add very many small members."""
    count = chance.choice((300, 3000))
    return packed(_members(data) + [(f"extra/{number}.xml", b"<a/>") for number in range(count)])


def bomb(data: bytes, chance: Random) -> bytes:
    """Let a small member unpack to much: white space in its markup, or NULs."""
    members = _members(data)
    if not members:
        return data
    index = _often_the_largest(members, range(len(members)), chance)
    name, content = members[index]
    where = content.rfind(b"<")
    filling = chance.choice((b" ", b"\n", b"\0", b"<a/>")) * (BOMB_MIB << 18)
    members[index] = name, content[:where] + filling + content[where:]
    return packed(members)


def lie_about_sizes(data: bytes, chance: Random) -> bytes:
    """Write other sizes into the central directory."""
    places = [index for index in range(len(data)) if data.startswith(_DIRECTORY_ENTRY, index)]
    if not places:
        return data
    changed = bytearray(data)
    for place in chance.sample(places, min(3, len(places))):
        size = chance.choice((0, 1, 1 << 20, 0xFFFFFFFF, 0x7FFFFFFF))
        offset = place + _SIZES + chance.choice((0, 4))
        changed[offset : offset + 4] = struct.pack("<I", size)
    return bytes(changed)


def archive_in_archive(data: bytes, chance: Random) -> bytes:
    """Put the archive into itself, a few levels deep."""
    for _ in range(chance.choice((1, 5, 30))):
        data = packed([("inner.zip", data), (f"inner{chance.randrange(9)}.docx", data)])
        if len(data) > 1 << 20:
            break
    return data


def packed(members: Members) -> bytes:
    """Return an archive of the members, twice the same name included."""
    target = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # doubled names are meant
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 1)
    return target.getvalue()


def _members(data: bytes) -> Members:
    """Return the members; none of what is no archive any more."""
    return list(members_of(data).items()) if zipfile.is_zipfile(io.BytesIO(data)) else []


def _often_the_largest(members: Members, among: Sequence[int], chance: Random) -> int:
    """Choose a member: mostly one of the larger ones, where the content is."""
    ranked = sorted(among, key=lambda index: -len(members[index][1]))
    return chance.choice(ranked[:4] if chance.random() < 0.6 else ranked)


MUTATIONS = (
    damage_markup,
    damage_markup,  # there are many ways in it
    damage_member,
    drop_members,
    rename_member,
    swap_members,
    empty_member,
    many_members,
    bomb,
    lie_about_sizes,
    archive_in_archive,
)
