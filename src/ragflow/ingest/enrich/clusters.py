"""Clusters: which of many vectors belong together.

In: unit vectors. Out: for each cluster the rows in it, each row in at least one. The vectors are
reduced to their first principal components, and a mixture of Gaussians with one variance each is
fitted by expectation maximisation (Dempster, Laird, Rubin 1977) from k-means++ seeds (Arthur,
Vassilvitskii 2007); the number of Gaussians is the one with the least

    BIC = parameters · ln(rows) − 2 · ln(likelihood)        (Schwarz 1978).

A row belongs to every Gaussian that it comes from with more than a certain probability, and to its
likeliest one. The same vectors and seed give the same clusters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

_MOST_COMPONENTS = 10
_SAMPLE = 2000  # rows that the mixture is fitted to
_ROUNDS = 50
_STILL = 1e-3  # a gain in likelihood per row that ends the fitting
_LEAST_VARIANCE = 0.05  # of that of all rows; a Gaussian must not collapse onto one of them
_PATIENCE = 5  # numbers of Gaussians tried in vain before the best is taken
_GROWTH = 1.15  # of the number tried next, where there are many


@dataclass(frozen=True, slots=True)
class Clustering:
    """Bound the clusters: how many, and from which probability on a row is in one.

    `most`, and half of the rows, outweigh `least`.
    """

    most: int = 64
    least: int = 1
    threshold: float = 0.1
    seed: int = 0


def clustered(vectors: NDArray[np.float32], options: Clustering) -> list[list[int]]:
    """Return the rows of each cluster, at most half as many clusters as rows, or one."""
    import numpy as np

    rows = len(vectors)
    most = min(options.most, rows // 2)
    if most < 2:
        return [list(range(rows))] if rows else []
    points = _reduced(np.asarray(vectors, dtype=np.float64))
    chance = np.random.default_rng(options.seed)
    sample = points[np.sort(chance.permutation(rows)[:_SAMPLE])]
    best: _Mixture | None = None
    in_vain = 0
    for count in _counts(min(options.least, most), most):
        mixture = _fitted(sample, count, np.random.default_rng((options.seed, count)))
        if best is None or mixture.criterion < best.criterion:
            best, in_vain = mixture, 0
        else:
            in_vain += 1
        if in_vain == _PATIENCE:
            break
    assert best is not None
    return _members(best.probabilities(points)[0], options.threshold)


@dataclass(frozen=True, slots=True)
class _Mixture:
    weights: Matrix
    means: Matrix
    variances: Matrix
    criterion: float = 0.0

    def probabilities(self, points: Matrix) -> tuple[Matrix, float]:
        """Return from which Gaussian each row comes, and the logarithm of the likelihood."""
        import numpy as np

        logs = _log_densities(points, self.means, self.variances) + np.log(self.weights)
        top = logs.max(axis=1, keepdims=True)
        whole = top[:, 0] + np.log(np.exp(logs - top).sum(axis=1))
        return np.exp(logs - whole[:, None]), float(whole.sum())


def _reduced(vectors: Matrix) -> Matrix:
    """Return the first principal components, few where there are few rows."""
    import numpy as np

    rows, columns = vectors.shape
    centred = vectors - vectors.mean(axis=0)
    count = max(min(round(rows**0.5), _MOST_COMPONENTS, columns), 1)
    _, values, axes = np.linalg.svd(centred, full_matrices=False)
    kept = axes[:count] * np.where(values[:count, None] > 1e-9, 1.0, 0.0)
    reduced: Matrix = centred @ kept.T
    return reduced


def _counts(least: int, most: int) -> Iterator[int]:
    """Yield numbers of Gaussians to try, each further from the one before it."""
    count = max(least, 1)
    while count <= most:
        yield count
        count = max(count + 1, int(count * _GROWTH))


def _fitted(points: Matrix, count: int, chance: np.random.Generator) -> _Mixture:
    """Return a mixture of so many Gaussians, with its BIC."""
    import numpy as np

    rows, dimensions = points.shape
    spread = max(float(points.var(axis=0).mean()), 1e-12)
    means = _seeds(points, count, chance)
    mixture = _Mixture(np.full(count, 1 / count), means, np.full(count, spread))
    before = -np.inf
    for _ in range(_ROUNDS):
        shares, likelihood = mixture.probabilities(points)
        if likelihood - before < _STILL * rows:
            break
        before = likelihood
        sizes = shares.sum(axis=0) + 1e-9
        means = (shares.T @ points) / sizes[:, None]
        squares = (shares * _squared_distances(points, means)).sum(axis=0)
        variances = np.maximum(squares / (sizes * dimensions), _LEAST_VARIANCE * spread)
        mixture = _Mixture(sizes / sizes.sum(), means, variances)
    parameters = count * (dimensions + 2) - 1
    criterion = parameters * float(np.log(rows)) - 2 * mixture.probabilities(points)[1]
    return replace(mixture, criterion=criterion)


def _seeds(points: Matrix, count: int, chance: np.random.Generator) -> Matrix:
    """Return rows far from one another (k-means++)."""
    import numpy as np

    chosen = [int(chance.integers(len(points)))]
    nearest = _squared_distances(points, points[chosen])[:, 0]
    while len(chosen) < count:
        whole = nearest.sum()
        odds = nearest / whole if whole > 0 else np.full(len(points), 1 / len(points))
        chosen.append(int(chance.choice(len(points), p=odds)))
        nearest = np.minimum(nearest, _squared_distances(points, points[chosen[-1:]])[:, 0])
    return points[chosen]


def _log_densities(points: Matrix, means: Matrix, variances: Matrix) -> Matrix:
    import numpy as np

    distances = _squared_distances(points, means)
    dimensions = points.shape[1]
    logs: Matrix = -0.5 * (dimensions * np.log(2 * np.pi * variances) + distances / variances)
    return logs


def _squared_distances(points: Matrix, means: Matrix) -> Matrix:
    distances: Matrix = (
        (points**2).sum(axis=1)[:, None] - 2 * points @ means.T + (means**2).sum(axis=1)
    )
    return distances.clip(min=0)


def _members(shares: Matrix, threshold: float) -> list[list[int]]:
    """Return the rows of each cluster that has any, no two with the same rows."""
    import numpy as np

    belongs = shares > threshold
    belongs[np.arange(len(shares)), shares.argmax(axis=1)] = True
    clusters = (tuple(int(row) for row in np.flatnonzero(column)) for column in belongs.T)
    return [list(rows) for rows in dict.fromkeys(rows for rows in clusters if rows)]
