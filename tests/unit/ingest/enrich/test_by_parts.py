"""What every enrichment of single chunks has from its frame, shown with keywords."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ragflow.domain.documents import RunState
from ragflow.domain.jobs import OutboxKind
from ragflow.ingest.artefacts import CHUNKS_PER_PART
from ragflow.ingest.enrich.writer import WriterLimits
from ragflow.testing.ingestion import AnsweringChat, RememberedSteps, SmallProduct, small_product

PASSAGES = [f"Bee number {n} flies to hive {n}." for n in range(2 * CHUNKS_PER_PART + 1)]
Make = Callable[..., SmallProduct]


class Killed(BaseException):
    """End a worker at once, as a signal does."""


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    with ExitStack() as stack:

        def product(
            chat: AnsweringChat | None = None, passages: Sequence[str] = PASSAGES, **options: Any
        ) -> SmallProduct:
            options = {"parser_config": {"auto_keywords": 2}} | options
            made = small_product(tmp_path, passages, chat, **options)
            stack.callback(made.parts.database.close)
            return made

        yield product


def buzz(text: str) -> str | None:
    return f"buzz, {text[4:12]}"


def keywords(product: SmallProduct) -> list[tuple[str, ...]]:
    return [chunk.important_keywords for chunk in product.chunks()]


def warnings(product: SmallProduct) -> tuple[str, ...]:
    coverage = product.document().coverage
    assert coverage is not None
    return coverage.warnings


def test_a_model_is_asked_once_for_each_chunk(make: Make) -> None:
    chat = AnsweringChat(buzz)
    product = make(chat)
    assert product.ingest().run is RunState.DONE
    assert sorted(chat.asked) == sorted(PASSAGES)
    assert keywords(product)[3] == ("buzz", "number 3")
    assert warnings(product) == ()


def test_the_lines_tell_the_costs_before_and_after(make: Make) -> None:
    product = make(AnsweringChat(buzz))
    lines = product.ingest().progress_msg
    before = re.search(
        r"Keywords: about ([\d,]+) tokens for 33 chunks with model answering; ", lines
    )
    after = re.search(
        r"Keywords generation 33 chunks completed in \d+\.\d\ds "
        r"\(33 by answering for ([\d,]+) tokens\)\.",
        lines,
    )
    assert "budget 1,000,000." in lines
    assert before is not None
    assert after is not None
    told = [int(match[1].replace(",", "")) for match in (before, after)]
    assert told[0] == pytest.approx(told[1], rel=0.2)


def test_no_more_questions_are_open_at_once_than_allowed(make: Make) -> None:
    chat = AnsweringChat(buzz, seconds=0.002)
    make(chat).ingest(writing=WriterLimits(enrich_calls=3))
    assert chat.open_at_once == 3


def test_a_killed_worker_repeats_only_the_answers_in_flight(make: Make) -> None:
    def kill(text: str) -> str | None:
        if text == PASSAGES[20]:
            raise Killed
        return buzz(text)

    chat, steps = AnsweringChat(kill), RememberedSteps()
    product = make(chat)
    with pytest.raises(Killed):
        product.ingest(steps, writing=WriterLimits(enrich_calls=1))
    chat.rule = buzz
    assert product.ingest(steps, writing=WriterLimits(enrich_calls=1)).run is RunState.DONE
    assert sorted(chat.asked) == sorted([*PASSAGES, PASSAGES[20]])
    assert all(words[0] == "buzz" for words in keywords(product))


def test_every_step_may_be_repeated_and_asks_nothing_twice(make: Make) -> None:
    chat = AnsweringChat(buzz)
    product = make(chat)
    assert product.ingest(RememberedSteps(kind="twice")).run is RunState.DONE
    assert sorted(chat.asked) == sorted(PASSAGES)
    assert keywords(product)[32] == ("buzz", "number 3")


def test_what_the_budget_does_not_pay_for_is_done_without_the_model(make: Make) -> None:
    chat = AnsweringChat(buzz)
    product = make(chat)
    document = product.ingest(writing=WriterLimits(enrich_tokens=600))
    assert document.run is RunState.DONE
    assert 0 < len(chat.asked) < CHUNKS_PER_PART
    assert all(keywords(product))
    (warning,) = warnings(product)
    assert f"Keywords: {33 - len(chat.asked)} of 33 chunks by word statistics" in warning
    assert "the budget of 600 tokens is used up; limits.enrich_tokens (RAGFLOW_LIMITS" in warning


def test_no_budget_means_no_bound(make: Make) -> None:
    chat = AnsweringChat(buzz)
    product = make(chat)
    assert "budget unlimited" in product.ingest(writing=WriterLimits(0)).progress_msg
    assert len(chat.asked) == len(PASSAGES)


def test_a_model_that_comes_back_is_asked_again(make: Make) -> None:
    failures = iter([None, None, None])
    chat = AnsweringChat(lambda text: next(failures, buzz(text)))
    product = make(chat)
    product.ingest(writing=WriterLimits(enrich_calls=1))
    assert warnings(product) == ()
    assert len(chat.asked) == len(PASSAGES) + 3


def test_a_model_that_stays_away_costs_no_document(make: Make) -> None:
    chat = AnsweringChat(lambda _text: None)
    product = make(chat)
    document = product.ingest(writing=WriterLimits(enrich_calls=1))
    assert document.run is RunState.DONE
    assert len(chat.asked) == 3 * 4  # three questions, each four times
    assert all(keywords(product))
    (warning,) = warnings(product)
    assert "33 of 33 chunks by word statistics" in warning
    assert "the rule says so" in warning


def test_one_question_that_the_model_refuses_is_answered_without_it(make: Make) -> None:
    chat = AnsweringChat(lambda text: None if text == PASSAGES[5] else buzz(text))
    product = make(chat)
    product.ingest()
    assert [number for number, words in enumerate(keywords(product)) if words[0] != "buzz"] == [5]
    assert "1 of 33 chunks" in warnings(product)[0]


def test_a_stop_is_heeded_while_answers_are_waited_for(make: Make) -> None:
    chat = AnsweringChat(buzz, seconds=600)  # longer than a test may take
    product = make(chat)

    def stop_and_answer(text: str) -> str:
        if len(chat.asked) == 1:
            product.stop()
        return "too late"

    chat.rule = stop_and_answer
    document = product.ingest()
    assert document.run is RunState.CANCEL
    assert product.chunks() == []
    with product.parts.database.reading() as unit:
        assert OutboxKind.DELETE_BLOBS in [entry.kind for entry in unit.outbox.pending()]


@pytest.mark.parametrize("value", ["many", -1, 33, [2]])
def test_an_option_that_cannot_be_used_is_refused_before_anything_is_read(
    make: Make, value: Any
) -> None:
    product = make(parser_config={"auto_keywords": value})
    document = product.ingest()
    assert document.run is RunState.FAIL
    assert "parser_config.auto_keywords: " in document.progress_msg
    assert "Generate" not in document.progress_msg


@pytest.mark.parametrize("value", [0, "0", None])
def test_an_option_that_is_off_asks_nothing(make: Make, value: Any) -> None:
    chat = AnsweringChat(buzz)
    product = make(chat, parser_config={"auto_keywords": value})
    assert "Keywords" not in product.ingest().progress_msg
    assert chat.asked == []


def test_a_document_without_chunks_asks_nothing(make: Make) -> None:
    product = make(AnsweringChat(buzz), passages=[])
    assert "Keywords" not in product.ingest().progress_msg


def test_a_text_that_is_longer_than_the_window_is_cut(make: Make) -> None:
    chat = AnsweringChat(lambda _text: "bees", context_tokens=1000)
    make(chat, passages=["bee " * 5000]).ingest()
    assert 500 < len(chat.asked[0].split()) < 1000


def test_the_job_of_an_older_product_goes_on_without_enrichments(make: Make) -> None:
    product = make(AnsweringChat(buzz))
    steps = RememberedSteps({"plan": '{"started_at": 1.0}'})
    assert product.ingest(steps).run is RunState.DONE
    assert keywords(product)[0] == ()
