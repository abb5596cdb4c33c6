"""Kinds of files by extension: which are taken in, how they are classed and chunked.

In: a file name. Out: its class (`pdf`, `doc`, `visual`, `aural`, else `other`), its suffix and the
chunk method that its kind asks for. Nothing here looks into the file.
"""

from __future__ import annotations

from pathlib import PurePosixPath

_DOC = """eml doc docx ppt pptx yml xml htm html json jsonl ldjson csv txt ini xls xlsx xlsm wps rtf
ods hlp pages numbers key md py js java c cpp h php go ts sh cs kt sql"""
_AURAL = "wav flac ape alac wavpack wv mp3 aac ogg vorbis opus"
_VISUAL = """jpg jpeg png tif tiff bmp gif pcx tga exif fpx svg psd cdr pcd dxf ufo eps ai raw webp
avif apng icon ico mpg mpeg avi rm rmvb mov wmv asf dat asx wvx mpe mpa mp4"""
_MORE_DOC = """epub odt odp rst ipynb msg xhtml markdown mdx tsv text log yaml toml css jsx tsx hpp
rs rb swift scala tex org adoc"""  # beyond what v0.20 takes in

OTHER = "other"

_TYPE_OF_SUFFIX = {
    suffix: kind
    for kind, suffixes in {
        "pdf": "pdf",
        "doc": f"{_DOC} {_MORE_DOC}",
        "aural": _AURAL,
        "visual": _VISUAL,
    }.items()
    for suffix in suffixes.split()
}

PICTURE_SUFFIXES = frozenset(
    "jpg jpeg png apng gif bmp tif tiff webp avif ico icon pcx tga".split()  # noqa: SIM905
)
"""The pictures that are read."""
SPREADSHEET_SUFFIXES = frozenset({"xlsx", "xlsm", "xls", "ods"})
MAIL_SUFFIXES = frozenset({"eml", "msg"})
SLIDE_SUFFIXES = frozenset({"ppt", "pptx", "pages"})


def suffix_of(name: str) -> str:
    """Return a name's extension in lower case, without the dot."""
    return PurePosixPath(name).suffix.removeprefix(".").lower()


def type_of(name: str) -> str:
    """Return the class of a file; `other` for those that are not taken in."""
    return _TYPE_OF_SUFFIX.get(suffix_of(name), OTHER)


def chunk_method_of(name: str, default: str) -> str:
    """Return the chunk method for a new file, `default` where its kind asks for none."""
    kind, suffix = type_of(name), suffix_of(name)
    if kind == "visual":
        return "picture"
    if kind == "aural":
        return "audio"
    if suffix in SLIDE_SUFFIXES or suffix == "odp":
        return "presentation"
    if suffix in MAIL_SUFFIXES:
        return "email"
    return default


def has_fixed_method(name: str) -> bool:
    """Tell whether a file's kind rules out another chunk method than its own."""
    return type_of(name) == "visual" or suffix_of(name) in SLIDE_SUFFIXES
