"""Conformance suite for search engines: subclass it, give it an `engine` fixture, run pytest.

The engine that the fixture returns is empty, and its records have vectors of `LENGTH` numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ragflow.domain.ports import SearchEngine
from ragflow.domain.queries import Candidate, IndexRecord, SearchRequest, Term

LENGTH = 8
_WORDS = [f"word{number}" for number in range(40)]


def unit(*values: float) -> NDArray[np.float32]:
    """Return a unit vector that points to `values`, filled up with zeros."""
    vector = np.zeros(LENGTH, dtype=np.float32)
    vector[: len(values)] = values
    return vector / np.linalg.norm(vector)


def record(
    content: str = "some words",
    document_id: str = "doc",
    chunk_id: str = "chunk",
    dataset_id: str = "data",
    vector: NDArray[np.float32] | None = None,
    **fields: Any,
) -> IndexRecord:
    """Return a record; what a test does not name is of no matter to it."""
    values: dict[str, Any] = {
        "available": True,
        "title_tokens": "",
        "keyword_tokens": "",
        "question_tokens": "",
        **fields,
    }
    return IndexRecord(
        dataset_id=dataset_id,
        document_id=document_id,
        chunk_id=chunk_id,
        content_tokens=content,
        vector=unit(1.0) if vector is None else vector,
        **values,
    )


def request(
    words: str = "",
    vector: NDArray[np.float32] | None = None,
    datasets: Sequence[str] = ("data",),
    documents: Sequence[str] | None = None,
    top_k: int = 1024,
) -> SearchRequest:
    """Return a request for the words, weighted alike."""
    terms = words.split()
    return SearchRequest(
        dataset_ids=tuple(datasets),
        document_ids=None if documents is None else tuple(documents),
        terms=tuple(Term(term, 1 / len(terms)) for term in terms),
        vector=vector,
        top_k=top_k,
    )


def random_records(count: int, seed: int = 0) -> list[IndexRecord]:
    """Return records of random words and vectors in three datasets, ten to a document."""
    chance = np.random.default_rng(seed)
    return [
        record(
            content=" ".join(chance.choice(_WORDS, size=12)),
            document_id=f"doc{number // 10}",
            chunk_id=f"{number:04x}",
            dataset_id=f"data{number // 10 % 3}",
            vector=chance.standard_normal(LENGTH).astype(np.float32),
            title_tokens=str(chance.choice(_WORDS)),
            available=bool(chance.random() < 0.9),
        )
        for number in range(count)
    ]


def keys(candidates: Sequence[Candidate]) -> list[tuple[str, str]]:
    """Return the keys of candidates in their order."""
    return [(candidate.document_id, candidate.chunk_id) for candidate in candidates]


class SearchEngineContract:
    """Prove that an engine keeps the promises of the `SearchEngine` port."""

    def test_an_empty_engine_answers_nothing(self, engine: SearchEngine) -> None:
        assert engine.search(request("words", unit(1.0))) == []
        assert engine.count(["data"]) == 0
        engine.delete_documents(["doc"])
        engine.optimise()

    def test_a_record_is_found_by_word_right_after_the_write(self, engine: SearchEngine) -> None:
        engine.upsert([record("alpha beta"), record("gamma", chunk_id="other")])

        (found,) = engine.search(request("beta"))

        assert found.chunk_id == "chunk"
        assert found.content_tokens == "alpha beta"
        assert (found.lexical_rank, found.vector_rank, found.cosine) == (1, None, 0.0)

    def test_a_record_is_found_by_vector_right_after_the_write(self, engine: SearchEngine) -> None:
        engine.upsert(
            [record(vector=unit(3.0, 4.0)), record(chunk_id="far", vector=unit(0.0, 0.0, 1.0))]
        )

        (found,) = engine.search(request(vector=unit(1.0), top_k=1))

        assert found.chunk_id == "chunk"
        assert abs(found.cosine - 0.6) < 1e-6
        assert (found.lexical_rank, found.vector_rank) == (None, 1)

    def test_both_searches_are_united_and_each_cosine_is_filled_in(
        self, engine: SearchEngine
    ) -> None:
        engine.upsert(
            [
                record("alpha", chunk_id="by_word", vector=unit(3.0, 4.0)),
                record("beta", chunk_id="by_vector", vector=unit(1.0)),
            ]
        )

        found = engine.search(request("alpha", unit(1.0), top_k=1))

        assert keys(found) == [("doc", "by_vector"), ("doc", "by_word")]
        assert [round(candidate.cosine, 5) for candidate in found] == [1.0, 0.6]
        assert [candidate.lexical_rank for candidate in found] == [None, 1]
        assert [candidate.vector_rank for candidate in found] == [1, None]

    def test_title_keywords_and_questions_are_searched_and_kept_apart(
        self, engine: SearchEngine
    ) -> None:
        engine.upsert(
            [
                record(
                    "in content",
                    title_tokens="in title",
                    keyword_tokens="in keywords",
                    question_tokens="in questions",
                )
            ]
        )

        for word in ("content", "title", "keywords", "questions"):
            (found,) = engine.search(request(word))
            assert found.content_tokens == "in content"
            assert found.title_tokens == "in title"
            assert found.keyword_tokens == "in keywords"
            assert found.question_tokens == "in questions"

    def test_rare_words_rank_before_frequent_ones(self, engine: SearchEngine) -> None:
        engine.upsert([record("usual", chunk_id=f"{number}") for number in range(9)])
        engine.upsert([record("special", chunk_id="special")])

        found = engine.search(request("usual special"))

        best = min(found, key=lambda candidate: candidate.lexical_rank or 99)
        assert best.chunk_id == "special"

    def test_datasets_are_isolated(self, engine: SearchEngine) -> None:
        engine.upsert(
            [
                record("alpha", document_id="mine", dataset_id="one"),
                record("alpha", document_id="theirs", dataset_id="two"),
            ]
        )

        assert keys(engine.search(request("alpha", unit(1.0), ["one"]))) == [("mine", "chunk")]
        assert len(engine.search(request("alpha", unit(1.0), ["one", "two"]))) == 2
        assert engine.search(request("alpha", unit(1.0), [])) == []

    def test_only_the_asked_documents_are_searched(self, engine: SearchEngine) -> None:
        engine.upsert([record("alpha", document_id=name) for name in ("one", "two", "three")])

        found = engine.search(request("alpha", unit(1.0), documents=["one", "three"]))

        assert keys(found) == [("one", "chunk"), ("three", "chunk")]
        assert engine.search(request("alpha", unit(1.0), documents=[])) == []

    def test_all_chunks_of_documents_are_listed_without_words_and_vector(
        self, engine: SearchEngine
    ) -> None:
        engine.upsert([record(chunk_id=name) for name in ("b", "a")])
        engine.upsert([record(document_id="other")])

        assert keys(engine.search(request(documents=["doc"], top_k=1))) == [
            ("doc", "a"),
            ("doc", "b"),
        ]
        assert engine.search(request()) == []

    def test_unavailable_records_are_counted_and_never_found(self, engine: SearchEngine) -> None:
        engine.upsert([record("alpha", available=False)])

        assert engine.search(request("alpha", unit(1.0))) == []
        assert engine.search(request(documents=["doc"])) == []
        assert engine.count(["data"]) == 1

    def test_an_upsert_replaces_the_record_of_the_same_key(self, engine: SearchEngine) -> None:
        engine.upsert([record("before", vector=unit(1.0))])
        engine.upsert([record("after", vector=unit(0.0, 1.0))])

        assert engine.count(["data"]) == 1
        assert engine.search(request("before")) == []
        (found,) = engine.search(request("after", unit(0.0, 1.0)))
        assert abs(found.cosine - 1.0) < 1e-6

    def test_the_last_of_equal_keys_in_one_upsert_wins(self, engine: SearchEngine) -> None:
        engine.upsert([record("before"), record("after")])

        assert engine.count(["data"]) == 1
        assert len(engine.search(request("after"))) == 1

    def test_replacing_a_document_leaves_exactly_the_new_records(
        self, engine: SearchEngine
    ) -> None:
        engine.upsert([record("old", chunk_id=name) for name in ("kept", "gone")])
        engine.upsert([record("old", document_id="other")])

        for _ in range(2):
            new = [record("new", chunk_id=name) for name in ("kept", "added")]
            engine.replace_document("data", "doc", new)

            assert keys(engine.search(request("new"))) == [("doc", "added"), ("doc", "kept")]
            assert keys(engine.search(request("old"))) == [("other", "chunk")]

    def test_replacing_a_document_by_nothing_deletes_it(self, engine: SearchEngine) -> None:
        engine.upsert([record(), record(document_id="other")])

        engine.replace_document("data", "doc", [])

        assert keys(engine.search(request("words"))) == [("other", "chunk")]

    def test_a_document_may_come_back_with_vectors_of_another_length(
        self, engine: SearchEngine
    ) -> None:
        engine.upsert([record("alpha")])
        longer = np.ones(2 * LENGTH, dtype=np.float32)

        engine.replace_document("data", "doc", [record("alpha", vector=longer)])

        assert engine.count(["data"]) == 1
        assert engine.search(request(vector=unit(1.0))) == []
        (found,) = engine.search(request("alpha", longer))
        assert abs(found.cosine - 1.0) < 1e-6

    def test_deleted_records_are_gone_and_unknown_ones_passed_over(
        self, engine: SearchEngine
    ) -> None:
        for dataset in ("one", "two"):
            for document in ("a", "b"):
                engine.upsert(
                    [
                        record(document_id=dataset + document, chunk_id=chunk, dataset_id=dataset)
                        for chunk in ("x", "y")
                    ]
                )

        engine.delete_chunks("onea", ["x", "unknown"])
        assert engine.count(["one"]) == 3
        engine.delete_documents(["oneb", "unknown"])
        assert keys(engine.search(request("words", datasets=["one", "two"])))[0] == ("onea", "y")
        assert engine.count(["one"]) == 1
        engine.delete_datasets(["two", "unknown"])
        assert engine.count(["one", "two"]) == 1
        engine.clear()
        assert engine.count(["one", "two"]) == 0
        assert engine.search(request("words", unit(1.0), ["one", "two"])) == []

    def test_top_k_bounds_each_of_the_two_searches(self, engine: SearchEngine) -> None:
        engine.upsert(random_records(60))

        found = engine.search(request("word1 word2 word3 word4", unit(1.0), ["data0"], top_k=5))

        lexical = [c.lexical_rank for c in found if c.lexical_rank is not None]
        near = [c.vector_rank for c in found if c.vector_rank is not None]
        assert sorted(lexical) == sorted(near) == [1, 2, 3, 4, 5]

    def test_no_top_k_is_too_large(self, engine: SearchEngine) -> None:
        engine.upsert([record("alpha", vector=unit(1.0))])

        assert len(engine.search(request("alpha", unit(1.0), top_k=10**30))) == 1

    def test_words_of_any_script_are_found_whole(self, engine: SearchEngine) -> None:
        words = ["清华大学", "ax-200", "v0.20.5", "häuser", "𠮷野家", "a'b\"c", "и", "c++", "🙂"]
        engine.upsert([record(word, chunk_id=f"{n}") for n, word in enumerate(words)])

        for number, word in enumerate(words):
            assert keys(engine.search(request(word))) == [("doc", f"{number}")]
        assert engine.search(request("清华")) == []

    def test_upper_case_accents_and_stop_words_are_left_as_they_are(
        self, engine: SearchEngine
    ) -> None:
        engine.upsert([record("the running Häuser")])

        assert len(engine.search(request("the"))) == 1
        assert len(engine.search(request("Häuser"))) == 1
        for word in ("run", "hauser", "häuser", "The"):
            assert engine.search(request(word)) == []

    def test_quotes_in_ids_are_data(self, engine: SearchEngine) -> None:
        evil = "x' OR '1'='1"
        engine.upsert([record("alpha"), record("alpha", document_id=evil, dataset_id=evil)])

        assert keys(engine.search(request("alpha", datasets=[evil]))) == [(evil, "chunk")]
        assert engine.search(request("alpha", documents=["' OR ''='"])) == []
        assert engine.search(request("alpha", datasets=["back\\slash'"])) == []
        engine.delete_documents(["nothing' OR 'a'='a"])
        engine.delete_chunks(evil, ["chunk"])
        assert engine.count(["data", evil]) == 1

    def test_vectors_are_compared_by_direction_alone(self, engine: SearchEngine) -> None:
        engine.upsert([record(vector=unit(1.0) * 7)])

        (found,) = engine.search(request(vector=unit(1.0) * 3))

        assert abs(found.cosine - 1.0) < 1e-6

    def test_a_zero_vector_is_similar_to_nothing(self, engine: SearchEngine) -> None:
        engine.upsert([record("alpha", vector=np.zeros(LENGTH, dtype=np.float32))])

        (found,) = engine.search(request("alpha", unit(1.0)))

        assert found.cosine == 0.0

    def test_optimising_changes_no_answer(self, engine: SearchEngine) -> None:
        engine.upsert(random_records(60))
        engine.delete_documents(["doc1"])
        asked = request("word1 word2", unit(1.0, 2.0), ["data0", "data1"])
        before = engine.search(asked)

        engine.optimise()
        engine.optimise()

        after = engine.search(asked)
        assert keys(after) == keys(before)
        assert np.allclose([c.cosine for c in after], [c.cosine for c in before], atol=1e-6)
