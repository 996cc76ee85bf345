"""CLMR's augmentations of one crop, in NumPy. Presets give each its probability and range.

`paper` has the published probabilities. `light` is what the shipped weights used: on small budgets, augmentations that erase
timbre (filters, pitch, reverb) cost retrieval of recorded music, so it keeps those that only move level and add a little noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, fftconvolve, sosfilt

RATE = 22_050


@dataclass(frozen=True)
class Preset:
    """Probabilities 0..1, and ranges in the unit their name says."""

    polarity: float = 0.8
    noise: float = 0.01
    gain: float = 0.3
    filters: float = 0.8
    delay: float = 0.3
    pitch: float = 0.6
    reverb: float = 0.6
    gain_decibels: tuple[float, float] = (-20.0, -1.0)
    low_pass_hertz: tuple[float, float] = (2_200.0, 4_000.0)
    high_pass_hertz: tuple[float, float] = (200.0, 1_200.0)
    pitch_semitones: float = 7.0
    noise_snr_decibels: tuple[float, float] = (10.0, 40.0)


PRESETS = {
    "none": Preset(polarity=0, noise=0, gain=0, filters=0, delay=0, pitch=0, reverb=0),
    "light": Preset(polarity=0.5, noise=0.2, gain=0.8, filters=0.1, delay=0, pitch=0, reverb=0, gain_decibels=(-12.0, 0.0), low_pass_hertz=(5_000.0, 10_000.0), high_pass_hertz=(30.0, 120.0), noise_snr_decibels=(25.0, 50.0)),
    "paper": Preset(),
}


def augment(crop: np.ndarray, preset: Preset, random: np.random.Generator) -> np.ndarray:
    """float32 [samples] -> float32 [samples]."""
    if random.random() < preset.pitch:
        crop = shift_pitch(crop, random.uniform(-preset.pitch_semitones, preset.pitch_semitones))
    if random.random() < preset.filters:
        low = random.random() < 0.5
        cutoff = random.uniform(*(preset.low_pass_hertz if low else preset.high_pass_hertz))
        crop = sosfilt(butter(2, cutoff, "low" if low else "high", fs=RATE, output="sos"), crop)
    if random.random() < preset.delay:
        crop = add_delay(crop, random.choice([200, 250, 300, 350, 400, 450]))
    if random.random() < preset.reverb:
        crop = add_reverb(crop, random)
    if random.random() < preset.noise:
        snr = random.uniform(*preset.noise_snr_decibels)
        crop = crop + random.standard_normal(len(crop)) * np.sqrt(np.mean(crop**2)) * 10 ** (-snr / 20)
    if random.random() < preset.gain:
        crop = crop * 10 ** (random.uniform(*preset.gain_decibels) / 20)
    if random.random() < preset.polarity:
        crop = -crop
    return np.ascontiguousarray(crop, np.float32)


def shift_pitch(crop: np.ndarray, semitones: float) -> np.ndarray:
    """By playing faster or slower, so the tempo moves too; a crop that gets too short is continued by its mirror."""
    positions = np.arange(len(crop)) * 2 ** (semitones / 12)
    folded = np.abs((positions + len(crop) - 1) % (2 * (len(crop) - 1)) - (len(crop) - 1)) if len(crop) > 1 else positions
    return np.interp(len(crop) - 1 - folded, np.arange(len(crop)), crop)


def add_delay(crop: np.ndarray, milliseconds: int) -> np.ndarray:
    """One echo at half the level."""
    count = int(RATE * milliseconds / 1000)
    echoed = crop.copy()
    echoed[count:] += 0.5 * crop[: max(0, len(crop) - count)]
    return echoed


def add_reverb(crop: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Decaying noise as the room, 0.2 to 1.2 s, a quarter wet."""
    time = np.arange(int(RATE * random.uniform(0.2, 1.2)))
    tail = random.standard_normal(len(time)) * 10 ** (-3 * time / len(time))
    return 0.75 * crop + 0.25 * fftconvolve(crop, tail / np.sqrt((tail**2).sum()))[: len(crop)]
