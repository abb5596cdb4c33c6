"""How a document changes by the keys of an update, in the contract's order of checks.

In: a stored document and what a caller sent, unknown keys included. Out: the new document; its
revision has grown when its chunks must go. Refused: see `changed_document`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from ragflow.domain.documents import Document, RunState
from ragflow.domain.file_types import has_fixed_method, suffix_of
from ragflow.services import parser_config
from ragflow.services.errors import (
    ChunkMethodFixed,
    DuplicateDocumentName,
    EnabledInvalid,
    ExtensionLocked,
    FieldLocked,
    MetaFieldsInvalid,
    NotText,
    ParserConfigInvalid,
    UnknownChunkMethod,
    UploadFailed,
)
from ragflow.services.file_names import check_length, refusal

_LOCKED = ("chunk_count", "token_count", "progress")


def changed_document(
    document: Document,
    changes: Mapping[str, Any],
    names: Callable[[], set[str]],
    methods: Collection[str] = parser_config.DOCUMENT_METHODS,
) -> Document:
    """Apply an update. `names` returns the names in use in the dataset.

    `methods` are the chunk methods that may be chosen. Raises `FieldLocked`, `MetaFieldsInvalid`,
    `NotText`, `NameTooLong`, `ExtensionLocked`, `DuplicateDocumentName`, `ParserConfigInvalid`,
    `UnknownChunkMethod` or `ChunkMethodFixed`.
    """
    for field in _LOCKED:
        if field in changes and changes[field] != getattr(document, field):
            raise FieldLocked(field=field)
    if "meta_fields" in changes:
        document = _with_meta_fields(document, changes["meta_fields"])
    if "name" in changes and changes["name"] != document.name:
        document = _renamed(document, changes["name"], names)
    if changes.get("parser_config") is not None:
        document = _with_config(document, changes["parser_config"])
    if "chunk_method" in changes:
        method = changes["chunk_method"]
        if not isinstance(method, str) or method not in methods:
            raise UnknownChunkMethod(name=method)
        document = _with_method(document, method, keep_config=bool(changes.get("parser_config")))
    if changes.get("enabled") is not None:
        document = replace(document, status="1" if _switch(changes["enabled"]) else "0")
    return document


def _with_meta_fields(document: Document, meta_fields: Any) -> Document:
    if not isinstance(meta_fields, Mapping):
        raise MetaFieldsInvalid
    return replace(document, meta_fields=dict(meta_fields))


def _renamed(document: Document, name: Any, names: Callable[[], set[str]]) -> Document:
    if not isinstance(name, str):
        raise NotText(field="name")
    check_length(name)
    if suffix_of(name) != suffix_of(document.name):
        raise ExtensionLocked
    if reason := refusal(name):
        raise UploadFailed(reasons=f"{name!r}: {reason}")
    if name in names():
        raise DuplicateDocumentName(name=name)
    return replace(document, name=name)


def _with_config(document: Document, config: Any) -> Document:
    if not isinstance(config, Mapping):
        raise ParserConfigInvalid
    merged = parser_config.for_changed_document(document.parser_config, config)
    return replace(document, parser_config=merged)


def _with_method(document: Document, method: str, *, keep_config: bool) -> Document:
    if has_fixed_method(document.name):
        raise ChunkMethodFixed
    if method != document.chunk_method:
        config = document.parser_config
        if not keep_config:
            config = parser_config.for_changed_method(config, method)
        document = replace(document, chunk_method=method, parser_config=config)
    elif not document.token_count:
        return document
    return replace(
        document,
        run=RunState.UNSTART,
        progress=0.0,
        progress_msg="",
        chunk_count=0,
        token_count=0,
        coverage=None,
        revision=document.revision + 1,
    )


def _switch(value: Any) -> bool:
    text = str(value).lower()
    if text not in ("0", "1", "false", "true"):
        raise EnabledInvalid
    return text in ("1", "true")
