from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from ragflow.domain.chunks import Chunk
from ragflow.ingest.artefacts import chunks_name, decode_chunks, encode_chunks
from ragflow.ingest.index import index_records
from ragflow.testing.ingestion import AnsweringChat, ParsedAlready, SmallProduct, small_product

MITES = "Varroa mites weaken bees. Varroa mites live in brood. Keepers fight Varroa mites."
HONEY = "Honey is stored in combs. Bees make honey of nectar, and combs of wax."


@pytest.fixture
def product(tmp_path: Path) -> Iterator[SmallProduct]:
    made = small_product(tmp_path, [MITES, HONEY], parser_config={"auto_keywords": 3})
    with closing(made.parts.database):
        yield made


class WithKeywords(ParsedAlready):
    """Be a chunk method that gives its first chunk keywords of its own."""

    def run(self, *arguments: object, **options: object) -> dict[str, object]:
        result = super().run(*arguments, **options)  # type: ignore[arg-type]
        path = arguments[3] / chunks_name(0)  # type: ignore[operator]
        first, *others = decode_chunks(path.read_bytes())
        first = replace(first, important_keywords=("Abstract", "varroa"))
        path.write_bytes(encode_chunks([first, *others]))
        return result


def contents(chunks: list[Chunk]) -> list[str]:
    return [chunk.content for chunk in chunks]


def test_without_a_model_the_words_of_the_document_are_counted(product: SmallProduct) -> None:
    document = product.ingest()
    mites, honey = (chunk.important_keywords for chunk in product.chunks())
    assert mites[0] == "Varroa mites"
    assert len(mites) == len(honey) == 3
    assert "by word statistics of the document" in document.progress_msg
    assert document.coverage is not None
    assert document.coverage.warnings == ()


def test_the_same_document_always_has_the_same_keywords(
    product: SmallProduct, tmp_path: Path
) -> None:
    product.ingest()
    (tmp_path / "other").mkdir()
    again = small_product(tmp_path / "other", [MITES, HONEY], parser_config={"auto_keywords": 3})
    with closing(again.parts.database):
        again.ingest()
        first, second = (
            [chunk.important_keywords for chunk in each.chunks()] for each in (product, again)
        )
    assert first == second


def test_a_model_that_only_quotes_counts_as_none(product: SmallProduct) -> None:
    quoting = AnsweringChat(lambda text: text, generative=False)
    models = replace(product.parts.models, written_by=quoting)  # type: ignore[type-var]
    product.ingest(models=models)
    assert quoting.asked == []


def test_keywords_of_the_chunk_method_stay_first(product: SmallProduct) -> None:
    product.ingest(sandbox=WithKeywords([MITES, HONEY]))
    assert product.chunks()[0].important_keywords[:3] == ("Abstract", "varroa", "Varroa mites")


def test_an_answer_without_keywords_is_of_no_use(product: SmallProduct) -> None:
    chat = AnsweringChat(lambda _text: "<think>bees, hmm</think> , ,")
    models = replace(product.parts.models, written_by=chat)  # type: ignore[type-var]
    document = product.ingest(models=models)
    assert product.chunks()[0].important_keywords[0] == "Varroa mites"
    assert document.coverage is not None
    assert "since the model gave no usable answer" in document.coverage.warnings[0]


def test_chunks_are_found_by_their_keywords(product: SmallProduct) -> None:
    chat = AnsweringChat(lambda _text: "parasite")
    models = replace(product.parts.models, written_by=chat)  # type: ignore[type-var]
    product.ingest(models=models)
    records = index_records(product.chunks(), "About Bees.txt")
    assert [record.keyword_tokens for record in records] == ["parasit"] * 2
