"""Tag features: chunks that are tagged with what a question is about come before others.

In: the tags of a question, by dataset since each has its own tag sets, and those of candidates.
Out: the boost 10 · cosine of the two, taken as vectors with one dimension per tag.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from ragflow.domain.queries import Candidate
from ragflow.retrieve.score import Boost, key_of

Tags = Mapping[str, int]

FACTOR = 10.0


def tag_boost(
    boost: Boost, question_tags: Mapping[str, Tags], chunk_tags: Mapping[tuple[str, str], Tags]
) -> Boost:
    """Return a boost that adds the nearness of tags to another."""

    def boosted(candidate: Candidate) -> float:
        asked = question_tags.get(candidate.dataset_id, {})
        return boost(candidate) + FACTOR * _cosine(asked, chunk_tags.get(key_of(candidate), {}))

    return boosted


def _cosine(one: Tags, other: Tags) -> float:
    product = math.fsum(weight * other.get(tag, 0) for tag, weight in one.items())
    return product / (_length(one) * _length(other)) if product else 0.0


def _length(tags: Tags) -> float:
    return math.sqrt(math.fsum(weight * weight for weight in tags.values()))
