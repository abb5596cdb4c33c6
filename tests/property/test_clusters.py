"""Clusters of vectors, whatever the vectors are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from ragflow.ingest.enrich.clusters import Clustering, clustered

VECTORS = st.tuples(st.integers(1, 24), st.integers(1, 12)).flatmap(
    lambda shape: arrays(np.float32, shape, elements=st.floats(-1, 1, width=32))
)
OPTIONS = st.builds(
    Clustering,
    most=st.integers(1, 12),
    least=st.integers(1, 12),
    threshold=st.floats(0, 1),
    seed=st.integers(0, 2**32),
)


@given(VECTORS, OPTIONS)
def test_every_row_is_in_a_cluster_and_there_are_fewer_clusters_than_rows(
    vectors: NDArray[np.float32], options: Clustering
) -> None:
    clusters = clustered(vectors, options)
    assert {row for rows in clusters for row in rows} == set(range(len(vectors)))
    assert len(clusters) <= max(min(options.most, len(vectors) // 2), 1)
    assert all(rows == sorted(set(rows)) for rows in clusters)


@given(VECTORS, OPTIONS)
def test_the_same_vectors_give_the_same_clusters(
    vectors: NDArray[np.float32], options: Clustering
) -> None:
    assert clustered(vectors, options) == clustered(vectors.copy(), options)


@given(VECTORS, st.integers(0, 9))
def test_a_threshold_of_one_puts_each_row_into_one_cluster(
    vectors: NDArray[np.float32], seed: int
) -> None:
    clusters = clustered(vectors, Clustering(threshold=1.0, seed=seed))
    assert sum(map(len, clusters)) == len(vectors)


@pytest.mark.parametrize("groups", [2, 3, 6])
def test_groups_that_stand_apart_are_found(groups: int) -> None:
    chance = np.random.default_rng(5)
    centres = np.eye(groups, 64)
    vectors = np.repeat(centres, 12, axis=0) + chance.normal(0, 0.05, (12 * groups, 64))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    clusters = clustered(vectors.astype(np.float32), Clustering())
    assert sorted(clusters) == [list(range(12 * n, 12 * n + 12)) for n in range(groups)]


def test_there_are_no_fewer_clusters_than_wanted() -> None:
    chance = np.random.default_rng(5)
    vectors = chance.normal(0, 1, (60, 8)).astype(np.float32)
    assert len(clustered(vectors, Clustering())) == 1
    assert len(clustered(vectors, Clustering(least=5))) >= 5


def test_no_vectors_make_no_clusters() -> None:
    assert clustered(np.zeros((0, 4), np.float32), Clustering()) == []
