"""Tag sets: datasets whose chunks are examples of what their tags are about.

In: a text, a chunk or a question, and the tag sets that it is compared with. Out: the tags that
tell most about it, with whole weights from 1 to 10; none where no example is like it. Statistics
alone, in three steps:

1. an example is alike when it shares rare words with the text: by the cosine of their words, each
   weighed by BM25's idf; or, asked by vector, when it is far nearer than most examples;
2. the support of a tag is its share among the best examples, by how much each is alike;
3. a tag tells the more, the less it is found among all examples:
   support · log(1 + support / share of all examples with the tag).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING

from ragflow.domain.documents import Dataset
from ragflow.domain.ports import ModelCatalog, SearchEngine
from ragflow.domain.queries import Candidate, SearchRequest, Term
from ragflow.domain.repositories import Database
from ragflow.text.stopwords import stop_words
from ragflow.text.weights import question_words, term_texts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Tags = Mapping[str, int]

DEFAULT_MOST = 3
HEAVIEST = 10
_CANDIDATES = 256
_EXAMPLES = 10  # that vote
_LEAST_COSINE = 0.1  # nine of ten texts above it get their tag first, paragraphs and questions
_NEAREST = 5  # examples that vote by vector
_LEAST_NEARNESS = 0.3  # of the way from the usual cosine to 1
_LEAST_COMPARED = 8  # examples that show which cosine is usual


@dataclass(frozen=True, slots=True)
class Example:
    """Hold an example and how much it is like a text, 0 to 1."""

    key: tuple[str, str]
    likeness: float


class TagSets:
    """Compare texts with the examples of some datasets; what is counted is counted once."""

    def __init__(
        self, database: Database, engine: SearchEngine, datasets: Sequence[Dataset]
    ) -> None:
        self._database = database
        self._engine = engine
        self._datasets = datasets
        self._ids = tuple(dataset.id for dataset in datasets)

    @cached_property
    def known(self) -> Mapping[str, int]:
        """Return how many examples have each tag."""
        with self._database.reading() as unit:
            return unit.chunks.tag_counts(self._ids)

    @cached_property
    def total(self) -> int:
        """Return how many examples there are."""
        return self._engine.count(self._ids)

    def by_words(self, text: str, most: int) -> dict[str, int]:
        """Return the tags of the examples that share words with a text."""
        alike = [each for each in self.nearest_by_words(text) if each.likeness >= _LEAST_COSINE]
        return self._voted(alike[:_EXAMPLES], most)

    def nearest_by_words(self, text: str) -> list[Example]:
        """Return the examples that share words with a text, most alike first."""
        texts = term_texts(question_words(text))
        if not texts or not self._ids:
            return []
        terms = tuple(Term(each, 1 / len(texts)) for each in texts)
        request = SearchRequest(self._ids, None, terms, None, _CANDIDATES)
        return _alike_in_words(frozenset(texts), self._engine.search(request), self.total)

    def by_vectors(self, text: str, models: ModelCatalog, most: int) -> dict[str, int]:
        """Return the tags of the examples that mean the same as a text, each set by its own model.

        Raises `ModelError`.
        """
        alike: list[Example] = []
        for dataset in self._datasets:
            model = models.embedding(dataset.tenant_id, dataset.embedding_model)
            vector = model.embed([text], "passage")[0]
            alike += self._alike_in_meaning(dataset, vector)
        alike.sort(key=lambda each: (-each.likeness, each.key))
        return self._voted(alike[:_NEAREST], most)

    def tags_of(self, examples: Sequence[Example]) -> list[Tags]:
        """Return the tags of examples, in order."""
        with self._database.reading() as unit:
            tags = unit.chunks.tags([each.key for each in examples])
        return [tags.get(each.key, {}) for each in examples]

    def _alike_in_meaning(self, dataset: Dataset, vector: NDArray[np.float32]) -> list[Example]:
        request = SearchRequest((dataset.id,), None, (), vector, _CANDIDATES)
        found = self._engine.search(request)
        if len(found) < _LEAST_COMPARED:
            return []
        usual = median(candidate.cosine for candidate in found)
        alike = (
            Example(_key(each), (each.cosine - usual) / max(1 - usual, 1e-6)) for each in found
        )
        return [each for each in alike if each.likeness >= _LEAST_NEARNESS]

    def _voted(self, examples: Sequence[Example], most: int) -> dict[str, int]:
        votes: defaultdict[str, float] = defaultdict(float)
        for example, tags in zip(examples, self.tags_of(examples), strict=True):
            for tag in tags:
                votes[tag] += example.likeness
        whole = sum(example.likeness for example in examples)
        support = {tag: vote / whole for tag, vote in votes.items()}
        return weighted(support, self.known, self.total, most) if support else {}


def weighted(
    support: Mapping[str, float], known: Mapping[str, int], total: int, most: int
) -> dict[str, int]:
    """Return the most telling tags, the best with weight 10; ties by name."""
    telling = {
        tag: share * math.log(1 + share * (total + 1) / (known.get(tag, 0) + 1))
        for tag, share in support.items()
    }
    best = sorted(telling, key=lambda tag: (-telling[tag], tag))[:most]
    return {tag: max(round(HEAVIEST * telling[tag] / telling[best[0]]), 1) for tag in best}


def _alike_in_words(
    wanted: frozenset[str], candidates: Sequence[Candidate], total: int
) -> list[Example]:
    held = {
        _key(candidate): frozenset(candidate.content_tokens.split()) - stop_words()
        for candidate in candidates
    }
    holders = Counter(word for words in held.values() for word in words)

    def square(words: frozenset[str]) -> float:
        return math.fsum(
            math.log(1 + (max(total, count) - count + 0.5) / (count + 0.5)) ** 2
            for count in sorted(holders[word] for word in words)
        )

    whole = square(wanted)
    examples = [
        Example(key, square(words & wanted) / math.sqrt(whole * square(words)))
        for key, words in held.items()
        if words & wanted
    ]
    return sorted(examples, key=lambda each: (-each.likeness, each.key))


def _key(candidate: Candidate) -> tuple[str, str]:
    return candidate.document_id, candidate.chunk_id
