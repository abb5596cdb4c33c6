"""Mutants: damaged copies of a file, the same each time, to prove that nothing falls over.

In: a file's name and bytes. Out: copies, each damaged in one way that its format knows, or that
any file does. The formats' own ways and the general ones are taken in turn, so that a few mutants
of each file of a folder see them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from random import Random

from ragflow.testing.mutants import archives, binaries, markup, pdfs, raw, texts

Mutation = Callable[[bytes, Random], bytes]

ZIPPED = frozenset("docx xlsx xlsm pptx epub odt ods odp zip key pages numbers".split())  # noqa: SIM905
HTML = frozenset({"html", "htm", "xhtml", "md"})
JSON = frozenset({"json", "jsonl", "ldjson", "ipynb"})
OLE = frozenset({"doc", "xls", "ppt", "msg"})
PICTURES = frozenset({"png", "jpg", "jpeg", "gif", "bmp", "tif", "tiff", "webp"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """Hold a damaged copy and how it was damaged."""

    name: str
    how: str
    data: bytes


def ways(name: str) -> tuple[tuple[Mutation, ...], tuple[Mutation, ...]]:
    """Return the mutations that the format of a file has, and the general ones."""
    suffix = PurePosixPath(name).suffix.removeprefix(".").lower()
    if suffix in ZIPPED:
        return archives.MUTATIONS, raw.MUTATIONS
    if suffix == "pdf":
        return pdfs.MUTATIONS, raw.MUTATIONS
    if suffix in PICTURES:
        return binaries.PICTURE_MUTATIONS, raw.MUTATIONS
    if suffix in OLE:
        return binaries.OLE_MUTATIONS, raw.MUTATIONS
    general = (*texts.MUTATIONS, *raw.MUTATIONS)
    if suffix in HTML:
        return markup.HTML_MUTATIONS, general
    if suffix == "xml":
        return markup.MUTATIONS, general
    if suffix in JSON:
        return texts.JSON_MUTATIONS, general
    if suffix in ("csv", "tsv"):
        return texts.CSV_MUTATIONS, general
    if suffix == "eml":
        return texts.MAIL_MUTATIONS, general
    if suffix == "rtf":
        return binaries.RTF_MUTATIONS, general
    return texts.MUTATIONS, raw.MUTATIONS


def mutants(name: str, data: bytes, count: int, seed: int = 0) -> Iterator[Mutant]:
    """Yield damaged copies of a file; two of three are damaged in a way of its format."""
    own, general = ways(name)
    order = Random(f"{seed} {name}")  # noqa: S311 - it is to be the same each time
    turn, other_turn = order.randrange(len(own)), order.randrange(len(general))
    for number in range(count):
        if number % 3 == 2:
            mutation = general[other_turn % len(general)]
            other_turn += 1
        else:
            mutation = own[turn % len(own)]
            turn += 1
        chance = Random(f"{seed} {name} {number}")  # noqa: S311
        yield Mutant(name, f"{mutation.__name__} #{number}", mutation(data, chance))
