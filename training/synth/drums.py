"""A drum machine: every General MIDI drum is a swept sine, filtered noise or both, with a character fixed per track."""

from __future__ import annotations

from typing import Callable

import numpy as np
from scipy.signal import lfilter

from .voices import RATE, noise


def drum_machine(random: np.random.Generator) -> Callable[[int], np.ndarray]:
    """Returns play(General MIDI drum number) -> samples; sounds are made once and kept."""
    tune, length, dirt = random.uniform(0.7, 1.5), random.uniform(0.5, 1.8), random.uniform(0, 3)
    bright, snare_noise = random.uniform(0.3, 0.98), random.uniform(0.4, 1.5)
    kept: dict[int, np.ndarray] = {}

    def make(drum: int) -> np.ndarray:
        if drum in (35, 36):
            return saturate(sweep(150 * tune, 45 * tune, 0.25 * length, 30), dirt)
        if drum in (38, 40, 37, 39):
            return saturate(0.7 * sweep(220 * tune, 170 * tune, 0.12 * length, 20) + pad(snare_noise * hiss(0.16 * length, bright * 0.7), 0.12 * length), dirt)
        if drum in (41, 43, 45, 47, 48, 50):
            return sweep((90 + (drum - 41) * 14) * tune * 1.4, (90 + (drum - 41) * 14) * tune, 0.3 * length, 12)
        if drum in (49, 51, 52, 55, 57, 59, 53, 46):
            return 0.6 * hiss((0.9 if drum != 46 else 0.3) * length, bright)
        return 0.5 * hiss(0.05 * length, bright)

    def play(drum: int) -> np.ndarray:
        if drum not in kept:
            kept[drum] = make(drum)
        return kept[drum]

    return play


def sweep(high: float, low: float, seconds: float, speed: float) -> np.ndarray:
    """A sine that falls from high to low, with an exponential decay."""
    time = np.arange(int(RATE * seconds)) / RATE
    frequency = low + (high - low) * np.exp(-speed * time)
    return np.sin(2 * np.pi * np.cumsum(frequency) / RATE) * np.exp(-5 * time / seconds)


def hiss(seconds: float, bright: float) -> np.ndarray:
    """Differenced noise with an exponential decay; bright 0..1."""
    count = int(RATE * seconds)
    return lfilter([1, -bright], [1], noise(count)) * np.exp(-6 * np.arange(count) / count)


def pad(signal: np.ndarray, seconds: float) -> np.ndarray:
    """Cuts or extends to `seconds`, to be added to another sound."""
    count = int(RATE * seconds)
    return np.pad(signal, (0, max(0, count - len(signal))))[:count]


def saturate(signal: np.ndarray, drive: float) -> np.ndarray:
    """Soft clipping, the harder the higher the drive."""
    return np.tanh(signal * (1 + drive))
