"""Message: says something to the user, piece by piece where it is still being made."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import AliasChoices, Field

from ragflow.agents.components.base import Call, CommonOptions, Component, Outcome, components
from ragflow.agents.dsl import Canvas
from ragflow.agents.options import Listed
from ragflow.agents.references import as_text, plain_parts_of
from ragflow.domain.answers import ModelDelta


class MessageOptions(CommonOptions):
    """Hold what may be said, of which one is picked at random."""

    content: Listed = Field((), validation_alias=AliasChoices("content", "messages"))
    stream: bool = True


@components.register("Message")
class Message(Component[MessageOptions]):
    """Speak."""

    options_type = MessageOptions
    speaks = True

    async def run(self, call: Call) -> Outcome:
        """Say one of the contents."""
        content = call.environment.chance.choice(self.options.content or ("",))
        parts = plain_parts_of(content) if self.options.stream else None
        if parts is None:
            said = await call.render(content)
            call.say(ModelDelta(said))
            return Outcome({"content": said})
        pieces: list[str] = []
        for part in parts:
            growing = call.stream(part.reference) if part.reference else None
            if growing is not None:
                async for piece in growing.pieces():
                    call.say(piece)
                    pieces.append(piece.content)
                continue
            text = part.text or as_text(await call.value(part.reference))
            if text:
                call.say(ModelDelta(text))
                pieces.append(text)
        return Outcome({"content": "".join(pieces)})

    def problems(self, canvas: Canvas) -> Iterator[tuple[str, str]]:
        """Yield what is missing."""
        yield from super().problems(canvas)
        if not any(self.options.content):
            yield "params.content", "there is nothing to say"
