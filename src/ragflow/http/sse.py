"""Event streams: how frames go out, one per value.

In: an async iterator of JSON values. Out: `data:` lines. A stream that fails after its first byte
ends with an error frame, since its status has gone out already.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi.responses import StreamingResponse

SSE_HEADERS = {
    "Cache-Control": "no-cache",
    "Connection": "keep-alive",
    "X-Accel-Buffering": "no",
    "Content-Type": "text/event-stream; charset=utf-8",
}


def frame(value: Any, prefix: str = "data:") -> bytes:
    """Encode one frame; the agents_openai stream uses the prefix `data: `."""
    text = json.dumps(value, ensure_ascii=False)
    return f"{prefix}{text}\n\n".encode(errors="backslashreplace")


def done_frame(prefix: str = "data:") -> bytes:
    """Encode the terminator of OpenAI-like and agent streams."""
    return f"{prefix}[DONE]\n\n".encode()


def cumulative(data: Any, *, message: str | None = None) -> dict[str, Any]:
    """Return the value of a frame that carries the answer so far."""
    if message is None:
        return {"code": 0, "data": data}
    return {"code": 0, "message": message, "data": data}


def event_stream(frames: AsyncIterator[bytes]) -> StreamingResponse:
    """Answer with encoded frames as they come."""
    return StreamingResponse(frames, headers=SSE_HEADERS)
