"""Ligatures of TeX's bitmap fonts, which tell a viewer nothing of what their glyphs mean.

In: the text of a page as pdfium reads it, where such a glyph stands for its bare code. Out: the
same, each ligature one code point, so that places are kept; `spelled` writes their letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_NAMES = "\ufb00\ufb01\ufb02\ufb03\ufb04"  # ff fi fl ffi ffl
_OF_T1 = dict(zip("\x1b\x1c\x1d\x1e\x1f", _NAMES, strict=True))
_OF_OT1 = dict(zip("\x0b\x0c\x0d\x0e\x0f", _NAMES, strict=True))
_IN_WORD = re.compile(
    r"(?<=[A-Za-z])[\x0b-\x0f\x1b-\x1f](?<!\r(?=\n))|[\x0b-\x0f\x1b-\x1f](?=[a-z])"
)
"""Codes beside letters; a carriage return before a line feed ends a line, as pdfium writes it."""
_LETTERS = str.maketrans(dict(zip(_NAMES, ("ff", "fi", "fl", "ffi", "ffl"), strict=True)))


def with_ligatures(text: str, lacks_meaning: Callable[[int], bool]) -> str:
    """Return a text with the codes of ligatures named, where the file does not say what they are.

    The two encodings of TeX's fonts have their ligatures at different codes; what most of a page's
    codes are of counts, for in the other these are accents and rare letters.
    """
    places = [match.start() for match in _IN_WORD.finditer(text)]
    places = [place for place in places if lacks_meaning(place)]
    if not places:
        return text
    names = max((_OF_T1, _OF_OT1), key=lambda codes: sum(text[place] in codes for place in places))
    letters = list(text)
    for place in places:
        letters[place] = names.get(letters[place], letters[place])
    return "".join(letters)


def spelled(text: str) -> str:
    """Return a text with ligatures as letters."""
    return text if text.isascii() else text.translate(_LETTERS)
