from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from ragflow.adapters.search.memory import MemoryEngine
from ragflow.domain.chunks import Chunk
from ragflow.domain.queries import Question, Retrieval
from ragflow.ingest.index import index_records
from ragflow.retrieve.hybrid import Retriever, Sources, page_rank_boost
from ragflow.text.tokenise import tokenise

_AXES = ("engine", "moteur", "cat", "invoice")  # the first two mean the same


class AxisModel:
    """Embed a text by which of four words it holds."""

    name = "axes"
    dimensions = 4

    def embed(self, texts: Sequence[str], kind: Literal["query", "passage"]) -> NDArray[np.float32]:
        rows = [[float(axis in text.lower()) for axis in _AXES] for text in texts]
        matrix = np.array(rows, dtype=np.float32)
        matrix[:, 0] = np.maximum(matrix[:, 0], matrix[:, 1])
        matrix[:, 1] = 0
        norms = np.linalg.norm(matrix, axis=1, keepdims=True)
        return matrix / np.where(norms, norms, 1)


class LengthReranker:
    """Prefer short texts."""

    name = "short"

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        return [1 / len(text) for text in texts]


class Shelf:
    """Keep chunks for the retriever, as the database does."""

    def __init__(self) -> None:
        self.engine = MemoryEngine()
        self.chunks: dict[tuple[str, str], Chunk] = {}
        self.names: dict[str, str] = {}
        self.retriever = Retriever(self.engine, Sources(self.fetch, self.name))

    def put(self, name: str, *contents: str, dataset: str = "data") -> None:
        document = f"id-of-{name}"
        self.names[document] = name
        vectors = AxisModel().embed(contents, "passage")
        chunks = [
            Chunk(
                id=f"{number}",
                document_id=document,
                dataset_id=dataset,
                content=content,
                ordinal=number,
                token_count=1,
                create_timestamp=0.0,
                vector=vector.tobytes(),
            )
            for number, (content, vector) in enumerate(zip(contents, vectors, strict=True))
        ]
        self.chunks.update({(chunk.document_id, chunk.id): chunk for chunk in chunks})
        self.engine.replace_document(dataset, document, index_records(chunks, name))

    def fetch(self, keys: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], Chunk]:
        return {key: self.chunks[key] for key in keys if key in self.chunks}

    def name(self, document_ids: Sequence[str]) -> Mapping[str, str]:
        return {document: self.names[document] for document in document_ids}

    def ask(self, text: str, **fields: object) -> Retrieval:
        values = {"dataset_ids": ("data",), "similarity_threshold": 0.01, **fields}
        question = Question(text, **values)  # type: ignore[arg-type]
        return self.retriever.retrieve(question, AxisModel())


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def contents(found: Retrieval) -> list[str]:
    return [hit.chunk.content for hit in found.hits]


def test_the_chunk_that_holds_the_words_comes_first(shelf: Shelf) -> None:
    shelf.put("a.txt", "The engine is loud.", "A cat sleeps.")

    found = shelf.ask("How loud is the engine?")

    assert contents(found)[0] == "The engine is loud."
    assert found.hits[0].document_name == "a.txt"
    assert found.hits[0].highlight == "The <em>engine</em> is <em>loud</em>."


def test_a_chunk_without_a_common_word_is_found_by_its_vector(shelf: Shelf) -> None:
    shelf.put("a.txt", "Le moteur est bruyant.", "A cat sleeps.")

    found = shelf.ask("engine")

    assert contents(found) == ["Le moteur est bruyant."]
    assert found.hits[0].score.term_similarity == 0.0
    assert found.hits[0].score.similarity == pytest.approx(0.3)


def test_words_of_the_title_count(shelf: Shelf) -> None:
    shelf.put("Zeppelin manual.pdf", "It floats.")
    shelf.put("other.pdf", "It sinks.")

    assert contents(shelf.ask("zeppelin")) == ["It floats."]


def test_what_is_below_the_threshold_is_cut_and_counted(shelf: Shelf) -> None:
    shelf.put("a.txt", "engine power", "engine", "cat")

    found = shelf.ask("engine power", similarity_threshold=0.9)

    assert contents(found) == ["engine power"]
    assert found.total == 1
    assert found.dropped == {"threshold": 2}


