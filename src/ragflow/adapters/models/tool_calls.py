"""Tool calls: gathers the calls that a model's stream brings in fragments.

In: fragments in OpenAI's shape. Most servers send a call's id and name first and its arguments in
pieces after, told apart by an index; some send whole calls, some without ids, some under one index,
and some repeat the id or the name in each piece. Out: whole calls in the order in which they began,
each with an id of its own. Refused, as `ModelUnavailable`: a call without a name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ragflow.domain.answers import ChatTurn, ToolCall
from ragflow.domain.errors import ModelUnavailable


@dataclass(slots=True)
class _Gathered:
    """Hold what has come of one call."""

    index: int | None
    id: str = ""
    name: str = ""
    arguments: str = ""

    @property
    def is_whole(self) -> bool:
        """Tell whether the arguments need no further piece."""
        try:
            json.loads(self.arguments)
        except ValueError:
            return False
        return True


class ToolCallGatherer:
    """Gather the calls of one answer to `turns`; `unavailable` makes the error for a reason."""

    def __init__(
        self, turns: Sequence[ChatTurn], unavailable: Callable[[str], ModelUnavailable]
    ) -> None:
        self._unavailable = unavailable
        self._earlier = [call.id for turn in turns for call in turn.tool_calls]
        self._calls: list[_Gathered] = []

    def add(self, fragments: Iterable[Mapping[str, Any]]) -> None:
        """Take in the fragments of one event. Raises `ModelUnavailable` for what is none."""
        for fragment in fragments:
            function = (fragment.get("function") or {}) if isinstance(fragment, Mapping) else None
            if not isinstance(function, Mapping):
                raise self._unavailable("it asked for what is no function")
            name = str(function.get("name") or "")
            arguments = _text(function.get("arguments"))
            call = self._call(fragment.get("index"), str(fragment.get("id") or ""), name, arguments)
            if name != call.name:
                call.name += name
            call.arguments += arguments

    def calls(self) -> tuple[ToolCall, ...]:
        """Return the whole calls. Raises `ModelUnavailable` if one has no name.

        Missing and repeated ids are replaced by ones that are new to the conversation.
        """
        if not all(call.name for call in self._calls):
            raise self._unavailable("it asked for a tool without its name")
        used = set(self._earlier)
        number = len(used)
        calls: list[ToolCall] = []
        for call in self._calls:
            while not call.id or call.id in used:
                # nine letters and digits, as the strictest of vendors wants them
                call.id = f"call{number:05d}"
                number += 1
            used.add(call.id)
            calls.append(ToolCall(call.id, call.name, call.arguments.strip() or "{}"))
        return tuple(calls)

    def _call(self, index: int | None, identity: str, name: str, arguments: str) -> _Gathered:
        """Return the call that a fragment belongs to, a new one where it begins one."""
        placed = [call for call in self._calls if index is None or call.index == index]
        if identity:
            same = [call for call in placed if call.id == identity]
            late = [call for call in placed[-1:] if not call.id and not (name and call.name)]
            if not same and not late:
                return self._begun(index, identity)
            call = (same or late)[-1]
            call.id = identity
            return call
        if not placed:
            return self._begun(index, "")
        call = placed[-1]
        other = bool(call.name and name and name != call.name)
        again = bool(name and arguments and call.is_whole)
        if again or (other and not call.id):
            return self._begun(index, "")
        return call

    def _begun(self, index: int | None, identity: str) -> _Gathered:
        call = _Gathered(index, identity)
        self._calls.append(call)
        return call


def _text(arguments: Any) -> str:
    """Return arguments as text; some servers send them as an object."""
    if arguments is None:
        return ""
    return arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
