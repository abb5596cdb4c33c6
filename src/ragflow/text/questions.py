"""Questions with their answers as one text: how a pair is written, and how people mark one.

In: a question and its answer. Out: the text of their chunk, in the words of a dataset's language.
"""

from __future__ import annotations

import re

_PREFIXES = {"Chinese": ("问题：", "回答：")}
_OTHER_PREFIXES = ("Question: ", "Answer: ")

_QUESTION = r"(?:questions?|q|提问|问题|问)"
_ANSWER = r"(?:answers?|ans|a|回答|答案|答复|答)"
_SIGN = r"\s?\d{0,4}\s*[:：]\s*"
QUESTION_MARK = re.compile(rf"{_QUESTION}{_SIGN}", re.IGNORECASE)
ANSWER_MARK = re.compile(rf"{_ANSWER}{_SIGN}", re.IGNORECASE)
_MARK = re.compile(rf"\s*(?:{_QUESTION}|{_ANSWER}){_SIGN}", re.IGNORECASE)


def pair_prefixes(language: str) -> tuple[str, str]:
    """Return what stands before the question and before the answer of a pair."""
    return _PREFIXES.get(language, _OTHER_PREFIXES)


def mark_length(text: str) -> int:
    """Return how many characters the mark has that a text begins with, such as `Q:` or `答：`."""
    match = _MARK.match(text)
    return match.end() if match else 0


def pair_text(question: str, answer: str, language: str) -> str:
    """Return a pair as it is stored."""
    before_question, before_answer = pair_prefixes(language)
    return f"{before_question}{question}\t{before_answer}{answer}"


def question_of(content: str) -> str:
    """Return the question of a stored pair; all of a text that is none."""
    return content.partition("\t")[0][mark_length(content) :].strip() or content
