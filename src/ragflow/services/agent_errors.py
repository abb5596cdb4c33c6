"""What the use cases of agents refuse; facts are attributes."""

from __future__ import annotations

from ragflow.domain.errors import AgentError, Conflict, InvalidInput, NotFound


class AgentNotFound(NotFound):
    """Say that the caller has no such agent (facts: id)."""

    template = "There is no agent {id} for you."


class VersionNotFound(NotFound):
    """Say that an agent has no such version (facts: id)."""

    template = "There is no version {id} of this agent."


class RunNotFound(NotFound):
    """Say that an agent has no such run (facts: id)."""

    template = "There is no run {id} of this agent."


class FileNotOfAgent(NotFound):
    """Say that no such file was uploaded for an agent (facts: id)."""

    template = "There is no file {id} of this agent."


class RunCancelled(AgentError):
    """Say that somebody ended a run."""

    template = "This run was cancelled."


class RunDeleted(AgentError):
    """Say that a run ended with what it belonged to."""

    template = "This run has ended: its session or its agent was deleted."


class RunTaken(AgentError):
    """Say that a run was given up here: its process had not been heard of for too long."""

    template = "This run was cut off and has been taken up or ended elsewhere."


class SessionBusy(Conflict):
    """Say that a run of a conversation is going on (facts: id)."""

    template = "Another run of the session {id} is going on. Wait for it or cancel it."


class NoSessions(NotFound):
    """Say that an agent has no conversations to delete (facts: id)."""

    template = "Agent {id} has no sessions"


class TitleRequired(InvalidInput):
    """Say that an agent needs a title."""

    template = "No title in request."


class CanvasRequired(InvalidInput):
    """Say that an agent needs a canvas."""

    template = "No DSL data in request."


class DuplicateAgentTitle(Conflict):
    """Say that the tenant has an agent of this title (facts: title)."""

    template = "Agent with title {title} already exists."
