"""The writer: the chat model of a document's owner, asked for many short texts within a budget.

In: requests of one step, and what the steps before it have cost. Out: an answer for each request,
None where there is none, and the new sum of costs. Answers are kept in the job's work area under a
hash of what was asked, so that a worker that was killed repeats only those in flight. A model that
fails is asked again after growing pauses; one that fails for several requests in a row, or would
cost more than the budget, is asked no more, and the reason goes into the sum.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from ragflow.domain.answers import ChatTurn
from ragflow.domain.errors import (
    ModelError,
    spelled_out,
)
from ragflow.domain.ports import ChatModel
from ragflow.ingest.work import WorkArea
from ragflow.ingest.written import written
from ragflow.text.tokens import count_tokens, truncate_tokens

BUDGET = "limits.enrich_tokens"
_CHECK_SECONDS = 1.0
_SHARE_OF_WINDOW = 0.9  # token counts of other models differ a little
_TURN_TOKENS = 8  # that a turn costs beside its text


@dataclass(frozen=True, slots=True)
class Request:
    """Ask a model for a text; `reply_tokens` is about how long the answer will be."""

    turns: tuple[ChatTurn, ...]
    reply_tokens: int

    @property
    def tokens(self) -> int:
        """Return the tokens of the question."""
        return sum(count_tokens(turn.content) + _TURN_TOKENS for turn in self.turns)

    @property
    def expected_tokens(self) -> int:
        """Return about what question and answer will cost."""
        return self.tokens + self.reply_tokens


@dataclass(frozen=True, slots=True)
class Costs:
    """Sum up what a model was asked; `trouble` is why it is asked no more."""

    answers: int = 0
    tokens: int = 0
    failed: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class WriterLimits:
    """Bound the use of a model; the names are those of the settings' `limits`.

    `enrich_tokens` is for one enrichment of one document, 0 for no bound; `enrich_calls` is how
    many questions a document may have open at once.
    """

    enrich_tokens: int = 1_000_000
    enrich_calls: int = 4

    @property
    def budget(self) -> str:
        """Return the bound of tokens for people."""
        return f"{self.enrich_tokens:,}" if self.enrich_tokens else "unlimited"


@dataclass(frozen=True, slots=True)
class Patience:
    """Say how long to wait for a model that fails, and after how many failures to go without."""

    pauses: tuple[float, ...] = (1.0, 4.0, 10.0)
    failures_in_a_row: int = 3


@dataclass(slots=True)
class _Failures:
    """Count the requests that failed since the last answer."""

    in_a_row: int = 0
    in_all: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Writer:
    """Ask one chat model; without one (None) nothing is answered.

    `check` raises `Cancelled` when the job is no longer wanted; it is asked every second while
    answers are waited for.
    """

    model: ChatModel | None
    work: WorkArea
    check: Callable[[], None]
    sleep: Callable[[float], None]
    limits: WriterLimits = WriterLimits()
    patience: Patience = field(default_factory=Patience)

    @property
    def name(self) -> str:
        """Return the model's name, empty where there is none."""
        return self.model.name if self.model else ""

    def fitting(self, text: str, beside: int) -> str:
        """Cut a text to the model's window, which `beside` tokens of question and answer share."""
        return truncate_tokens(text, self.room(beside)) if self.model else text

    def room(self, beside: int) -> int:
        """Return the tokens that the model's window has beside so many others; at least one."""
        window = self.model.context_tokens if self.model else 0
        return max(int(window * _SHARE_OF_WINDOW) - beside, 1)

    def write(self, requests: Sequence[Request], before: Costs) -> tuple[list[str | None], Costs]:
        """Return an answer for each request, None where there is none, and the sum of costs.

        Raises `Cancelled`.
        """
        if self.model is None or before.trouble:
            return [None] * len(requests), before
        affordable = self._affordable(requests, before.tokens)
        failures = _Failures()
        answers = asyncio.run(self._answers(self.model, requests[:affordable], failures))
        answered = [
            (request, answer)
            for request, answer in zip(requests, answers, strict=False)
            if answer is not None
        ]
        costs = replace(
            before,
            answers=before.answers + len(answered),
            tokens=before.tokens + sum(_cost(request, answer) for request, answer in answered),
            failed=before.failed + failures.in_all,
            trouble=self._trouble(failures, affordable < len(requests)),
        )
        return [*answers, *[None] * (len(requests) - affordable)], costs

    def _affordable(self, requests: Sequence[Request], spent: int) -> int:
        """Count the first requests that the budget lets pass."""
        if not self.limits.enrich_tokens:
            return len(requests)
        for number, request in enumerate(requests):
            spent += request.expected_tokens
            if spent > self.limits.enrich_tokens:
                return number
        return len(requests)

    def _trouble(self, failures: _Failures, too_dear: bool) -> str:
        if failures.in_a_row >= self.patience.failures_in_a_row:
            return failures.reason.rstrip(".")
        if too_dear:
            budget = self.limits.enrich_tokens
            return f"the budget of {budget:,} tokens is used up; {spelled_out(BUDGET)} moves it"
        return ""

    async def _answers(
        self, model: ChatModel, requests: Sequence[Request], failures: _Failures
    ) -> list[str | None]:
        gate = asyncio.Semaphore(self.limits.enrich_calls)

        async def one(request: Request) -> str | None:
            async with gate:
                if failures.in_a_row >= self.patience.failures_in_a_row:
                    return None
                return await self._answer(model, request, failures)

        work = asyncio.gather(*(one(request) for request in requests))
        try:
            while not work.done():
                await asyncio.wait({work}, timeout=_CHECK_SECONDS)
                self.check()
        finally:
            if work.cancel():
                with suppress(asyncio.CancelledError):
                    await work
        return work.result()

    async def _answer(self, model: ChatModel, request: Request, failures: _Failures) -> str | None:
        name = f"written-{_digest(model, request)}.json"
        kept = self.work.find(name)
        if kept is not None:
            return str(json.loads(kept))
        for pause in (*self.patience.pauses, None):
            try:
                answer = await written(model, request.turns)
            except ModelError as error:
                if pause is None:
                    failures.in_a_row += 1
                    failures.in_all += 1
                    failures.reason = str(error)
                    return None
                await asyncio.to_thread(self.sleep, pause)
            else:
                failures.in_a_row = 0
                self.work.put(name, json.dumps(answer).encode())
                return answer
        raise AssertionError("the last attempt returns")


def _cost(request: Request, answer: str) -> int:
    return request.tokens + count_tokens(answer)


def _digest(model: ChatModel, request: Request) -> str:
    asked = [model.name, *([turn.role, turn.content] for turn in request.turns)]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()
