from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ragflow.adapters.models.hashing import HashingEmbedding
from ragflow.domain.chunks import Chunk
from ragflow.domain.documents import Dataset
from ragflow.ingest.embed import chunk_vectors
from ragflow.ingest.enrich.tags import tags_in
from ragflow.ingest.index import index_records
from ragflow.ingest.tag_sets import weighted
from ragflow.testing.database.samples import a_document
from ragflow.testing.ingestion import TENANT, AnsweringChat, SmallProduct, small_product

TAG_SET = Dataset("s" * 32, TENANT, "user", "tags", "hashing", 1, 1)
EXAMPLES: Sequence[tuple[str, Mapping[str, int]]] = (
    ("Bees fight Varroa mites in the brood", {"health": 1, "bees": 1}),
    ("Oxalic acid kills mites in winter", {"health": 1, "bees": 1}),
    ("Honey is stored in combs", {"products": 1, "bees": 1}),
    ("Wax melts at sixty degrees", {"products": 1}),
    ("Drones mate with young queens", {"breeding": 1, "bees": 1}),
    ("A smoker calms the colony", {"tools": 1}),
    ("A veil keeps stings away", {"tools": 1}),
    ("Pollen is protein for larvae", {"products": 1}),
    ("Swarms leave in May", {"breeding": 1}),
)
MITES = "Varroa mites live in the brood of bees, and keepers fight them there."
STARS = "Galaxies hold billions of suns."
Make = Callable[..., SmallProduct]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    with ExitStack() as stack:

        def product(passages: Sequence[str], **options: Any) -> SmallProduct:
            chat = options.pop("chat", None)
            config = {"tag_kb_ids": [TAG_SET.id, "gone"], "topn_tags": 2} | options
            made = small_product(tmp_path, passages, chat, dataset_config=config)
            stack.callback(made.parts.database.close)
            _fill_tag_set(made)
            readable = lambda tenant, ids: (TAG_SET,) if tenant == TENANT else ()  # noqa: E731
            return SmallProduct(replace(made.parts, readable=readable))

        yield product


def _fill_tag_set(product: SmallProduct) -> None:
    document = a_document("f" * 32, TAG_SET.id, name="tags.csv")
    texts = [content for content, _ in EXAMPLES]
    vectors = chunk_vectors(HashingEmbedding(), "tags.csv", texts, 0.1)
    chunks = [
        Chunk(f"{n:016}", document.id, TAG_SET.id, content, n, 9, 0.0, tags=tags, vector=bytes(v))
        for n, ((content, tags), v) in enumerate(zip(EXAMPLES, vectors, strict=True))
    ]
    with product.parts.database.transaction() as unit:
        unit.datasets.add(TAG_SET)
        unit.documents.add(document)
        unit.chunks.replace_document(document.id, chunks)
    product.parts.engine.upsert(index_records(chunks, "tags.csv"))


def tags(product: SmallProduct) -> list[dict[str, int]]:
    return [dict(chunk.tags) for chunk in product.chunks()]


def warnings(product: SmallProduct) -> tuple[str, ...]:
    coverage = product.document().coverage
    assert coverage is not None
    return coverage.warnings


def test_a_chunk_gets_the_tags_of_the_examples_that_share_its_words(make: Make) -> None:
    chat = AnsweringChat(lambda _text: pytest.fail("statistics suffice"))
    product = make([MITES], chat=chat)
    product.ingest()
    assert list(tags(product)[0]) == ["health", "bees"]
    assert tags(product)[0]["health"] == 10
    assert 1 <= tags(product)[0]["bees"] < 10


def test_the_model_is_asked_for_the_rest_and_chooses_among_known_tags(make: Make) -> None:
    chat = AnsweringChat(lambda _text: 'Here: {"Tools": 12, "astronomy": 9, "bees": 2, "wax": 0}')
    product = make([MITES, STARS], chat=chat)
    product.ingest()
    assert chat.asked == [STARS]
    assert tags(product)[1] == {"tools": 10, "bees": 2}
    told = chat.turns[0][0].content
    assert "at most 2" in told
    assert "bees, products, breeding, health, tools" in told


def test_a_model_may_find_that_no_tag_fits(make: Make) -> None:
    product = make([STARS], chat=AnsweringChat(lambda _text: "{}"))
    product.ingest()
    assert tags(product) == [{}]


def test_without_a_model_the_examples_nearest_in_meaning_decide(make: Make) -> None:
    product = make(["Waxes meltings degree", STARS])
    document = product.ingest()
    assert tags(product)[1] == {}
    assert "is set: by the examples nearest in meaning" in document.progress_msg


def test_chunks_that_no_example_is_near_are_told_of(make: Make) -> None:
    document = make([STARS]).ingest()
    assert "(1 left as they are)" in document.progress_msg


def test_tag_sets_that_may_not_be_used_are_named(make: Make) -> None:
    product = make([MITES])
    product.ingest()
    assert warnings(product) == ("Tags: 1 of the tag sets are gone or not shared any more.",)


def test_without_examples_nothing_is_tagged(make: Make) -> None:
    product = make([MITES])
    product.ingest(readable=lambda _tenant, _ids: ())
    assert tags(product) == [{}]
    (warning,) = warnings(product)
    assert warning.startswith("The enrichment tags was given up: the tag sets that it names have")


@pytest.mark.parametrize(("most", "count"), [(None, 3), (1, 1)])
def test_three_tags_are_the_most_unless_told_otherwise(
    make: Make, most: int | None, count: int
) -> None:
    product = make([" ".join(content for content, _ in EXAMPLES)], topn_tags=most)
    product.ingest()
    assert len(tags(product)[0]) == count


def test_a_tag_that_all_examples_have_tells_little() -> None:
    found = weighted({"common": 0.6, "rare": 0.5}, {"common": 90, "rare": 5}, 100, 2)
    assert found == {"rare": 10, "common": 3}


@pytest.mark.parametrize("answer", ["", "none", '{"health": "high"}', "[]"])
def test_answers_without_weights_name_no_tag(answer: str) -> None:
    assert tags_in(answer, ["health"], 3) == {}
