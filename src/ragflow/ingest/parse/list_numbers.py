"""Numbers of lists and headings, as the styles of Office documents print them."""

from __future__ import annotations

_LETTERS = 26
_DIGITS = "零一二三四五六七八九"


def format_number(number: int, style: str) -> str:
    """Return a number as the numbering style prints it."""
    if style == "none":
        return ""
    if style == "decimalZero":
        return f"{number:02d}"
    if style in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if style == "upperLetter" else letter
    if style in ("lowerRoman", "upperRoman"):
        roman = _roman(number)
        return roman.lower() if style == "lowerRoman" else roman
    if style.startswith(("chinese", "ideographDigital", "japaneseCounting", "taiwanese")):
        return _chinese(number)
    return str(number)


def letters_of(number: int) -> str:
    """Return a number as columns of sheets and lists of HTML count: A, …, Z, AA, AB."""
    letters = ""
    while number:
        number, place = divmod(number - 1, _LETTERS)
        letters = chr(ord("A") + place) + letters
    return letters


def _roman(number: int) -> str:
    if not 0 < number < 4000:
        return str(number)
    text = ""
    for value, letters in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    ):
        text += letters * (number // value)
        number %= value
    return text


def _chinese(number: int) -> str:
    if not 0 < number < 1000:
        return str(number)
    text = ""
    pending_zero = False
    for value, unit in ((100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, value)
        if digit:
            text += ("零" if pending_zero else "") + _DIGITS[digit] + unit
            pending_zero = False
        elif text and number:
            pending_zero = True
    return text.removeprefix("一") if text.startswith("一十") else text
