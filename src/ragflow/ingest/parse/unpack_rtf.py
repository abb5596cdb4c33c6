"""Unpack the RTF of Outlook messages, as [MS-OXRTFCP] describes it.

In: a packed stream. Out: the RTF; nothing for a stream of another kind. What is damaged ends there.
"""

from __future__ import annotations

import struct

_PACKED = 0x75465A4C
_PLAIN = 0x414C454D
_WINDOW = 4096
_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
"""What the window of the packer holds at first."""


def unpacked_rtf(data: bytes) -> bytes:
    """Return the RTF in a packed stream."""
    if len(data) < 16:
        return b""
    _, size, kind, _ = struct.unpack_from("<4I", data)
    if kind == _PLAIN:
        return data[16 : 16 + size]
    if kind != _PACKED:
        return b""
    window = bytearray(_START.ljust(_WINDOW, b"\0"))
    write = len(_START)
    result = bytearray()
    position = 16
    while position < len(data) and len(result) < size:
        flags = data[position]
        position += 1
        for bit in range(8):
            if flags >> bit & 1:
                pair = data[position : position + 2]
                position += 2
                if len(pair) < 2:
                    return bytes(result)
                reference = int.from_bytes(pair, "big")
                start, length = reference >> 4, (reference & 15) + 2
                if start == write:
                    return bytes(result)
                for step in range(length):  # a run may reach into what it writes itself
                    byte = window[(start + step) % _WINDOW]
                    window[write] = byte
                    write = (write + 1) % _WINDOW
                    result.append(byte)
            elif position < len(data):
                window[write] = data[position]
                result.append(data[position])
                write = (write + 1) % _WINDOW
                position += 1
    return bytes(result[:size])
