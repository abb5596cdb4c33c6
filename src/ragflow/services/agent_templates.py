"""Templates of agents: which there are, and the canvas of each.

In: the name of a template. Out: what it is for, what has to be set before it can run, and its
canvas. Refused: a name that none has.
"""

from __future__ import annotations

from ragflow.agents.templates import AgentTemplate, agent_template, agent_templates


class AgentTemplateService:
    """Tell about templates."""

    def all(self) -> list[AgentTemplate]:
        """List the templates, those of one type together."""
        return agent_templates()

    def get(self, name: str) -> AgentTemplate:
        """Return a template. Raises `NotFound`."""
        return agent_template(name)
