"""Small Word, PowerPoint and Outlook files of the old binary formats.

In: nothing. Out: the least that their readers need, with the features that they have to get right.
"""

from __future__ import annotations

import struct

from ragflow.testing.ole_files import compound
from ragflow.testing.sample_files import picture

_TEXT_START = 1536
_PAGE = 512
_HEADING, _NORMAL = 1, 0
_IN_TABLE, _ROW_END = b"\x16\x24\x01", b"\x17\x24\x01"
_HIDDEN = b"\x3c\x08\x01"
_BODY = (
    ("Pump manual\r", _HEADING, b""),
    ("Read \x13 HYPERLINK x \x14all\x15 of\x02 this secret.\r", _NORMAL, b""),
    ("Part\x07", _NORMAL, _IN_TABLE),
    ("Price\x07", _NORMAL, _IN_TABLE),
    ("\x07", _NORMAL, _IN_TABLE + _ROW_END + b"\x08\xd6"),
    ("Seal\x07", _NORMAL, _IN_TABLE),
    ("4\x07", _NORMAL, _IN_TABLE),
    ("\x07", _NORMAL, _IN_TABLE + _ROW_END),
    ("Größe 中\r", _NORMAL, b""),
)
_NOTE = ("\x02 Keep dry.\r", _NORMAL, b"")
_EDGES = (0, 2000, 4000)


