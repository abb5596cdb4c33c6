"""Envelopes: the two shapes in which every JSON reply goes out.

Family A (`result`, `refusal`) leaves out what it has nothing to say about; family B (`json_result`,
`json_refusal`) always has code, message and data.
"""

from __future__ import annotations

import json
from enum import Enum
from typing import Any, Final, Literal

from fastapi.responses import JSONResponse


class _Absent(Enum):
    ABSENT = 0


ABSENT: Final = _Absent.ABSENT
Maybe = Any | Literal[_Absent.ABSENT]


class WireJson(JSONResponse):
    """Send JSON in which half a surrogate pair, as a refused value may hold it, is escaped."""

    def render(self, content: Any) -> bytes:
        """Encode a value; backslashes make of what UTF-8 cannot hold what JSON calls it."""
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode(errors="backslashreplace")


def result(data: Maybe = ABSENT, **extra: Any) -> JSONResponse:
    """Answer in family A; `data` None is left out, empty values stay."""
    body: dict[str, Any] = {"code": 0}
    if data is not ABSENT and data is not None:
        body["data"] = data
    return WireJson(body | extra)


def refusal(code: int, message: str, http_status: int = 200) -> JSONResponse:
    """Refuse in family A."""
    return WireJson({"code": code, "message": message}, http_status)


def json_result(data: Any = None, message: str = "success") -> JSONResponse:
    """Answer in family B."""
    return WireJson({"code": 0, "message": message, "data": data})


def json_refusal(code: int, message: str, data: Any = None, http_status: int = 200) -> JSONResponse:
    """Refuse in family B."""
    return WireJson({"code": code, "message": message, "data": data}, http_status)
