"""RewriteQuestion: a model makes the last question stand for itself."""

from __future__ import annotations

from datetime import UTC, datetime

from ragflow.agents.components.base import Call, Component, Outcome, components
from ragflow.agents.components.model_call import ModelOptions, model_of
from ragflow.agents.components.upstream import Query, asked_of
from ragflow.domain.answers import ChatTurn
from ragflow.generate.questions import in_languages, standalone_question


class RewriteQuestionOptions(ModelOptions):
    """Hold the question, and a language to put it in."""

    query: Query = "sys.query"
    language: str = ""
    message_history_window_size: int = 6


@components.register("RewriteQuestion")
class RewriteQuestion(Component[RewriteQuestionOptions]):
    """Rewrite a question; a model that fails leaves it as it is."""

    options_type = RewriteQuestionOptions
    further_outputs = ("result",)

    async def run(self, call: Call) -> Outcome:
        """Return the question."""
        options = self.options
        question = await asked_of(call, options.query)
        model = await model_of(options, call)
        today = datetime.fromtimestamp(call.environment.clock.seconds(), UTC).date().isoformat()
        turns = [*call.turns(options.message_history_window_size), ChatTurn("user", question)]
        made = await standalone_question(model, turns, today)
        if options.language:
            made = await in_languages(model, made, [options.language])
        return Outcome({"content": made, "result": made})