def test_pages_go_on_to_the_last_hit(shelf: Shelf) -> None:
    shelf.put("a.txt", *(f"engine number {number}" for number in range(150)))

    pages = [shelf.ask("engine", page=page, page_size=40) for page in range(1, 6)]

    assert [len(page.hits) for page in pages] == [40, 40, 40, 30, 0]
    assert {page.total for page in pages} == {150}
    assert len({hit.chunk.id for page in pages for hit in page.hits}) == 150


def test_page_zero_is_the_first(shelf: Shelf) -> None:
    shelf.put("a.txt", "engine")

    assert shelf.ask("engine", page=0) == shelf.ask("engine", page=1)


def test_hits_are_counted_by_document_over_all_pages(shelf: Shelf) -> None:
    shelf.put("few.txt", "engine")
    shelf.put("many.txt", "engine one", "engine two", "engine three")

    found = shelf.ask("engine", page_size=1)

    counted = [(one.document_name, one.count) for one in found.aggregates]
    assert counted == [("many.txt", 3), ("few.txt", 1)]


def test_a_chunk_that_is_gone_or_switched_off_is_passed_over_and_counted(shelf: Shelf) -> None:
    shelf.put("a.txt", "engine one", "engine two", "engine three")
    first, second, _ = sorted(shelf.chunks)
    del shelf.chunks[first]
    shelf.chunks[second] = replace(shelf.chunks[second], available=False)

    found = shelf.ask("engine")

    assert contents(found) == ["engine three"]
    assert found.dropped == {"missing": 1, "unavailable": 1}


def test_page_rank_lifts_a_dataset(shelf: Shelf) -> None:
    shelf.put("a.txt", "engine power")
    shelf.put("b.txt", "engine", dataset="favoured")
    question = Question("engine power", ("data", "favoured"))

    found = shelf.retriever.retrieve(
        question, AxisModel(), boost=page_rank_boost({"favoured": 1.0})
    )

    assert contents(found) == ["engine", "engine power"]
    assert found.hits[0].score.similarity > 1


def test_a_rerank_model_orders_by_its_scores(shelf: Shelf) -> None:
    shelf.put("a.txt", "engine with a long tail of words", "engine")
    question = Question("engine", ("data",), vector_similarity_weight=1.0, similarity_threshold=0.0)

    found = shelf.retriever.retrieve(question, AxisModel(), LengthReranker())

    assert contents(found)[0] == "engine"
    assert found.hits[0].score.vector_similarity == pytest.approx(1 / 6)
    assert found.hits[0].score.cosine == pytest.approx(1.0)


def test_without_an_embedding_model_words_alone_decide(shelf: Shelf) -> None:
    shelf.put("a.txt", "engine power", "moteur")

    found = shelf.retriever.retrieve(Question("engine power", ("data",)))

    assert contents(found) == ["engine power"]
    assert found.hits[0].score.similarity == pytest.approx(1.0)


def test_all_chunks_of_named_documents_are_candidates_when_nothing_matches(shelf: Shelf) -> None:
    shelf.put("a.txt", "one", "two")
    question = Question("zzz", ("data",), document_ids=("id-of-a.txt",), similarity_threshold=0.0)

    assert contents(shelf.retriever.retrieve(question)) == ["one", "two"]
    assert contents(shelf.retriever.retrieve(replace(question, document_ids=None))) == []


def test_a_question_without_words_is_answered_by_vector_alone(shelf: Shelf) -> None:
    shelf.put("a.txt", "engine")

    assert shelf.ask("?!").hits == ()


def test_index_and_question_share_their_tokens(shelf: Shelf) -> None:
    shelf.put("a.txt", "計算機的價格是１，０００元", "AX-200")

    assert contents(shelf.ask("计算机价格"))[0].startswith("計算機")
    assert contents(shelf.ask("ax-200")) == ["AX-200"]
    assert tokenise("１，０００") == ["1000"]


def test_highlighting_can_be_switched_off(shelf: Shelf) -> None:
    shelf.put("a.txt", "engine")

    assert shelf.ask("engine", highlight=False).hits[0].highlight == ""
