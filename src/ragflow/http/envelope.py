"""Envelopes: the two shapes in which every JSON reply goes out.

Family A (`result`, `refusal`) leaves out what it has nothing to say about; family B (`json_result`,
`json_refusal`) always has code, message and data.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, Final, Literal

from fastapi.responses import JSONResponse


class _Absent(Enum):
    ABSENT = 0


ABSENT: Final = _Absent.ABSENT
Maybe = Any | Literal[_Absent.ABSENT]


def result(data: Maybe = ABSENT, **extra: Any) -> JSONResponse:
    """Answer in family A; `data` None is left out, empty values stay."""
    body: dict[str, Any] = {"code": 0}
    if data is not ABSENT and data is not None:
        body["data"] = data
    return JSONResponse(body | extra)


def refusal(code: int, message: str, http_status: int = 200) -> JSONResponse:
    """Refuse in family A."""
    return JSONResponse({"code": code, "message": message}, http_status)


def json_result(data: Any = None, message: str = "success") -> JSONResponse:
    """Answer in family B."""
    return JSONResponse({"code": 0, "message": message, "data": data})


def json_refusal(code: int, message: str, data: Any = None, http_status: int = 200) -> JSONResponse:
    """Refuse in family B."""
    return JSONResponse({"code": code, "message": message, "data": data}, http_status)
