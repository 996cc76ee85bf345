"""Endless acoustic variety from few renders, for distillation: because the target is computed from the varied audio, nothing is lost by it.

A chain is drawn once for a pair of windows of a track (speed, another track mixed in, EQ, band limits, room, saturation, a moving
level, noise), so that the two stay a pair for NT-Xent.
"""

from __future__ import annotations

import numpy as np

from .dataset import QUIET
from .descriptors import RATE
from .level import to_level
from .model import WINDOW

SIZE = 65_536
OCTAVES = np.log2(np.maximum(np.fft.rfftfreq(SIZE, 1 / RATE), 20.0) / 20)


def draw_varied_pairs(tracks: list[np.ndarray], count: int, random: np.random.Generator) -> np.ndarray:
    """Two windows from each of `count` tracks, one of its first half and one of its second: float32 [2 * count, 59049], firsts then seconds."""
    chosen = random.choice(len(tracks), size=count, replace=count > len(tracks))
    pairs = [vary(tracks[index], tracks[random.integers(len(tracks))], random) for index in chosen]
    return np.concatenate((np.stack([pair[0] for pair in pairs]), np.stack([pair[1] for pair in pairs])))


def vary(track: np.ndarray, other: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """One pair: float32 [2, 59049]."""
    pair = cut_pair(track, 2 ** random.uniform(-0.5, 0.5) if random.random() < 0.4 else 1.0, random)
    if random.random() < 0.3:
        second = cut_pair(other, 2 ** random.uniform(-0.5, 0.5), random)
        pair = pair + second * 10 ** (random.uniform(-15, 3) / 20)
    if random.random() < 0.02:
        pair = random.standard_normal(pair.shape)
    if random.random() < 0.8:
        pair = shape_spectrum(pair, response(random), random)
    if random.random() < 0.2:
        pair = np.tanh(random.uniform(0.5, 6) * pair / (np.abs(pair).max() + 1e-9))
    if random.random() < 0.25:
        pair = move_level(pair, random)
    if random.random() < 0.3:
        noise = shape_spectrum(random.standard_normal(pair.shape), 10 ** (slow_curve(random, 8) / 20), random)
        pair = pair + noise * rms(pair) / (rms(noise) + 1e-9) * 10 ** (-random.uniform(5, 45) / 20)
    return to_level(pair if random.random() < 0.5 else -pair)


def spoil(signal: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """What happens to music on its way and should not be heard: band limits, a room, an equaliser, saturation, noise. float32 [count, 59049], each
    window by itself, at the level that the network hears."""
    return to_level(np.stack([spoil_one(window[None].astype(np.float64), random)[0] for window in signal]))


def spoil_one(window: np.ndarray, random: np.random.Generator) -> np.ndarray:
    if random.random() < 0.35:
        window = shape_spectrum(window, band_pass(random.uniform(50, 500), random.uniform(2000, 8000)), random)
    if random.random() < 0.3:
        window = shape_spectrum(window, room(0.5, random.uniform(0.2, 0.8), random), random)
    if random.random() < 0.4:
        window = shape_spectrum(window, response(random), random)
    if random.random() < 0.15:
        window = np.tanh(random.uniform(0.5, 5) * window / (np.abs(window).max() + 1e-9))
    if random.random() < 0.5:
        noise = random.standard_normal(window.shape)
        if random.random() < 0.5:
            noise = shape_spectrum(noise, 10 ** (slow_curve(random, 8) / 20), random)
        window = window + noise * rms(window) / (rms(noise) + 1e-9) * 10 ** (-random.uniform(5, 35) / 20)
    return window


def cut_pair(track: np.ndarray, speed: float, random: np.random.Generator) -> np.ndarray:
    """A window of each half of an int16 track, played `speed` times faster: [2, 59049] of deviation 1."""
    middle = len(track) // 2
    samples = min(int(WINDOW * speed) + 2, middle)
    parts = []
    for begin in (0, middle):
        for _ in range(5):
            start = begin + random.integers(middle - samples + 1)
            part = track[start : start + samples].astype(np.float32) / 32_768
            if rms(part) > QUIET:
                break
        parts.append(part[:WINDOW] if speed == 1 else np.interp(np.minimum(np.arange(WINDOW) * speed, samples - 1), np.arange(samples), part))
    return np.stack(parts) / (rms(np.stack(parts)) + 1e-6)


def response(random: np.random.Generator) -> np.ndarray:
    """An equaliser's response on the FFT's bins: a random curve, a tilt, sometimes band limits, sometimes a room's."""
    curve = slow_curve(random, random.uniform(2, 9))
    curve += random.normal(0, 1.5) * (OCTAVES - 5)
    if random.random() < 0.3:
        curve -= 24 * np.maximum(0, OCTAVES - random.uniform(6.5, 9.2))
    if random.random() < 0.25:
        curve -= 18 * np.maximum(0, random.uniform(0.5, 4.5) - OCTAVES)
    gain = 10 ** (curve / 20)
    return gain * room(random.uniform(0.1, 1.2), random.uniform(0.05, 0.6), random) if random.random() < 0.35 else gain


def room(seconds: float, wet: float, random: np.random.Generator) -> np.ndarray:
    """A room's response on the FFT's bins: noise that falls by 60 dB in that time, `wet` of it beside what comes direct."""
    time = np.arange(int(RATE * seconds))
    tail = random.standard_normal(len(time)) * 10 ** (-3 * time / len(time))
    return (1 - wet) + wet * np.fft.rfft(tail / np.sqrt((tail**2).sum()), SIZE)


def band_pass(lowest: float, highest: float) -> np.ndarray:
    """Butterworth slopes of 24 dB an octave at both ends (Hz), zero phase."""
    frequency = np.maximum(np.fft.rfftfreq(SIZE, 1 / RATE), 1.0)
    return 1 / np.sqrt((1 + (lowest / frequency) ** 8) * (1 + (frequency / highest) ** 8))


def slow_curve(random: np.random.Generator, decibels: float) -> np.ndarray:
    """A smooth random curve over the octaves, of about that deviation."""
    return np.interp(OCTAVES, np.linspace(0, 9.2, 14), random.normal(0, decibels, 14))


def shape_spectrum(pair: np.ndarray, gain: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Filters both windows by the response, and scales the pair back to deviation 1."""
    out = np.fft.irfft(np.fft.rfft(pair, SIZE) * gain, SIZE)[:, :WINDOW]
    return out / (rms(out) + 1e-6)


def move_level(pair: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A level that moves by some dB, in the whole or like a gate, 1 to 16 times a second."""
    knots = random.integers(3, 44)
    curve = np.interp(np.arange(WINDOW), np.linspace(0, WINDOW, knots), random.normal(0, random.uniform(2, 9), knots))
    return pair * 10 ** (curve / 20)


def rms(signal: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(signal, dtype=np.float64))))
