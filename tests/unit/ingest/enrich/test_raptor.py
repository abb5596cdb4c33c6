from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ragflow.adapters.models.hashing import HashingEmbedding
from ragflow.domain.chunks import Chunk, ChunkKind
from ragflow.domain.documents import Box, RunState
from ragflow.domain.errors import ModelUnavailable
from ragflow.domain.queries import SearchRequest
from ragflow.ingest.artefacts import chunks_name, decode_chunks, encode_chunks
from ragflow.ingest.enrich.writer import WriterLimits
from ragflow.testing.ingestion import (
    DATASET,
    DOCUMENT,
    AnsweringChat,
    FewModels,
    ParsedAlready,
    RememberedSteps,
    SmallProduct,
    small_product,
)
from ragflow.text.tokens import count_tokens

TOPICS = {
    "bees": "honey wax hive queen drone nectar pollen swarm comb brood",
    "ships": "harbour mast sail anchor keel rudder deck crew cargo tide",
    "stars": "galaxy comet planet orbit nebula telescope sun moon light dust",
}
PASSAGES = [
    f"The {topic} of number {n} know {words}." for topic, words in TOPICS.items() for n in range(12)
]
Make = Callable[..., SmallProduct]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    with ExitStack() as stack:

        def product(
            chat: AnsweringChat | None = None, passages: Sequence[str] = PASSAGES, **raptor: Any
        ) -> SmallProduct:
            config = {"raptor": {"use_raptor": True, **raptor}}
            made = small_product(tmp_path, passages, chat, parser_config=config)
            stack.callback(made.parts.database.close)
            return made

        yield product


def summing_up(text: str) -> str | None:
    topics = [topic for topic in TOPICS if topic in text]
    return f"All about {', '.join(topics)} in {text.count('of number')} passages."


def summaries(product: SmallProduct) -> list[Chunk]:
    return [chunk for chunk in product.chunks() if chunk.kind is ChunkKind.SUMMARY]


def warnings(product: SmallProduct) -> tuple[str, ...]:
    coverage = product.document().coverage
    assert coverage is not None
    return coverage.warnings


def test_passages_that_belong_together_are_summed_up_and_then_the_whole(make: Make) -> None:
    chat = AnsweringChat(summing_up)
    product = make(chat)
    document = product.ingest()
    contents = [chunk.content for chunk in summaries(product)]
    assert sorted(contents[:-1]) == [f"All about {topic} in 12 passages." for topic in TOPICS]
    assert contents[-1] == "All about bees, ships, stars in 0 passages."
    assert len(chat.asked) == 4
    assert "RAPTOR: 4 summaries in 2 layers completed in" in document.progress_msg


def test_summaries_are_counted_searched_and_cite_nothing(make: Make) -> None:
    product = make(AnsweringChat(summing_up))
    document = product.ingest()
    chunks = product.chunks()
    assert document.chunk_count == len(chunks) == len(PASSAGES) + 4
    assert document.token_count == sum(chunk.token_count for chunk in chunks)
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    found = product.parts.engine.search(SearchRequest((DATASET,), (DOCUMENT,), (), None, 99))
    assert {each.chunk_id for each in found} == {chunk.id for chunk in chunks}
    for chunk in summaries(product):
        assert (chunk.spans, chunk.has_image) == ((), False)
        assert chunk.vector is not None
        assert chunk.create_timestamp == chunks[0].create_timestamp


def test_the_document_can_be_found_before_its_summaries_are_written(make: Make) -> None:
    product: SmallProduct
    seen: list[tuple[RunState, float, int]] = []

    def answer(text: str) -> str | None:
        document = product.document()
        seen.append((document.run, document.progress, product.parts.engine.count((DATASET,))))
        return summing_up(text)

    product = make(AnsweringChat(answer))
    product.ingest()
    assert {(run, count) for run, _, count in seen} == {(RunState.RUNNING, len(PASSAGES))}
    assert all(0.95 <= progress < 1 for _, progress, _ in seen)


