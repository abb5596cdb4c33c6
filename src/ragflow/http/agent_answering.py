"""Answers of agents as they go out: streams of frames, or the last event alone."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import structlog
from fastapi import Request

from ragflow.agents.events import Event
from ragflow.domain.errors import RagflowError
from ragflow.http.schemas.agent_runs import frames_of
from ragflow.http.schemas.completions import truth
from ragflow.http.sse import frame
from ragflow.services.agent_work import PreparedRun
from ragflow.services.container import Services

log = structlog.get_logger(__name__)


def is_universal(request: Request, body: dict[str, Any]) -> bool:
    """Tell whether a stream is to be in the form that ragflow-sdk 0.20 can read too."""
    by_default = bool(request.app.state.universal_agent_streams)
    asked = {**request.query_params, **body}
    return truth(asked, "universal", by_default)


async def told(services: Services, prepared: PreparedRun) -> AsyncGenerator[Event | str, None]:
    """Yield what happens in a run, and at last the reason why it failed, if it did."""
    try:
        async with aclosing(services.agent_runs.events(prepared)) as events:
            async for event in events:
                yield event
    except RagflowError as error:
        yield str(error)
    except Exception as error:
        log.exception("stream failed")
        yield repr(error)


async def agent_frames(
    services: Services,
    prepared: PreparedRun,
    *,
    only_messages: bool = True,
    universal: bool = False,
    terminated: bool = True,
) -> AsyncGenerator[bytes, None]:
    """Encode what happens in a run."""
    frames = frames_of(prepared, only_messages=only_messages, universal=universal)
    async with aclosing(told(services, prepared)) as events:
        async for event in events:
            for each in frames.failure(event) if isinstance(event, str) else (event,):
                value = frames.value(each, time.time())
                if value is not None:
                    yield frame(value)
    if terminated:
        yield frames.end()


async def whole_run(services: Services, prepared: PreparedRun, *, universal: bool = False) -> Any:
    """Return the last event of a run with all that was said, or the text of its error."""
    frames = frames_of(prepared, universal=universal)
    last = Event("message", {})
    async with aclosing(told(services, prepared)) as events:
        async for event in events:
            if isinstance(event, str):
                return f"**ERROR**: {event}"
            frames.value(event, 0)
            last = event
    return frames.whole(last, time.time())
