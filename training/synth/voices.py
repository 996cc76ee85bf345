"""Pitched voices. Each is a factory: a seeded generator fixes one instrument's character, the function returned plays notes.

A note is float32 mono at RATE. A character stays the same for a whole track, so a track sounds like one set of instruments.
"""

from __future__ import annotations

from typing import Callable

import numpy as np
from scipy.signal import lfilter

RATE = 22_050
Voice = Callable[[float, float], np.ndarray]  # (frequency in Hz, length in seconds) -> samples


def fm(random: np.random.Generator) -> Voice:
    """Two-operator frequency modulation (Chowning 1973): bells, electric pianos, brass, depending on ratio and index."""
    ratio = random.choice([0.5, 1, 1, 2, 3, 3.5, 5, 7.02, 1.41])
    index, decay, bend = random.uniform(0.5, 7), random.uniform(1, 9), random.uniform(0.2, 1)
    envelope = make_envelope(random)

    def play(frequency: float, seconds: float) -> np.ndarray:
        shape = envelope(seconds)
        time = np.arange(len(shape)) / RATE
        modulator = index * np.exp(-decay * time * bend) * np.sin(2 * np.pi * frequency * ratio * time)
        return shape * np.sin(2 * np.pi * frequency * time + modulator)

    return play


def subtractive(random: np.random.Generator) -> Voice:
    """Detuned band-limited saw or square waves through a resonant low-pass whose cutoff falls."""
    square, detune = random.random() < 0.4, random.uniform(0, 0.012)
    cutoff, resonance, sweep = random.uniform(500, 6_000), random.uniform(0.5, 0.93), random.uniform(0.3, 1)
    envelope = make_envelope(random)

    def play(frequency: float, seconds: float) -> np.ndarray:
        shape = envelope(seconds)
        time = np.arange(len(shape)) / RATE
        wave = sum(harmonics(frequency * factor, time, square) for factor in (1, 1 + detune))
        bright, dark = resonate(wave, cutoff, resonance), resonate(wave, cutoff * 0.35, resonance)
        mix = np.exp(-4 * sweep * time)
        return shape * (mix * bright + (1 - mix) * dark)

    return play


def plucked(random: np.random.Generator) -> Voice:
    """Karplus and Strong (1983): a noise burst in a damped delay line."""
    damping, brightness = random.uniform(0.985, 0.999), random.uniform(0.15, 0.5)
    hardness = random.uniform(0.1, 0.95)

    def play(frequency: float, seconds: float) -> np.ndarray:
        count = int(RATE * min(seconds + 0.4, 3.0))
        period = max(3, int(RATE / frequency - brightness))
        burst = np.zeros(count)
        burst[:period] = np.random.default_rng(period).uniform(-1, 1, min(period, count))[:count]
        burst = lfilter([1 - (1 - hardness) * 0.8], [1, -(1 - hardness) * 0.8], burst)
        loop = np.zeros(period + 2)
        loop[0], loop[period], loop[period + 1] = 1, -damping * (1 - brightness), -damping * brightness
        return fade(lfilter([1], loop, burst), 0.03)

    return play


def organ(random: np.random.Generator) -> Voice:
    """Additive drawbars with tremolo."""
    bars = random.uniform(0, 1, 8) ** 2
    rate, depth = random.uniform(3, 7), random.uniform(0, 0.35)
    envelope = make_envelope(random, sustained=True)

    def play(frequency: float, seconds: float) -> np.ndarray:
        shape = envelope(seconds)
        time = np.arange(len(shape)) / RATE
        ratios = [0.5, 1, 1.5, 2, 3, 4, 5, 6]
        wave = sum(bar * np.sin(2 * np.pi * frequency * ratio * time) for bar, ratio in zip(bars, ratios) if frequency * ratio < RATE / 2)
        return shape * wave * (1 + depth * np.sin(2 * np.pi * rate * time))

    return play


def formant(random: np.random.Generator) -> Voice:
    """A sung vowel: a pulse wave with vibrato through three resonances (Peterson and Barney 1952, averaged)."""
    vowels = [(730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410)]
    size = random.uniform(0.85, 1.25)
    vowel = [value * size for value in vowels[random.integers(len(vowels))]]
    rate, depth, breath = random.uniform(4.5, 6.5), random.uniform(0.003, 0.012), random.uniform(0.005, 0.08)
    envelope = make_envelope(random, sustained=True)

    def play(frequency: float, seconds: float) -> np.ndarray:
        shape = envelope(seconds)
        time = np.arange(len(shape)) / RATE
        phase = 2 * np.pi * frequency * time + depth * frequency / rate * np.sin(2 * np.pi * rate * time)
        limit = max(1, min(24, int(RATE / 2 / frequency)))
        source = sum(np.sin(order * phase) / order for order in range(1, limit)) + breath * noise(len(time))
        return shape * sum(gain * resonate(source, center, 0.975) for center, gain in zip(vowel, (1, 0.6, 0.3)))

    return play


def texture(random: np.random.Generator) -> Voice:
    """Noise rung by a resonance at the pitch: wind, breath, bowed metal."""
    sharpness, partial = random.uniform(0.97, 0.998), random.choice([1, 2, 2.76])
    envelope = make_envelope(random, sustained=True)

    def play(frequency: float, seconds: float) -> np.ndarray:
        shape = envelope(seconds)
        source = noise(len(shape))
        return shape * (resonate(source, frequency, sharpness) + 0.5 * resonate(source, frequency * partial, sharpness))

    return play


def make_envelope(random: np.random.Generator, sustained: bool = False) -> Callable[[float], np.ndarray]:
    """Attack, exponential decay to a level, release."""
    attack = random.choice([0.003, 0.01, 0.04, 0.15] if sustained else [0.002, 0.005, 0.02])
    level = random.uniform(0.6, 1) if sustained else random.uniform(0, 0.5)
    decay, release = random.uniform(1.5, 9), random.uniform(0.04, 0.4)

    def envelope(seconds: float) -> np.ndarray:
        time = np.arange(int(RATE * (seconds + release))) / RATE
        shape = np.minimum(time / attack, 1) * (level + (1 - level) * np.exp(-decay * time))
        return shape * np.clip((seconds + release - time) / release, 0, 1)

    return envelope


def harmonics(frequency: float, time: np.ndarray, square: bool) -> np.ndarray:
    """A saw or square wave summed up to 16 harmonics below the Nyquist frequency."""
    limit = min(17, max(2, int(RATE / 2 / frequency)))
    return sum(np.sin(2 * np.pi * frequency * order * time) / order for order in range(1, limit, 2 if square else 1))


def resonate(signal: np.ndarray, frequency: float, radius: float) -> np.ndarray:
    """A two-pole resonance of about unit gain at its centre."""
    angle = 2 * np.pi * min(frequency, RATE * 0.45) / RATE
    gain = (1 - radius) * np.sqrt(1 - 2 * radius * np.cos(2 * angle) + radius**2)
    return lfilter([gain], [1, -2 * radius * np.cos(angle), radius**2], signal)


def noise(count: int) -> np.ndarray:
    """White noise of about unit level; seeded by its length, so that renders repeat."""
    return np.random.default_rng(count).standard_normal(count)


def fade(signal: np.ndarray, seconds: float) -> np.ndarray:
    """Fades the end out."""
    count = min(len(signal), int(RATE * seconds))
    signal[len(signal) - count :] *= np.linspace(1, 0, count)
    return signal


VOICES = (fm, fm, subtractive, subtractive, plucked, plucked, organ, formant, texture)
