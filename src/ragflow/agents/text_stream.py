"""Growing texts: what a model says, made once, and read by many from its beginning.

In: the pieces of a model's stream. Out: the same pieces to each reader, at once as they come, or
the whole text. What the source raises, each reader meets where it happened.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from ragflow.domain.answers import ModelDelta


class TextStream:
    """Hold a text that may still grow; it begins to grow when it is first read, or told to."""

    def __init__(self, source: AsyncIterator[ModelDelta]) -> None:
        self._source = source
        self._pieces: list[ModelDelta] = []
        self._ended = False
        self._error: Exception | None = None
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def pass_through(
        self, change: Callable[[AsyncIterator[ModelDelta]], AsyncIterator[ModelDelta]]
    ) -> None:
        """Let the pieces go through something, before the text has begun to grow."""
        self._source = change(self._source)

    def start(self) -> None:
        """Let it grow, though nobody reads it yet."""
        if self._task is None:
            self._task = asyncio.create_task(self._fill())

    async def pieces(self) -> AsyncIterator[ModelDelta]:
        """Yield every piece, waiting for those to come."""
        self.start()
        read = 0
        while True:
            changed = self._changed
            while read < len(self._pieces):
                yield self._pieces[read]
                read += 1
            if self._ended:
                if self._error is not None:
                    raise self._error
                return
            await changed.wait()

    async def text(self) -> str:
        """Return the whole text, without reasoning."""
        return "".join([piece.content async for piece in self.pieces()])

    async def close(self) -> None:
        """Stop the source."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _fill(self) -> None:
        try:
            async for piece in self._source:
                self._pieces.append(piece)
                self._announce()
        except Exception as error:  # noqa: BLE001 - handed on to every reader
            self._error = error
        finally:
            self._ended = True
            self._announce()

    def _announce(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
