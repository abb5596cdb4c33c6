"""Answers as they go out: streams of frames, or the last of them alone.

What the frames of a stream hold is the matter of its form (http/schemas/streams.py).
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
from ragflow.http.schemas.streams import Form
from ragflow.http.sse import cumulative, frame
from ragflow.services.completions import Turn
from ragflow.services.container import Services
from ragflow.services.sessions import Conversation

log = structlog.get_logger(__name__)


def opener_frame(begun: Conversation, form: Form) -> bytes:
    """Encode the opener of a new conversation."""
    return frame(form.opener(opener_data(begun.messages[0].content, begun.session.id)))


async def opener_frames(begun: Conversation, form: Form) -> AsyncGenerator[bytes, None]:
    """Encode the opener of a new conversation and the end of its stream."""
    yield opener_frame(begun, form)
    yield frame(cumulative(True, message=""))


async def answer_frames(services: Services, turn: Turn, form: Form) -> AsyncGenerator[bytes, None]:
    """Encode an answer as it grows."""
    try:
        async with aclosing(services.completions.frames(turn)) as states:
            async for state in states:
                for value in form.values(state, turn, time.time()):
                    yield frame(value)
    except RagflowError as error:
        yield frame(form.failure(str(error)))
    except Exception as error:
        log.exception("stream failed")
        yield frame(form.failure(repr(error)))
    yield frame(form.end())


async def whole_answer(services: Services, turn: Turn) -> dict[str, Any]:
    """Return the data of an answer's last frame."""
    async with aclosing(services.completions.frames(turn)) as states:
        async for state in states:
            if state.final:
                return answer_data(state, turn, time.time())
    raise WireError(Code.SERVER, "The model ended without an answer.")
