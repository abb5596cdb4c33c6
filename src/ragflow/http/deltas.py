"""Deltas: the growing states of an answer become what is new in each.

In: states, each with all of the answer so far; reasoning stands at its beginning in think tags.
Out: pieces of reasoning and of the answer, in order. A citation mark that may still be cut off is
held back, and marks that the check changed later stay as they were sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ragflow.domain.answers import AnswerFrame
from ragflow.generate.marks import unsent_part, without_unfinished_mark

_HALF_A_TAG = re.compile(r"<[/a-z]{0,6}$")


@dataclass(frozen=True, slots=True)
class Delta:
    """Hold a piece of an answer, or of the reasoning before it."""

    text: str
    is_reasoning: bool = False


class Deltas:
    """Remember what was sent of one answer."""

    def __init__(self) -> None:
        self._content = ""
        self._reasoning = ""

    @property
    def emitted(self) -> int:
        """Count the characters that were sent."""
        return len(self._content) + len(self._reasoning)

    def new_in(self, state: AnswerFrame) -> list[Delta]:
        """Return what a state adds: reasoning first, then content."""
        deltas: list[Delta] = []
        thought, answer = _thought_and_said(state.text)
        reasoning = thought[len(self._reasoning) :]
        if reasoning:
            deltas.append(Delta(reasoning, is_reasoning=True))
            self._reasoning = thought
        if not state.final:
            answer = without_unfinished_mark(answer)
        # The check may have changed marks that were sent: the whole text has the right ones.
        content = unsent_part(self._content, answer)
        if content:
            deltas.append(Delta(content))
            self._content += content
        return deltas


def _thought_and_said(text: str) -> tuple[str, str]:
    """Separate the reasoning at the start of an answer, in think tags, from the rest."""
    begun = text.lstrip()
    if not begun.startswith("<think>"):
        return "", text
    thought, closed, said = begun.removeprefix("<think>").partition("</think>")
    return thought if closed else _HALF_A_TAG.sub("", thought), said
