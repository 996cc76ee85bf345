"""The affine step from raw vectors to the space: subtract the mean, whiten (or weight by what the teacher asks), normalise. Full rank."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


#: Share of the scatter that spoiling makes in what is whitened: training/checkpoints/README.md has what others gave.
SPOILT_SHARE = 0.2


@dataclass(frozen=True)
class Transform:
    """mean [512]; matrix [512, 512] or None: a vector v becomes normalise(matrix @ (v - mean))."""

    mean: np.ndarray
    matrix: np.ndarray | None

    def __call__(self, vectors: np.ndarray) -> np.ndarray:
        """[..., dimension] -> the same shape, of length 1."""
        moved = vectors - self.mean
        moved = moved if self.matrix is None else moved @ self.matrix.T
        return moved / (np.linalg.norm(moved, axis=-1, keepdims=True) + 1e-12)


def fit_transform(vectors: np.ndarray, shrinkage: float | None, differences: np.ndarray | None = None, share: float = SPOILT_SHARE) -> Transform:
    """vectors [count, dimension] of training renders. shrinkage 0..1 towards the mean variance; None only centres. differences [any, dimension]: what
    spoiling a window adds to its vector; `share` of what is whitened is their scatter, so that directions in which it shows count less."""
    mean = vectors.mean(0)
    if shrinkage is None:
        return Transform(mean, None)
    covariance = np.cov(vectors - mean, rowvar=False)
    average = np.trace(covariance) / len(covariance)
    if differences is not None:
        scatter = differences.T @ differences
        covariance = (1 - share) * covariance + share * scatter * (np.trace(covariance) / np.trace(scatter))
    values, directions = np.linalg.eigh((1 - shrinkage) * covariance + shrinkage * average * np.eye(len(covariance)))
    # Symmetric (ZCA) form, scaled so that lengths stay near those of the raw vectors.
    return Transform(mean, directions @ np.diag(np.sqrt(average / values)) @ directions.T)


def fit_taught(vectors: np.ndarray, targets: np.ndarray, ridge: float = 0.03, floor: float = 0.03) -> Transform:
    """The metric in which vectors [count, dimension] predict the teacher's targets [count, any]: ridge regression (`ridge` in units of the
    mean variance), then the symmetric square root of A A' with `floor` times its mean eigenvalue added, so that no direction is lost."""
    mean = vectors.mean(0)
    moved, wanted = vectors - mean, targets - targets.mean(0)
    covariance = moved.T @ moved / len(moved)
    identity = np.eye(len(covariance))
    read_out = np.linalg.solve(covariance + ridge * np.trace(covariance) / len(covariance) * identity, moved.T @ wanted / len(moved))
    metric = read_out @ read_out.T
    values, directions = np.linalg.eigh(metric + floor * np.trace(metric) / len(metric) * identity)
    scale = np.sqrt(np.trace(covariance) / np.sum(values * np.einsum("ij,ij->j", directions, covariance @ directions)))
    return Transform(mean, scale * directions @ np.diag(np.sqrt(values)) @ directions.T)