def doc() -> bytes:
    """Return a Word document with a heading, a field, hidden text, a table and a footnote."""
    paragraphs = (*_BODY, _NOTE, ("\r", _NORMAL, b""))
    text = "".join(paragraph for paragraph, _, _ in paragraphs)
    body = "".join(paragraph for paragraph, _, _ in _BODY)
    row = struct.pack("<B3h", 2, *_EDGES) + bytes(40)
    runs = [
        (len(paragraph), style, changes.replace(b"\x08\xd6", _cells(row)))
        for paragraph, style, changes in paragraphs
    ]
    encoded = text.encode("utf-16-le")
    first_page = -(-(_TEXT_START + len(encoded)) // _PAGE)
    secret = text.index("secret")
    main = bytearray(_TEXT_START) + encoded
    main = main.ljust(first_page * _PAGE, b"\0")
    main += _paragraph_page(runs) + _character_page(len(text), secret, secret + len("secret"))
    struct.pack_into("<HH6xH", main, 0, 0xA5EC, 0xC1, 0x0200)
    struct.pack_into("<3i", main, 0x4C, len(body), len(_NOTE[0]), 0)
    table = bytearray()
    end = _TEXT_START + len(encoded)
    anchor = body.index("\x02")
    pieces = struct.pack("<2I", 0, len(text)) + struct.pack("<HIH", 0, _TEXT_START, 0)
    parts = {
        1: _style_sheet(),
        2: struct.pack("<2IH", anchor, len(body), 1),
        3: struct.pack("<3I", 0, len(_NOTE[0]) - 1, len(_NOTE[0])),
        12: struct.pack("<3I", _TEXT_START, end, first_page + 1),
        13: struct.pack("<3I", _TEXT_START, end, first_page),
        33: b"\x02" + struct.pack("<I", len(pieces)) + pieces,
    }
    for index, part in parts.items():
        struct.pack_into("<II", main, 0x9A + 8 * index, len(table), len(part))
        table += part
    return compound({"WordDocument": bytes(main), "1Table": bytes(table)})


def ppt() -> bytes:
    """Return a presentation of two slides with a picture, a text box, a footer and notes."""
    outline = _texts((0, "Pumps"), (1, "They move fluids\rThey wear out"))
    first = (_shape(_record(3998, _number(0)), 576), _shape(_record(3998, _number(1)), 1500))
    boxed = _shape(_texts((4, "Boxed")), 2500)
    footer = _shape(_texts((4, "Confidential")), 4000, _record(3011, bytes(4) + b"\x09\0\0\0"))
    dot = _container(0xF004, _anchor(3000), _record(0xF00B, struct.pack("<HI", 0x4104, 1), 1))
    slides = [
        _slide(_record(1007, bytes(16) + _number(900) + bytes(4)), *first, boxed, footer, dot),
        _slide(_record(1007, bytes(24)), _shape(_texts((6, "Seals")), 576)),
    ]
    notes = _container(1008, _drawing(_shape(_texts((2, "Speak slowly")), 576)))
    image = bytes(17) + picture()
    blip = struct.pack("<HHI", 0x6E0 << 4, 0xF01E, len(image)) + image
    store = _container(0xF001, _record(0xF007, bytes(36), 2))
    document = _container(
        1000,
        _record(1001, struct.pack("<2i", 5760, 4320)),
        _container(1035, _container(0xF000, store)),
        _container(4080, _place(2, 256), outline, _place(3, 257)),
        _container(4080, _place(4, 900), instance=2),
    )
    main = b""
    places: list[int] = []
    for record in (document, *slides, notes):
        places.append(len(main))
        main += record
    table = len(main)
    main += _record(0x1772, struct.pack("<I", 4 << 20 | 1) + struct.pack("<4I", *places))
    edit = len(main)
    main += _record(0x0FF5, struct.pack("<7I", 0, 0, 0, table, 1, 5, 0))
    user = _record(0x0FF6, struct.pack("<3I", 20, 0xE391C05F, edit))
    return compound({"PowerPoint Document": main, "Current User": user, "Pictures": blip})


def msg() -> bytes:
    """Return a message with two bodies, an attached table and a message inside the message."""
    text, page = "see the files.", "<p>see the <b>files</b>.</p>"
    sent = struct.pack("<HHIQ", 0x40, 0x39, 6, 133_538_616_000_000_000)
    inner = "__attach_version1.0_#00000001/__substg1.0_3701000D/"
    streams = {
        **_message("", 32, "Größe of the pump", text, sent),
        "__substg1.0_10130102": page.encode(),
        "__substg1.0_5D01001F": "ann@example.com".encode("utf-16-le"),
        "__recip_version1.0_#00000000/__properties_version1.0": bytes(8)
        + struct.pack("<HHIQ", 3, 0x0C15, 6, 1),
        "__recip_version1.0_#00000000/__substg1.0_3001001F": "Bob".encode("utf-16-le"),
        "__attach_version1.0_#00000000/__substg1.0_3707001F": "a.csv".encode("utf-16-le"),
        "__attach_version1.0_#00000000/__substg1.0_37010102": b"Part;Price\nSeal;4\n",
        "__attach_version1.0_#00000001/__substg1.0_3001001F": "Forwarded".encode("utf-16-le"),
        **_message(inner, 24, "Older", "An older text.", b""),
    }
    return compound(streams)


def _message(prefix: str, header: int, subject: str, text: str, more: bytes) -> dict[str, bytes]:
    return {
        f"{prefix}__properties_version1.0": bytes(header) + more,
        f"{prefix}__substg1.0_0037001F": subject.encode("utf-16-le"),
        f"{prefix}__substg1.0_0C1A001F": "Ann Ä".encode("utf-16-le"),
        f"{prefix}__substg1.0_1000001F": text.encode("utf-16-le"),
    }


def _cells(row: bytes) -> bytes:
    return b"\x08\xd6" + struct.pack("<H", len(row) + 1) + row


def _paragraph_page(runs: list[tuple[int, int, bytes]]) -> bytes:
    """Return a page of paragraphs; their properties lie at its end."""
    page = bytearray(_PAGE)
    page[-1] = len(runs)
    places = [_TEXT_START]
    free = _PAGE - 1
    for number, (length, style, changes) in enumerate(runs):
        places.append(places[-1] + 2 * length)
        data = struct.pack("<H", style) + changes
        data += b"\0" * (1 - len(data) % 2)
        data = bytes([(len(data) + 1) // 2]) + data
        free = (free - len(data)) // 2 * 2
        page[free : free + len(data)] = data
        page[4 * (len(runs) + 1) + 13 * number] = free // 2
    struct.pack_into(f"<{len(places)}I", page, 0, *places)
    return bytes(page)


def _character_page(length: int, start: int, end: int) -> bytes:
    """Return a page of characters of which those in the middle are hidden."""
    page = bytearray(_PAGE)
    page[-1] = 3
    places = [_TEXT_START + 2 * position for position in (0, start, end, length)]
    struct.pack_into("<4I", page, 0, *places)
    page[17] = 250
    page[500:504] = bytes([len(_HIDDEN)]) + _HIDDEN
    return bytes(page)


def _style_sheet() -> bytes:
    sheet = struct.pack("<HHH", 4, 2, 10)
    for identity, name in ((0, "Normal"), (1, "heading 1")):
        letters = name.encode("utf-16-le")
        entry = struct.pack("<5H", identity, 0xFFF1, 0, 0, 0)
        entry += struct.pack("<H", len(name)) + letters + b"\0\0"
        sheet += struct.pack("<H", len(entry)) + entry
    return sheet


def _record(kind: int, data: bytes, instance: int = 0) -> bytes:
    return struct.pack("<HHI", instance << 4, kind, len(data)) + data


def _container(kind: int, *children: bytes, instance: int = 0) -> bytes:
    data = b"".join(children)
    return struct.pack("<HHI", instance << 4 | 0xF, kind, len(data)) + data


def _number(value: int) -> bytes:
    return struct.pack("<I", value)


def _texts(*texts: tuple[int, str]) -> bytes:
    return b"".join(
        _record(3999, _number(kind)) + _record(4000, text.encode("utf-16-le"))
        for kind, text in texts
    )


def _place(number: int, identity: int) -> bytes:
    return _record(1011, struct.pack("<5I", number, 0, 0, identity, 0))


def _anchor(top: int) -> bytes:
    return _record(0xF010, struct.pack("<4h", top, 576, 2880, top + 400))


def _shape(text: bytes, top: int, *data: bytes) -> bytes:
    return _container(0xF004, _anchor(top), _container(0xF011, *data), _container(0xF00D, text))


def _drawing(*shapes: bytes) -> bytes:
    return _container(1036, _container(0xF002, _container(0xF003, _container(0xF004), *shapes)))


def _slide(*parts: bytes) -> bytes:
    atom, *shapes = parts
    return _container(1006, atom, _drawing(*shapes))
