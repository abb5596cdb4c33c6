"""Normalise text for search: one spelling for what readers take for the same.

In comes any text, out goes lower-case text of compatibility-composed characters: full-width forms
become half-width, Latin accents and Arabic vowel marks go, traditional Chinese becomes simplified.
Lengths may change, so offsets into the input do not carry over. Nothing is refused.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_HAS_HAN = re.compile(f"[{HAN}]")
_LATIN_BLOCKS = ((0x00C0, 0x0250), (0x1E00, 0x1F00))
_ARABIC_MARKS = (*range(0x064B, 0x0653), 0x0640, 0x0670)
_INVISIBLE = (0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)  # soft hyphens, zero-width marks
_UNDECOMPOSED = {"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th"}


def normalise(text: str) -> str:
    """Return `text` in the form in which indexed texts and questions are compared."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_folds())
    if _HAS_HAN.search(folded):
        folded = _traditional_to_simplified().convert(folded)
    return folded


@cache
def _folds() -> dict[int, str | None]:
    folds: dict[int, str | None] = dict.fromkeys((*_ARABIC_MARKS, *_INVISIBLE), None)
    for start, end in _LATIN_BLOCKS:
        for code in range(start, end):
            base = unicodedata.normalize("NFKD", chr(code))[0]
            if base.isascii():
                folds[code] = base
    folds.update({ord(letter): plain for letter, plain in _UNDECOMPOSED.items()})
    folds.update(dict.fromkeys(range(0x0300, 0x0370), None))  # marks without a composed letter
    folds[0x2019] = "'"
    return folds


@cache
def _traditional_to_simplified() -> OpenCC:
    from opencc import OpenCC  # 10 MB of dictionaries, wanted for Chinese alone

    return OpenCC("t2s")
