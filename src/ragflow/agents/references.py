"""References: how the texts of a canvas point to values.

In: texts with references such as `{sys.query}`, `{Agent:X@content}` or `{{begin@topic}}`, and a way
to look values up. Out: the text with the values in their places; what is no text is written as
JSON. Where more than references stands in double braces the text is a Jinja template, to which the
values are handed, so that they are never read as a part of it (see `rendering`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ragflow.agents.rendering import compiled, rendered

_ID = r"[A-Za-z0-9:_-]+"
NAME = rf"{_ID}@[A-Za-z0-9:_.-]+|(?:sys|env)\.[A-Za-z0-9_]+"
_BARE = re.compile(rf"\s*(?:{NAME})\s*")
_IN_BRACES = re.compile(
    rf"(?P<open>\{{(?:[ ]*\{{)*)[ ]*(?P<name>{NAME})[ ]*(?P<close>\}}(?:[ ]*\}})*)"
)
_TEMPLATE = re.compile(r"\{\{|\{%")
_CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_NAME = re.compile(rf"(?<![\w@.])(?:{NAME})")

Lookup = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Part:
    """Hold a piece of a text: words, or a reference by its name."""

    text: str = ""
    reference: str = ""


def reference_in(value: Any) -> str:
    """Return the name when a value is one reference alone, bare or in braces; else ""."""
    if not isinstance(value, str):
        return ""
    if _BARE.fullmatch(value):
        return value.strip()
    parts = [part for part in parts_of(value.strip()) if part.text or part.reference]
    return parts[0].reference if len(parts) == 1 else ""


def is_name(node_id: str) -> bool:
    """Tell whether references can name a component of an id."""
    return bool(re.fullmatch(_ID, node_id))


def is_meant(text: str, node_id: str) -> bool:
    """Tell whether a text is to refer to a component, by whatever id; addresses are not."""
    name = rf"\s*{re.escape(node_id)}@"
    in_braces = re.search(rf"\{{{name}[A-Za-z_]", text)
    return bool(in_braces or re.fullmatch(rf"{name}[A-Za-z0-9_]+\s*", text))


def references_in(text: str) -> list[str]:
    """Return the names of all references in a text, in order."""
    found = [match["name"] for match in _IN_BRACES.finditer(text)]
    if is_template(text):
        found += [name[0] for code in _CODE.finditer(text) for name in _NAME.finditer(code[0])]
    return list(dict.fromkeys(found))


def parts_of(text: str) -> list[Part]:
    """Take a text apart; braces that have no partner stay words."""
    parts: list[Part] = []
    position = 0
    for match in _IN_BRACES.finditer(text):
        opened, closed = match["open"].count("{"), match["close"].count("}")
        paired = min(opened, closed)
        start = match.start() + _place(match["open"], "{", opened - paired)
        end = match.start("close") + _place(match["close"], "}", paired - 1) + 1
        parts += [Part(text=text[position:start]), Part(reference=match["name"])]
        position = end
    parts.append(Part(text=text[position:]))
    return [part for part in parts if part.text or part.reference]


def plain_parts_of(text: str) -> list[Part] | None:
    """Return the parts of a text, None where it is a template."""
    return None if is_template(text) else parts_of(text)


def fill(text: str, lookup: Lookup) -> str:
    """Return a text with its values in their places."""
    return "".join(part.text or as_text(lookup(part.reference)) for part in parts_of(text))


def render(text: str, lookup: Lookup) -> str:
    """Return a text as `fill` does; where it is a template, what that makes.

    A template may take seconds. Raises `InvalidInput`.
    """
    made = _render(text, lookup) if is_template(text) else None
    return fill(text, lookup) if made is None else made


def as_text(value: Any) -> str:
    """Write a value into a text: texts as they are, nothing for null, JSON for the rest."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def inside(value: Any, path: Sequence[str]) -> Any:
    """Follow keys and indexes into a value; None where they lead nowhere."""
    for key in path:
        if isinstance(value, str) and value[:1] in ("{", "["):
            try:
                value = json.loads(value)
            except ValueError:
                return None
        if isinstance(value, Mapping):
            value = value.get(key)
        elif isinstance(value, Sequence) and not isinstance(value, str) and key.isdigit():
            value = value[int(key)] if int(key) < len(value) else None
        else:
            return None
    return value


def _place(braces: str, brace: str, number: int) -> int:
    """Return where the brace of a number stands in a run of braces and blanks."""
    places = [place for place, character in enumerate(braces) if character == brace]
    return places[number]


def is_template(text: str) -> bool:
    """Tell whether more than references stands in double braces."""
    return bool(_TEMPLATE.search("".join(part.text for part in parts_of(text))))


def _render(text: str, lookup: Lookup) -> str | None:
    """Return what a template makes; None where it is none after all, such as a formula."""
    names: dict[str, str] = {}

    def variable(name: str) -> str:
        return names.setdefault(name, f"value_{len(names)}")

    pieces = [part.text or f"{{{{ {variable(part.reference)} }}}}" for part in parts_of(text)]
    source = _CODE.sub(
        lambda code: _NAME.sub(lambda name: variable(name[0]), code[0]), "".join(pieces)
    )
    template = compiled(source, as_text)
    if template is None:
        return None
    return rendered(template, {short: lookup(name) for name, short in names.items()})
