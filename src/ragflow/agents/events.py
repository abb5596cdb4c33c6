"""Events: what a run tells while it goes on, in the words of the contract.

In: attempts and what they come to. Out: events with their data; a node that finished brings the
trace that is kept of it. Texts that still grow are left out: they are told as messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ragflow.agents.attempt import Attempt
from ragflow.agents.components.base import Form
from ragflow.agents.text_stream import TextStream
from ragflow.domain.agents import NodeTrace


@dataclass(frozen=True, slots=True)
class Event:
    """Tell something that happened."""

    kind: str
    data: dict[str, Any]
    trace: NodeTrace | None = None


def workflow_started(inputs: Mapping[str, Any]) -> Event:
    """Tell that a run begins."""
    return Event("workflow_started", {"inputs": dict(inputs)})


def workflow_finished(
    inputs: Mapping[str, Any], outputs: Mapping[str, Any], began: float, ended: float
) -> Event:
    """Tell that a run is done, with what its last component made."""
    data = {
        "inputs": dict(inputs),
        "outputs": _whole(outputs),
        "elapsed_time": ended - began,
        "created_at": ended,
    }
    return Event("workflow_finished", data)


def node_started(attempt: Attempt) -> Event:
    """Tell that a component is set to work."""
    node = attempt.component.node
    data = {
        "inputs": None,
        "created_at": attempt.started_at,
        "component_id": node.id,
        "component_name": node.title,
        "component_type": node.kind,
        "thoughts": attempt.component.thoughts,
    }
    return Event("node_started", data)


def node_finished(attempt: Attempt, run_id: str, ordinal: int, told_at: float) -> Event:
    """Tell what a component made of what; `ordinal` counts in the run."""
    node = attempt.component.node
    inputs, outputs = _whole(attempt.call.inputs), _whole(attempt.outcome.outputs)
    trace = NodeTrace(
        run_id=run_id,
        ordinal=ordinal,
        component_id=node.id,
        component_type=node.kind,
        component_name=node.title,
        started_at=attempt.started_at,
        elapsed_seconds=attempt.elapsed,
        inputs=inputs,
        outputs=outputs,
        error=attempt.error,
        tokens=attempt.call.tokens,
    )
    data = {
        "inputs": inputs,
        "outputs": outputs,
        "component_id": node.id,
        "component_name": node.title,
        "component_type": node.kind,
        "error": attempt.error,
        "elapsed_time": attempt.elapsed,
        "created_at": told_at,
    }
    return Event("node_finished", data, trace)


def message(content: str) -> Event:
    """Tell a piece of what is said."""
    return Event("message", {"content": content})


def thinking_mark(begins: bool) -> Event:
    """Tell that reasoning begins or ends."""
    return Event("message", {"content": "", "start_to_think" if begins else "end_to_think": True})


def message_end(reference: Mapping[str, Any] | None) -> Event:
    """Tell that a message is whole, with what it cites."""
    return Event("message_end", {"reference": reference})


def user_inputs(forms: Iterable[Form]) -> Event:
    """Ask for all that is waited for."""
    inputs: dict[str, Any] = {}
    tips: list[str] = []
    for form in forms:
        inputs.update(form.inputs)
        tips += [form.tips] if form.tips else []
    return Event("user_inputs", {"inputs": inputs, "tips": "\n\n".join(tips)})


def _whole(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values without texts that still grow."""
    return {name: value for name, value in values.items() if not isinstance(value, TextStream)}
