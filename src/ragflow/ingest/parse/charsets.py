"""Guess the charset of text that is not Unicode, also where the text is a few words short.

In: bytes with some beyond ASCII. Out: the charset whose characters make sense together: letters
that one language uses, ideographs that are common, Cyrillic with its vowels. Where none does,
statistics decide. Between charsets that make equal sense the more widespread one wins.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterator

_TOLERANCE = 0.03  # share of characters beyond ASCII that may make no sense
_COMMON_SHARE = 0.7  # of a text's ideographs, where their charset is the right one
_LEAST_HANGUL = 8  # syllables; fewer may just as well be Chinese
_LEAST_CYRILLIC = 4  # letters; fewer may just as well be accented ones
_LEAST_VOWELS = 0.28

_WESTERN = (
    "äöüßé",
    "àâæçéèêëîïôœùûüÿ",
    "áéíñóúüçàèïò·",
    "áâãàçéêíóôõúü",
    "àèéìíòóùú",
    "åäöéü",
    "åæøéôòóèê",
    "áéíóúýþæöð",
    "éëïöüèêáóíú",
)
_CENTRAL = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž")
_TURKISH = ("çğıöşüâîû\u0307",)
_LATIN = (
    ("cp1252", _WESTERN, 4),
    ("cp1250", _CENTRAL, 6),
    ("iso8859_2", _CENTRAL, 6),
    ("cp1254", _TURKISH, 8),
)
"""Charsets, the languages that they are for, and how many letters in a row are too many accents."""

_BETWEEN_LETTERS = "‘’“”„‚–—…·•«»®©™€\xad\xa0"
_BESIDE_LETTERS = "°±²³¹µ§£¥¢½¼¾¿¡ºª×÷†‡‰¶"
_GLUED = re.compile(rf"(?<=[^\W\d_])[{_BESIDE_LETTERS}](?=[^\W\d_])")
_ASCII_LETTER = re.compile(rb"[A-Za-z]")
_CYRILLIC = re.compile("[А-яЁёЄєІіЇїҐґ]")
_CYRILLIC_VOWEL = re.compile("[аеёиоуыэюяєії]", re.IGNORECASE)
_MISCASED = re.compile(r"[а-яё][А-ЯЁ]|[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]")
_IDEOGRAPHS = (
    ("gb18030", re.compile(rb"[\xb0-\xd7][\xa1-\xfe]|[\xa1\xa3][\xa1-\xfe]")),
    ("big5", re.compile(rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]|[\xa1-\xa3][\x40-\x7e\xa1-\xbf]")),
    ("cp932", re.compile(rb"[\x88-\x97][\x40-\xfc]|[\x81-\x83][\x40-\xfc]")),
    ("euc_jp", re.compile(rb"[\xb0-\xcf\xa1\xa3-\xa5][\xa1-\xfe]")),
)
"""Charsets and the bytes of their common characters."""
_HANGUL = re.compile(rb"[\xb0-\xc8][\xa1-\xfe]")


def guess_charset(sample: bytes, *, whole: bool) -> str:
    """Return the likely charset of a sample, which may end inside a character if not `whole`."""
    readers: tuple[Callable[[bytes, bool], str], ...] = (_latin, _ideographic, _cyrillic)
    if _ASCII_LETTER.search(sample) is None:  # few words of Latin letters are accents alone
        readers = (_ideographic, _cyrillic, _latin)
    for reader in readers:
        charset = reader(sample, whole)
        if charset:
            return charset
    western = _decoded(sample, "cp1252", whole)
    if western and _makes_sense(western, "".join(_WESTERN), 4):
        return "cp1252"
    return _by_statistics(sample)


def _latin(sample: bytes, whole: bool) -> str:
    """Find a language whose letters the text keeps to."""
    for charset, languages, row in _LATIN:
        text = _decoded(sample, charset, whole)
        if text and any(_makes_sense(text, language, row) for language in languages):
            return charset
    return ""


def _makes_sense(text: str, letters: str, row: int) -> bool:
    beyond = _beyond_ascii(text)
    known = frozenset(letters + _BETWEEN_LETTERS + _BESIDE_LETTERS)
    odd = sum(
        count
        for character, count in Counter(beyond).items()
        if not known.issuperset(character.lower().removeprefix("i"))  # of a capital I with its dot
    )
    odd += len(_GLUED.findall(text))
    odd += sum(len(run) for run in re.findall(rf"[^\x00-\x7f]{{{row},}}", text))
    return odd <= _TOLERANCE * len(beyond)


def _ideographic(sample: bytes, whole: bool) -> str:
    """Find the charset of which the text uses the common characters."""
    best, best_share = "", _COMMON_SHARE
    for charset, common in _IDEOGRAPHS:
        text = _decoded(sample, charset, whole)
        if text:
            share = sum(_characters(text, charset, common)) / max(len(_beyond_ascii(text)), 1)
            if share > best_share:
                best, best_share = charset, share
    korean = _decoded(sample, "cp949", whole)
    hangul = sum(_characters(korean, "cp949", _HANGUL))
    if hangul >= _LEAST_HANGUL and hangul >= (1 - _TOLERANCE) * len(_beyond_ascii(korean)):
        return "cp949"
    return best


def _characters(text: str, charset: str, common: re.Pattern[bytes]) -> Iterator[bool]:
    return (
        common.fullmatch(character.encode(charset)) is not None for character in _beyond_ascii(text)
    )


def _cyrillic(sample: bytes, whole: bool) -> str:
    """Find the charset in which Cyrillic words have vowels, and capitals only where they begin."""
    for charset in ("cp1251", "koi8_r", "cp866"):
        text = _decoded(sample, charset, whole)
        letters = len(_CYRILLIC.findall(text))
        symbols = sum(character in f"{_BETWEEN_LETTERS}№" for character in text)
        if (
            letters >= _LEAST_CYRILLIC
            and letters + symbols >= (1 - _TOLERANCE) * len(_beyond_ascii(text))
            and len(_MISCASED.findall(text)) <= _TOLERANCE * letters
            and len(_CYRILLIC_VOWEL.findall(text)) >= _LEAST_VOWELS * letters
        ):
            return charset
    return ""


def _by_statistics(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return best.encoding if best is not None else "latin-1"


def _beyond_ascii(text: str) -> list[str]:
    return [character for character in text if character > "\x7f"]


def _decoded(sample: bytes, charset: str, whole: bool) -> str:
    """Return the text of a sample, empty where it is not of this charset."""
    try:
        return codecs.getincrementaldecoder(charset)("strict").decode(sample, final=whole)
    except UnicodeDecodeError:
        return ""
