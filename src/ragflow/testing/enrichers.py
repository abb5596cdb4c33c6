"""Enricher contract: what every enrichment keeps to, with a chat model and without.

Inherit from `EnricherContract`, name the enrichment and the configurations that ask for it, and
prove one of your own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from ragflow.domain.documents import RunState
from ragflow.ingest.enrich.base import Configs
from ragflow.ingest.enrich.load import enricher
from ragflow.ingest.enrich.writer import WriterLimits
from ragflow.testing.ingestion import AnsweringChat, RememberedSteps, SmallProduct, small_product

PASSAGES = (
    *(f"Bees of hive {n} make honey and wax in combs of their own." for n in range(10)),
    *(f"Ship {n} leaves the harbour of Lisbon under full sail." for n in range(10)),
)


class Killed(BaseException):
    """End a worker at once, as a signal does."""


class EnricherContract:
    """Prove an enrichment."""

    name: str

    def wanted(self) -> Configs:
        """Return configurations that ask for the enrichment."""
        raise NotImplementedError

    def unusable(self) -> Configs:
        """Return configurations that ask for it in a way that cannot be followed."""
        raise NotImplementedError

    @staticmethod
    def answer(text: str) -> str | None:
        """Return what the model says of a text."""
        return f"What of {text.split()[-1]}?"

    def prepared(self, product: SmallProduct) -> SmallProduct:
        """Return the product with what the enrichment needs beside its configuration."""
        return product

    @pytest.fixture
    def make(self, tmp_path: Path) -> Iterator[Callable[..., SmallProduct]]:
        """Return what makes a product whose document asks for the enrichment."""
        with ExitStack() as stack:

            def product(
                chat: AnsweringChat | None = None,
                passages: Sequence[str] = PASSAGES,
                configs: Configs | None = None,
            ) -> SmallProduct:
                configs = configs or self.wanted()
                folder = tmp_path / str(len(list(tmp_path.iterdir())))
                folder.mkdir()
                made = small_product(
                    folder,
                    passages,
                    chat,
                    parser_config=configs.document,
                    dataset_config=configs.dataset,
                )
                stack.callback(made.parts.database.close)
                return self.prepared(made)

            yield product

    def test_it_is_known_by_its_name(self) -> None:
        assert enricher(self.name).name == self.name

    @pytest.mark.parametrize("passages", [(), PASSAGES[:1], PASSAGES[:2], PASSAGES])
    def test_a_document_of_any_length_is_done_with_a_model_and_without(
        self, make: Callable[..., SmallProduct], passages: Sequence[str]
    ) -> None:
        for chat in (None, AnsweringChat(self.answer)):
            product = make(chat, passages)
            document = product.ingest()
            assert document.run is RunState.DONE, document.progress_msg
            contents = [chunk.content for chunk in product.chunks()]
            assert contents[: len(passages)] == list(passages)
            assert document.chunk_count == len(contents)

    @pytest.mark.parametrize("chat", [None, AnsweringChat(answer)])
    def test_every_step_may_be_repeated(
        self, make: Callable[..., SmallProduct], chat: AnsweringChat | None
    ) -> None:
        once, twice = make(chat), make(chat)
        once.ingest(RememberedSteps())
        twice.ingest(RememberedSteps(kind="twice"))
        assert _found_by(once) == _found_by(twice)

    def test_a_killed_worker_repeats_only_what_was_open(
        self, make: Callable[..., SmallProduct]
    ) -> None:
        undisturbed = make(calm := AnsweringChat(self.answer))
        undisturbed.ingest()
        for kill_at in range(1, len(calm.asked) + 1, 5):
            chat, steps = AnsweringChat(self.answer), RememberedSteps()
            product = make(chat)
            chat.rule = _killing(chat, kill_at)
            with pytest.raises(Killed):
                product.ingest(steps, writing=WriterLimits(enrich_calls=1))
            chat.rule = self.answer
            product.ingest(steps, writing=WriterLimits(enrich_calls=1))
            # One was open, and the next one may have been sent before all ended.
            assert len(calm.asked) < len(chat.asked) <= len(calm.asked) + 2
            assert _found_by(product) == _found_by(undisturbed)

    def test_a_model_that_stays_away_costs_no_document(
        self, make: Callable[..., SmallProduct]
    ) -> None:
        chat = AnsweringChat(lambda _text: None)
        document = make(chat).ingest()
        assert document.run is RunState.DONE
        assert document.coverage is not None
        assert bool(chat.asked) == bool(document.coverage.warnings)

    def test_nothing_is_asked_that_the_budget_does_not_pay_for(
        self, make: Callable[..., SmallProduct]
    ) -> None:
        chat = AnsweringChat(self.answer)
        assert make(chat).ingest(writing=WriterLimits(enrich_tokens=1)).run is RunState.DONE
        assert chat.asked == []

    def test_a_stop_leaves_the_document_as_it_was_stopped(
        self, make: Callable[..., SmallProduct]
    ) -> None:
        chat = AnsweringChat(self.answer)
        product = make(chat)

        def stop(point: str) -> None:
            if point.startswith(f"{self.name}:") and product.document().run is RunState.RUNNING:
                product.stop()

        assert product.ingest(reached=stop).run is RunState.CANCEL
        assert chat.asked == []

    def test_a_configuration_that_cannot_be_used_is_refused_at_once(
        self, make: Callable[..., SmallProduct]
    ) -> None:
        document = make(configs=self.unusable()).ingest()
        assert document.run is RunState.FAIL
        assert "parser_config." in document.progress_msg
        assert "Generate" not in document.progress_msg


def _killing(chat: AnsweringChat, kill_at: int) -> Callable[[str], str | None]:
    rule = chat.rule

    def killing(text: str) -> str | None:
        if len(chat.asked) == kill_at:
            raise Killed
        return rule(text)

    return killing


def _found_by(product: SmallProduct) -> list[tuple[object, ...]]:
    """Return all by which the chunks can be found."""
    return [
        (
            chunk.id,
            chunk.ordinal,
            chunk.content,
            chunk.important_keywords,
            chunk.questions,
            dict(chunk.tags),
            chunk.vector,
        )
        for chunk in product.chunks()
    ]