def test_a_killed_worker_goes_on_where_it_was(make: Make) -> None:
    class Killed(BaseException):
        pass

    def kill(text: str) -> str | None:
        if len(chat.asked) == 3:
            raise Killed
        return summing_up(text)

    chat, steps = AnsweringChat(kill), RememberedSteps()
    product = make(chat)
    with pytest.raises(Killed):
        product.ingest(steps, writing=WriterLimits(enrich_calls=1))
    chat.rule = summing_up
    assert product.ingest(steps).run is RunState.DONE
    assert len(chat.asked) == 4 + 1
    assert len(summaries(product)) == 4


def test_every_step_may_be_repeated(make: Make) -> None:
    chat = AnsweringChat(summing_up)
    product = make(chat)
    product.ingest(RememberedSteps(kind="twice"))
    assert len(summaries(product)) == len(chat.asked) == 4
    assert product.document().chunk_count == len(product.chunks())


def test_without_a_model_summaries_are_made_of_sentences(make: Make) -> None:
    product = make(max_token=60)
    document = product.ingest()
    assert len(summaries(product)) == 4
    assert "summaries of the most central sentences" in document.progress_msg
    assert warnings(product) == ()
    for chunk in summaries(product):
        assert chunk.token_count <= 60
        assert all(sentence in PASSAGES for sentence in chunk.content.split("\n"))


def test_what_the_budget_does_not_pay_for_is_made_of_sentences(make: Make) -> None:
    chat = AnsweringChat(summing_up)
    product = make(chat, max_token=60)
    product.ingest(writing=WriterLimits(enrich_tokens=800))
    assert 0 < len(chat.asked) < 4
    written = [chunk.content.startswith("All about") for chunk in summaries(product)]
    assert set(written) == {True, False}
    assert "the budget of 800 tokens is used up" in warnings(product)[0]


def test_an_embedding_model_that_stays_away_then_costs_no_document(make: Make) -> None:
    class Leaving(HashingEmbedding):
        def embed(self, texts: Any, kind: Any) -> Any:
            if any(text.startswith("All about") for text in texts):
                raise ModelUnavailable(name="leaving", reason="no route")
            return super().embed(texts, kind)

    product = make(AnsweringChat(summing_up))
    models = FewModels(AnsweringChat(summing_up), Leaving())
    assert product.ingest(models=models).run is RunState.DONE
    assert len(product.chunks()) == len(PASSAGES)
    assert "The enrichment raptor was given up: The model leaving did not" in warnings(product)[0]


def test_the_prompt_and_the_length_are_those_of_the_configuration(make: Make) -> None:
    chat = AnsweringChat(summing_up)
    make(chat, prompt="Sing of {cluster_content}!", max_token=77).ingest()
    assert chat.asked[0].startswith("Sing of The ")
    assert "at most 77 tokens" in chat.turns[0][0].content


def test_a_prompt_without_a_slot_is_followed_by_the_passages(make: Make) -> None:
    chat = AnsweringChat(summing_up)
    make(chat, prompt="Be brief.").ingest()
    assert chat.asked[0].startswith("Be brief.\n\nThe ")


def test_there_are_so_many_clusters_that_the_model_can_read_each(make: Make) -> None:
    chat = AnsweringChat(lambda text: f"Summary {text[-40:]}", context_tokens=1200)
    make(chat, [f"bee {n} " * 120 for n in range(12)]).ingest()
    assert len([text for text in chat.asked if "bee" in text]) >= 4


def test_a_long_answer_is_cut_behind_a_sentence(make: Make) -> None:
    product = make(AnsweringChat(lambda _text: "Bees fly far. " * 40), max_token=22)
    product.ingest()
    for chunk in summaries(product):
        assert count_tokens(chunk.content) <= 22
        assert chunk.content.endswith("far.")


