"""Answer: the window of older canvases; says what was made, or hands on what was asked."""

from __future__ import annotations

from ragflow.agents.components.base import Call, CommonOptions, Component, Outcome, components
from ragflow.agents.components.upstream import made_before
from ragflow.agents.dsl import BEGIN
from ragflow.domain.answers import ModelDelta

_SPEAKING = ("Message",)
"""Components that say by themselves what they make."""


@components.register("Answer")
class Answer(Component[CommonOptions]):
    """Stand between the user and the canvas; a turn ends where something was said."""

    speaks = True

    async def run(self, call: Call) -> Outcome:
        """Say what came before, or go on with the question."""
        for node_id in call.node.upstream:
            if node_id == BEGIN:
                continue
            growing = call.stream(f"{node_id}@content")
            if growing is not None:
                pieces = []
                async for piece in growing.pieces():
                    call.say(piece)
                    pieces.append(piece.content)
                return Outcome({"content": "".join(pieces)}, follow=())
        made = await made_before(call, but=_SPEAKING)
        if made:
            call.say(ModelDelta(made))
        if made or call.node.id in call.state.outputs:  # nothing was made, or it is said already
            return Outcome({"content": made}, follow=())
        return Outcome({"content": call.state.question})
