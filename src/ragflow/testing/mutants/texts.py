"""Damage to plain text, JSON, CSV and messages."""

from __future__ import annotations

import re
from random import Random

from ragflow.testing.mutants.raw import place

_NUMBER = re.compile(rb"\d+")
HUGE_NUMBERS = (
    b"0",
    b"-1",
    b"65536",
    b"2147483647",
    b"4294967296",
    b"-9223372036854775809",
    b"1e999",
    b"0.0000001",
    b"9" * 5000,  # more digits than Python makes an int of
)


def insert(data: bytes, what: bytes, chance: Random) -> bytes:
    """Write something at a random place."""
    where = place(data, chance)
    return data[:where] + what + data[where:]


def change_numbers(data: bytes, chance: Random) -> bytes:
    """Write huge, negative or broken numbers for some of those that stand there."""
    found = list(_NUMBER.finditer(data))
    chosen = {match.start() for match in chance.sample(found, min(len(found), 5))}
    return _NUMBER.sub(
        lambda match: chance.choice(HUGE_NUMBERS) if match.start() in chosen else match[0], data
    )


def mix_encodings(data: bytes, chance: Random) -> bytes:
    """Put bytes of another encoding into the text."""
    other = "Größe 灯塔 мост ".encode(
        chance.choice(("utf-16", "cp1251", "gb18030", "cp932")), "ignore"
    )
    return insert(data, other * chance.choice((1, 20)), chance)


def lie_about_encoding(data: bytes, chance: Random) -> bytes:
    """Begin with the mark of another encoding."""
    marks = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xff\xfe\0\0", b"+/v8")
    return chance.choice(marks) + data


def odd_characters(data: bytes, chance: Random) -> bytes:
    """Put characters into the text that few expect."""
    odd = (
        b"\0",
        b"\xed\xa0\x80",  # a lone surrogate
        "\u202e\ufeff\u200b".encode(),
        b"\x1b[31m\x07\x08",
        "\U0010ffff\ufffe".encode(),
        b"a" + "\u0301".encode() * 2000,
    )
    return insert(data, chance.choice(odd) * chance.choice((1, 10)), chance)


def one_long_line(data: bytes, chance: Random) -> bytes:
    """Leave no line breaks, perhaps in a text of half a megabyte."""
    return data.translate(None, b"\r\n") * (chance.choice((1, 1 << 19)) // (len(data) + 1) + 1)


def no_text_at_all(data: bytes, chance: Random) -> bytes:
    """Leave white space alone."""
    return bytes(chance.choice(b" \t\r\n") for _ in data[:5000])


def deep_json(data: bytes, chance: Random) -> bytes:
    """Nest the document, or brackets that nobody closes, deeper than any stack."""
    depth = chance.choice((900, 5000, 200_000))
    opening, closing = chance.choice(((b"[", b"]"), (b'{"a":', b"}")))
    return opening * depth + (data + closing * depth if chance.random() < 0.5 else b"")


def odd_json(data: bytes, chance: Random) -> bytes:
    """Write values that JSON half allows."""
    odd = (
        b'"\\ud800"',
        b"NaN",
        b"-Infinity",
        b"9" * 5000,
        b'"\\u0000"',
        b'"open',
        b"/* */",
        b"1e400",
    )
    return data[: place(data, chance)] + chance.choice(odd) + b"\n" + data


def stray_quotes(data: bytes, chance: Random) -> bytes:
    """Open quotes that nobody closes."""
    for _ in range(chance.randint(1, 5)):
        data = insert(data, chance.choice((b'"', b'"""', b"'", b'";"')), chance)
    return data


def many_columns(data: bytes, chance: Random) -> bytes:
    """Add a row of very many cells, or one of very many characters."""
    row = chance.choice((b"," * 50_000, b";x" * 20_000, b"\t" * 20_000, b"x" * 300_000))
    return insert(data, b"\n" + row + b"\n", chance)


def damage_boundaries(data: bytes, chance: Random) -> bytes:
    """Change, drop or double the lines that part a message."""
    lines = data.splitlines(keepends=True)
    for index, line in enumerate(lines):
        if line.startswith(b"--") and chance.random() < 0.5:
            lines[index] = chance.choice((b"", line * 2, line[:-3], b"--other\r\n"))
    return b"".join(lines)


def odd_headers(data: bytes, chance: Random) -> bytes:
    """Begin a message with headers that lie."""
    odd = (
        b"Content-Type: text/plain; charset=no-such-charset\r\n",
        b"Content-Type: multipart/mixed\r\n",
        b"Content-Type: ;;;=\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Subject: =?utf-8?B?////?= =?x?Q?=ff?=\r\n",
        b"Subject: =?undefined?Q?a?= =?idna?Q?xn--=ff?=\r\n",
        b"From: " + b"<" * 3000 + b"@\r\n",
        b"To: (" + b"(" * 500 + b"a@b\r\n",
        b"Date: 99 Foo 99999 99:99:99 +9999\r\n",
        b"Content-Disposition: attachment; filename*=utf-7''%ff; filename=\"\r\n",
    )
    return b"".join(chance.sample(odd, 2)) + data


def nested_messages(data: bytes, chance: Random) -> bytes:
    """Put the message into messages in messages."""
    depth = chance.choice((5, 300, 3000))
    kind = chance.choice((b"message/rfc822", b'multipart/mixed; boundary="b"'))
    parted = b"--b\r\n" if b"multipart" in kind else b""
    return (b"Content-Type: " + kind + b"\r\n\r\n" + parted) * depth + data


MUTATIONS = (
    change_numbers,
    mix_encodings,
    lie_about_encoding,
    odd_characters,
    one_long_line,
    no_text_at_all,
)
JSON_MUTATIONS = (deep_json, odd_json, stray_quotes)
CSV_MUTATIONS = (stray_quotes, many_columns)
MAIL_MUTATIONS = (damage_boundaries, odd_headers, nested_messages)
