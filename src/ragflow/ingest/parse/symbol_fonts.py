"""Symbol fonts: what their characters mean, as Unicode has it.

In: a character as files hold it, a byte or a code from U+F020 to U+F0FF, and the name of its font.
Out: the character of Unicode, from the encoding of Adobe's Symbol and the signs of Wingdings that
say something in a text. Without a meaning there, nothing.
"""

from __future__ import annotations

_FIRST, _LAST = 0xF020, 0xF0FF
_OFFSET = 0xF000

_SYMBOL = dict(
    zip(
        (*range(0x20, 0x7F), *range(0xA0, 0xF0), *range(0xF1, 0xFF)),
        " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾"
        "αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵"
        "ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭",
        strict=True,
    )
)
_WINGDINGS = {
    **dict(zip((0x28, 0x2A, 0x46, 0x4A, 0x4C, 0x6C, 0x6E, 0x75, 0x76), "☎✉☞☺☹●■◆❖", strict=True)),
    **dict.fromkeys((0x6F, 0x71, 0x72, 0xA8), "☐"),
    **dict(zip((0x78, 0x9F, 0xA1, 0xA7, 0xAB, 0xD8), "☒•○▪★➢", strict=True)),
    **dict(zip((0xDF, 0xE0, 0xE1, 0xE2, 0xE8, 0xF0), "←→↑↓➔⇨", strict=True)),
    **dict(zip((0xFB, 0xFC, 0xFD, 0xFE), "✗✓☒☑", strict=True)),
}
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS}


def is_symbol_font(font: str) -> bool:
    """Tell whether the characters of a font mean others than their codes say."""
    return font.strip().casefold() in _FONTS


def coded(data: bytes) -> str:
    """Return the bytes of a text in a symbol font in the codes that `meant` reads."""
    return "".join(chr(_OFFSET + byte) if byte >= _FIRST - _OFFSET else chr(byte) for byte in data)


def meant(text: str, font: str) -> str:
    """Return a text of a symbol font in the characters that it shows; other text as it is."""
    signs = _FONTS.get(font.strip().casefold())
    if signs is None:
        return text
    return "".join(
        signs.get(ord(character) - _OFFSET, "") if _FIRST <= ord(character) <= _LAST else character
        for character in text
    )
