"""Answers as they go out: streams of frames, or the last of them alone.

Streams are cumulative: each frame carries all of the answer so far, the last one its reference.
`message` is the empty text where a stream's frames carry one.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import structlog

from ragflow.domain.errors import RagflowError
from ragflow.http.errors import Code, WireError
from ragflow.http.schemas.completions import answer_data, opener_data
from ragflow.http.sse import cumulative, frame
from ragflow.services.completions import Turn
from ragflow.services.container import Services
from ragflow.services.sessions import Conversation

log = structlog.get_logger(__name__)


def opener_frame(begun: Conversation) -> bytes:
    """Encode the opener of a new conversation."""
    data = opener_data(begun.messages[0].content, begun.session.id)
    return frame(cumulative(data, message=""))


async def opener_frames(begun: Conversation) -> AsyncGenerator[bytes, None]:
    """Encode the opener of a new conversation and the end of its stream."""
    yield opener_frame(begun)
    yield frame(cumulative(True, message=""))


async def answer_frames(
    services: Services, turn: Turn, *, message: str | None
) -> AsyncGenerator[bytes, None]:
    """Encode an answer as it grows."""
    try:
        async with aclosing(services.completions.frames(turn)) as states:
            async for state in states:
                yield frame(cumulative(answer_data(state, turn, time.time()), message=message))
    except RagflowError as error:
        yield _error_frame(str(error))
    except Exception as error:
        log.exception("stream failed")
        yield _error_frame(repr(error))
    yield frame(cumulative(True, message=message))


async def whole_answer(services: Services, turn: Turn) -> dict[str, Any]:
    """Return the data of an answer's last frame."""
    async with aclosing(services.completions.frames(turn)) as states:
        async for state in states:
            if state.final:
                return answer_data(state, turn, time.time())
    raise WireError(Code.SERVER, "The model ended without an answer.")


def _error_frame(text: str) -> bytes:
    data = {"answer": f"**ERROR**: {text}", "reference": []}
    return frame({"code": Code.SERVER, "message": text, "data": data})
