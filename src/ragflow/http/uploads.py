"""Uploads: the files of a multipart body, spooled to disk once they are large.

In: a request. Out: the parts of the field `file`, open while the route runs. Refused: bodies
without such a part, and parts without a name.

Browsers and HTTP clients write a quote, a carriage return and a line feed in a name as %22, %0D and
%0A (https://html.spec.whatwg.org/#multipart-form-data) and nothing else, so just these are undone.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from fastapi import Request
from starlette.datastructures import UploadFile

from ragflow.http.auth import CurrentActor
from ragflow.http.errors import Code, WireError
from ragflow.services.documents import Upload

_MOST_PARTS = 10_000
_ESCAPED = {"%22": '"', "%0D": "\r", "%0A": "\n"}
_ESCAPE = re.compile("|".join(_ESCAPED))


async def uploaded_files(request: Request, _actor: CurrentActor) -> AsyncIterator[list[Upload]]:
    """Yield the files in order, after the caller's key was checked."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise WireError(Code.ARGUMENT, "No file part!")
    async with request.form(max_files=_MOST_PARTS) as form:
        parts = [part for part in form.getlist("file") if isinstance(part, UploadFile)]
        if not parts:
            raise WireError(Code.ARGUMENT, "No file part!")
        if any(not part.filename for part in parts):
            raise WireError(Code.ARGUMENT, "No file selected!")
        yield [Upload(_name_of(part), part.size or 0, part.file) for part in parts]


def _name_of(part: UploadFile) -> str:
    return _ESCAPE.sub(lambda match: _ESCAPED[match[0]], part.filename or "")