def test_passages_are_cut_to_the_window_of_the_model(make: Make) -> None:
    chat = AnsweringChat(lambda _text: "Honey.", context_tokens=1000)
    make(chat, [f"bee {n} " * 900 for n in range(3)]).ingest()
    assert 500 < count_tokens(chat.asked[0]) < 700
    assert all(f"bee {n}" in chat.asked[0] for n in range(3))


@pytest.mark.parametrize(("passages", "count"), [(["one"], 0), (["one bee", "two bees"], 1)])
def test_few_passages_have_one_summary_and_one_has_none(
    make: Make, passages: Sequence[str], count: int
) -> None:
    product = make(AnsweringChat(lambda _text: "Bees."), passages)
    assert product.ingest().run is RunState.DONE
    assert len(summaries(product)) == count


def test_a_summary_that_says_what_a_passage_says_is_not_stored(make: Make) -> None:
    product = make(AnsweringChat(lambda _text: "one bee"), ["one bee", "two bees"])
    product.ingest()
    assert [chunk.kind for chunk in product.chunks()] == [ChunkKind.TEXT] * 2


def test_a_summary_stands_on_the_pages_of_its_passages(make: Make) -> None:
    class OnPages(ParsedAlready):
        def run(self, *arguments: Any, **options: Any) -> dict[str, Any]:
            result = super().run(*arguments, **options)
            path = arguments[3] / chunks_name(0)
            chunks = decode_chunks(path.read_bytes())
            boxes = [(Box(1, 10, 20, 10, 20), Box(2, 5, 9, 5, 9)), (Box(1, 15, 40, 30, 35),)]
            placed = [replace(one, boxes=b) for one, b in zip(chunks, boxes, strict=True)]
            path.write_bytes(encode_chunks(placed))
            return result

    product = make(AnsweringChat(lambda _text: "Bees."))
    product.ingest(sandbox=OnPages(["one bee", "two bees"]))
    assert summaries(product)[0].boxes == (Box(1, 10, 40, 10, 35), Box(2, 5, 9, 5, 9))


def test_a_stop_while_summaries_are_written_leaves_none(make: Make) -> None:
    product: SmallProduct

    def stop_and_answer(text: str) -> str | None:
        product.stop()
        return summing_up(text)

    product = make(AnsweringChat(stop_and_answer))
    assert product.ingest().run is RunState.CANCEL
    assert summaries(product) == []


def test_chunks_that_people_change_meanwhile_stay_as_they_are(make: Make) -> None:
    product: SmallProduct

    def change_and_answer(text: str) -> str | None:
        first = product.chunks()[0]
        with product.parts.database.transaction() as unit:
            unit.chunks.put(replace(first, content="by hand"))
            unit.chunks.delete(DOCUMENT, [chunk.id for chunk in product.chunks()[1:3]])
        return summing_up(text)

    product = make(AnsweringChat(change_and_answer), ["one bee", "two bees", "a wasp", "an ant"])
    document = product.ingest()
    assert [chunk.content for chunk in product.chunks()][:2] == ["by hand", "an ant"]
    assert document.chunk_count == len(product.chunks()) == 3


def test_summaries_of_a_disabled_document_cannot_be_found(make: Make) -> None:
    product = make(AnsweringChat(lambda _text: "Bees."), ["one bee", "two bees"])
    with product.parts.database.transaction() as unit:
        unit.documents.update(replace(product.document(), status="0"))
    product.ingest()
    assert [chunk.available for chunk in product.chunks()] == [False] * 3


@pytest.mark.parametrize("raptor", [{"max_token": 0}, {"threshold": 2}, {"random_seed": -1}])
def test_options_that_cannot_be_used_are_refused(make: Make, raptor: Any) -> None:
    document = make(**raptor).ingest()
    assert document.run is RunState.FAIL
    assert f"parser_config.raptor.{next(iter(raptor))}: " in document.progress_msg
