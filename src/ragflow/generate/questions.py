"""Questions made better by a chat model: rewritten, translated, widened by keywords, continued.

In: a question or a conversation, and a model that follows instructions. Out: text to search for. A
model that fails, or that only quotes, changes nothing: searching goes on with what was asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ragflow.domain.answers import ChatTurn, SamplingOptions
from ragflow.domain.errors import ModelError
from ragflow.domain.ports import ChatModel
from ragflow.generate.context import fitting_turns
from ragflow.generate.marks import spoken_text
from ragflow.generate.prompts import prompt

_STEADY = SamplingOptions(temperature=0.1)
_LIVELY = SamplingOptions(temperature=0.9)
_CONSIDERED_QUESTIONS = 3
_KEYWORDS = 3
_CONVERSATION_TOKENS = 2000
_NUMBERED = re.compile(r"^[0-9]\. ")
_QUOTES = "\"'“”「」"


async def complete(
    model: ChatModel, turns: Sequence[ChatTurn], options: SamplingOptions = _STEADY
) -> str:
    """Return a model's whole answer without its reasoning. Raises `ModelError`."""
    pieces = [delta.content async for delta in model.stream(turns, options)]
    return spoken_text("".join(pieces)).strip()


async def standalone_question(model: ChatModel, turns: Sequence[ChatTurn], today: str) -> str:
    """Rewrite the last question so that it stands for itself; `today` is an ISO date.

    The last three questions, and what was answered between them, are considered.
    """
    question = turns[-1].content
    asked = [place for place, turn in enumerate(turns) if turn.role == "user"]
    if len(asked) < 2:
        return question
    recent = fitting_turns(turns[asked[-_CONSIDERED_QUESTIONS:][0] :], _CONVERSATION_TOKENS)
    conversation = "\n".join(f"{turn.role.upper()}: {turn.content}" for turn in recent)
    text = prompt("refine_question", conversation=conversation, today=today)
    return await _asked(model, text, question)


async def with_keywords(model: ChatModel, question: str) -> str:
    """Return a question followed by its keywords."""
    keywords = await _asked(model, prompt("keywords", text=question, count=str(_KEYWORDS)), "")
    return f"{question} {keywords}".strip()


async def in_languages(model: ChatModel, question: str, languages: Sequence[str]) -> str:
    """Return a question's translations, one on each line; the question where there are none."""
    wanted = [language for language in languages if language.strip()]
    if not wanted:
        return question
    text = prompt("cross_languages", question=question, languages=", ".join(wanted))
    translations = (await _asked(model, text, question)).splitlines()
    return "\n".join(dict.fromkeys(line.strip() for line in translations if line.strip()))


async def related_questions(model: ChatModel, question: str, industry: str = "") -> list[str]:
    """Return questions that someone may ask next; none where the model only quotes.

    Raises `ModelError`.
    """
    if not model.generative:
        return []
    text = prompt("related_questions", question=question, industry=industry or "any")
    answer = await complete(model, [ChatTurn("user", text)], _LIVELY)
    lines = (line.strip() for line in answer.splitlines())
    return [line[3:].strip() for line in lines if _NUMBERED.match(line)]


async def _asked(model: ChatModel, text: str, otherwise: str) -> str:
    if not model.generative:
        return otherwise
    try:
        answer = await complete(model, [ChatTurn("user", text)])
    except ModelError:
        return otherwise
    return answer.strip(f"{_QUOTES} \n") or otherwise
