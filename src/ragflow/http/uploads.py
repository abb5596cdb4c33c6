"""Uploads: the files of a multipart body, spooled to disk once they are large.

In: a request. Out: the parts of the field `file`, open while the route runs. Refused: bodies
without such a part, and parts without a name.

Browsers and HTTP clients write a quote, a carriage return and a line feed in a name as %22, %0D and
%0A (https://html.spec.whatwg.org/#multipart-form-data) and nothing else, so just these are undone.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from ragflow.http.auth import CurrentActor, CurrentCaller
from ragflow.http.envelope import ABSENT, Maybe
from ragflow.http.errors import Code, WireError
from ragflow.services.uploads import Upload

_MOST_PARTS = 10_000
_ESCAPED = {"%22": '"', "%0D": "\r", "%0A": "\n"}
_ESCAPE = re.compile("|".join(_ESCAPED))


@dataclass(frozen=True, slots=True)
class FilesForFolder:
    """Hold files and the folder that they are for; empty means the root."""

    uploads: list[Upload]
    folder_id: str


async def uploaded_files(request: Request, _actor: CurrentActor) -> AsyncIterator[list[Upload]]:
    """Yield the files in order, after the caller's key was checked."""
    async with _form(request, Code.ARGUMENT, "No file selected!") as form:
        yield _uploads(form)


async def callers_files(request: Request, _caller: CurrentCaller) -> AsyncIterator[list[Upload]]:
    """Yield the files in order for a route under /v1, after the caller was found."""
    async with _form(request, Code.ARGUMENT, "No file selected!", data=None) as form:
        yield _uploads(form)


async def files_for_folder(request: Request, _actor: CurrentActor) -> AsyncIterator[FilesForFolder]:
    """Yield the files and the field `parent_id`, after the caller's key was checked."""
    async with _form(request, Code.BAD_REQUEST, "No selected file!", data=None) as form:
        folder_id = form.get("parent_id")
        yield FilesForFolder(_uploads(form), folder_id if isinstance(folder_id, str) else "")


@asynccontextmanager
async def _form(
    request: Request, code: int, unnamed: str, data: Maybe = ABSENT
) -> AsyncIterator[FormData]:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise WireError(code, "No file part!", data)
    async with request.form(max_files=_MOST_PARTS) as form:
        parts = _parts(form)
        if not parts:
            raise WireError(code, "No file part!", data)
        if any(not part.filename for part in parts):
            raise WireError(code, unnamed, data)
        yield form


def _parts(form: FormData) -> list[UploadFile]:
    return [part for part in form.getlist("file") if isinstance(part, UploadFile)]


def _uploads(form: FormData) -> list[Upload]:
    return [Upload(_name_of(part), part.size or 0, part.file) for part in _parts(form)]


def _name_of(part: UploadFile) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPED[match[0]], part.filename or "")
