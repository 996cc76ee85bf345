"""Draws augmented crops from prepared tracks."""

from __future__ import annotations

import numpy as np

from .augment import Preset, augment
from .level import to_level
from .model import WINDOW

#: Crops quieter than this are drawn again, up to four times: silence has nothing to learn from.
QUIET = 10 ** (-60 / 20)


def draw_crops(tracks: list[np.ndarray], count: int, samples: int, preset: Preset, random: np.random.Generator) -> np.ndarray:
    """Independent crops for the warm start: float32 [count, samples]."""
    chosen = random.integers(len(tracks), size=count)
    return np.stack([augment(cut(tracks[index], samples, random), preset, random) for index in chosen])


def draw_pairs(tracks: list[np.ndarray], count: int, samples: int, preset: Preset, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two crops from each of `count` different tracks: two float32 [count, samples]."""
    chosen = random.choice(len(tracks), size=count, replace=count > len(tracks))
    pairs = [[augment(cut(tracks[index], samples, random), preset, random) for _ in range(2)] for index in chosen]
    return np.stack([pair[0] for pair in pairs]), np.stack([pair[1] for pair in pairs])


def cut(track: np.ndarray, samples: int, random: np.random.Generator) -> np.ndarray:
    """A random part of an int16 track, float32 at the level that the network hears."""
    for _ in range(5):
        start = random.integers(len(track) - samples + 1)
        crop = track[start : start + samples].astype(np.float32) / 32_768
        if np.sqrt(np.mean(crop**2)) > QUIET:
            break
    return to_level(crop)


def windows_of(track: np.ndarray, samples: int) -> np.ndarray:
    """All whole windows of a track, no overlap, tail dropped, at the level that the network hears: float32 [windows, samples]."""
    count = len(track) // samples
    return to_level(track[: count * samples].reshape(count, samples).astype(np.float32) / 32_768)


def spread(track: np.ndarray, windows: int) -> np.ndarray:
    """`windows` whole windows of a track from its first to its last: float32 [windows, samples]."""
    every = windows_of(track, WINDOW)
    return every[np.linspace(0, len(every) - 1, windows).astype(int)]
