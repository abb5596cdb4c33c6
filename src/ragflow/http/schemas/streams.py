"""Streams of answers on the wire, in the form that each generation of clients reads.

0.20         cumulative: each frame carries all of the answer so far, the last one its reference
0.21 – 0.23  the same, with the event's name and the text under `content` too
since 0.24   deltas: each frame carries what is new, the last one is marked `final`; a request with
             `legacy` gets the form before

All end with a frame whose data is `true`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from ragflow.domain.answers import AnswerFrame
from ragflow.http.compat import Level
from ragflow.http.deltas import Deltas
from ragflow.http.errors import Code
from ragflow.http.schemas.completions import answer_data
from ragflow.http.sse import cumulative
from ragflow.services.completions import Turn

Value = dict[str, Any]


class Form(Protocol):
    """Give the values of the frames of one answer, and of the whole answer without a stream."""

    def values(self, state: AnswerFrame, turn: Turn, created_at: float) -> Iterator[Value]:
        """Yield the frames of a state of the answer."""
        ...

    def opener(self, data: Value) -> Value:
        """Return the frame with which a new conversation begins."""
        ...

    def failure(self, text: str) -> Value:
        """Return the frame that tells why there is no more of the answer."""
        ...

    def end(self) -> Value:
        """Return the last frame."""
        ...

    def whole(self, data: Value) -> Value:
        """Return the data of an answer that is not streamed."""
        ...


class Cumulative:
    """Write for 0.20; `message` is the empty text where frames carry one."""

    def __init__(self, message: str | None = None) -> None:
        self._message = message

    def values(self, state: AnswerFrame, turn: Turn, created_at: float) -> Iterator[Value]:
        yield cumulative(answer_data(state, turn, created_at), message=self._message)

    def opener(self, data: Value) -> Value:
        return cumulative(data, message="")

    def failure(self, text: str) -> Value:
        data = {"answer": f"**ERROR**: {text}", "reference": []}
        return {"code": Code.SERVER, "message": text, "data": data}

    def end(self) -> Value:
        return cumulative(True, message=self._message)

    def whole(self, data: Value) -> Value:
        return data


class Universal(Cumulative):
    """Write for 0.21 to 0.23, in frames that clients of every generation read."""

    def values(self, state: AnswerFrame, turn: Turn, created_at: float) -> Iterator[Value]:
        yield from map(_event, super().values(state, turn, created_at))

    def opener(self, data: Value) -> Value:
        return _event(super().opener(data))

    def failure(self, text: str) -> Value:
        return _event(super().failure(text))

    def whole(self, data: Value) -> Value:
        inner = {"content": data["answer"], "reference": data["reference"]}
        return {**data, "data": inner}


class Incremental(Universal):
    """Write for 0.24 and later: what is new alone, reasoning between two marked frames."""

    def __init__(self) -> None:
        super().__init__()
        self._deltas = Deltas()
        self._thinks = False

    def values(self, state: AnswerFrame, turn: Turn, created_at: float) -> Iterator[Value]:
        data = answer_data(state, turn, created_at)
        for delta in self._deltas.new_in(state):
            if delta.is_reasoning != self._thinks:
                self._thinks = delta.is_reasoning
                mark = "start_to_think" if self._thinks else "end_to_think"
                yield _piece(data, "", **{mark: True})
            yield _piece(data, delta.text)
        if state.final:
            if self._thinks:
                yield _piece(data, "", end_to_think=True)
            # The whole text comes once more, since the check may have changed marks in it.
            last = {**data, "answer": "", "final": True, "final_content": state.text}
            yield _event(cumulative(last))

    def opener(self, data: Value) -> Value:
        return super().opener({**data, "final": True})

    def failure(self, text: str) -> Value:
        frame = super().failure(text)
        frame["data"]["final"] = True
        return frame


def form_of(level: Level, *, legacy: bool = False) -> Form:
    """Choose the form of an answer for a generation of clients."""
    if level >= Level.V0_24 and not legacy:
        return Incremental()
    return Universal() if level >= Level.V0_21 else Cumulative()


def _event(value: Value) -> Value:
    """Name the event of a frame, and give its text under `content` too."""
    data = value["data"]
    return {"event": "message", **value, "data": {**data, "content": data["answer"]}}


def _piece(data: Value, text: str, **marks: bool) -> Value:
    """Return a frame of what is new, without what only the last frame tells."""
    kept = {name: data[name] for name in ("audio_binary", "id", "session_id")}
    piece = {"answer": text, "reference": {"chunks": []}, **kept, "final": False, **marks}
    return _event(cumulative(piece))
