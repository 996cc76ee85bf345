"""What happens to a track between the instrument and the file: one chain per track, constant over it.

Because both crops of a track share the chain, it adds the variety of recordings without teaching the network to ignore timbre.
Training and validation use different ranges, rooms and codecs (CHAINS["train"], CHAINS["validation"]).
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

RATE = 22_050


@dataclass(frozen=True)
class Chain:
    """Probabilities 0..1 of each effect, and the codecs as ffmpeg arguments with their container."""

    equalise: float
    compress: float
    saturate: float
    room: float
    noise: float
    codec: float
    codecs: tuple[tuple[str, ...], ...]
    decay: tuple[float, float]  # seconds to -60 dB


CHAINS = {
    "train": Chain(0.8, 0.6, 0.4, 0.6, 0.5, 0.5, (("mp3", "libmp3lame", "48k"), ("mp3", "libmp3lame", "96k"), ("ogg", "libopus", "32k"), ("ogg", "libopus", "64k")), (0.15, 1.4)),
    "validation": Chain(0.9, 0.7, 0.5, 0.8, 0.7, 0.8, (("ogg", "libvorbis", "48k"), ("adts", "aac", "64k"), ("mp3", "libmp3lame", "64k")), (0.3, 2.2)),
}


def apply_chain(signal: np.ndarray, seed: int, kind: str = "train") -> np.ndarray:
    """Mono float32 at 22,050 Hz in and out, the same length, peak 0.5..0.95."""
    chain, random = CHAINS[kind], np.random.default_rng(seed)
    signal = signal / (np.abs(signal).max() + 1e-9)
    if random.random() < chain.room:
        signal = add_room(signal, random.uniform(*chain.decay), random.uniform(0.05, 0.45), random)
    if random.random() < chain.equalise:
        signal = equalise(signal, random)
    if random.random() < chain.saturate:
        drive = random.uniform(0.5, 4)
        signal = np.tanh(drive * signal / (np.abs(signal).max() + 1e-9))
    if random.random() < chain.compress:
        signal = compress(signal, random.uniform(2, 6), random.uniform(-30, -12))
    if random.random() < chain.noise:
        signal = add_noise(signal, random)
    signal = signal / (np.abs(signal).max() + 1e-9) * random.uniform(0.5, 0.95)
    if random.random() < chain.codec:
        signal = through_codec(signal, *chain.codecs[random.integers(len(chain.codecs))])
    return signal.astype(np.float32)


def add_room(signal: np.ndarray, decay: float, wet: float, random: np.random.Generator) -> np.ndarray:
    """Convolves with early reflections and exponentially decaying noise that darkens."""
    time = np.arange(int(RATE * decay)) / RATE
    tail = random.standard_normal(len(time)) * 10 ** (-3 * time / decay)
    tail = lfilter([1], [1, -random.uniform(0.2, 0.85)], tail)
    for _ in range(6):
        tail[random.integers(50, max(60, int(RATE * 0.05)))] += random.uniform(-3, 3)
    tail /= np.sqrt((tail**2).sum())
    return (1 - wet) * signal + wet * fftconvolve(signal, tail)[: len(signal)]


def equalise(signal: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Two to four peaks or shelves of up to 9 dB (Bristow-Johnson's cookbook), sometimes a band limit."""
    for _ in range(random.integers(2, 5)):
        signal = peak_filter(signal, float(np.exp(random.uniform(np.log(60), np.log(9_000)))), random.uniform(-9, 9), random.uniform(0.4, 2))
    if random.random() < 0.25:
        signal = sosfilt(butter(2, random.uniform(3_500, 9_500), "low", fs=RATE, output="sos"), signal)
    if random.random() < 0.25:
        signal = sosfilt(butter(2, random.uniform(40, 200), "high", fs=RATE, output="sos"), signal)
    return signal


def peak_filter(signal: np.ndarray, frequency: float, gain: float, quality: float) -> np.ndarray:
    """One peaking biquad; gain in dB."""
    amplitude, angle = 10 ** (gain / 40), 2 * np.pi * frequency / RATE
    alpha = np.sin(angle) / (2 * quality)
    above = [1 + alpha * amplitude, -2 * np.cos(angle), 1 - alpha * amplitude]
    below = [1 + alpha / amplitude, -2 * np.cos(angle), 1 - alpha / amplitude]
    return lfilter(above, below, signal)


def compress(signal: np.ndarray, ratio: float, threshold: float) -> np.ndarray:
    """Feed-forward compression on an envelope of 50 ms; threshold in dB below the peak."""
    smoothing = np.exp(-1 / (0.05 * RATE))
    level = 10 * np.log10(lfilter([1 - smoothing], [1, -smoothing], signal**2) + 1e-9)
    over = np.maximum(level - threshold, 0)
    return signal * 10 ** (-over * (1 - 1 / ratio) / 20)


def add_noise(signal: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Tape hiss, mains hum or vinyl crackle, 30 to 60 dB below the peak."""
    count, level = len(signal), 10 ** (-random.uniform(30, 60) / 20) * np.abs(signal).max()
    kind = random.integers(3)
    if kind == 0:
        return signal + level * lfilter([1], [1, -random.uniform(0, 0.7)], random.standard_normal(count))
    if kind == 1:
        time, mains = np.arange(count) / RATE, random.choice([50, 60])
        return signal + level * sum(np.sin(2 * np.pi * mains * order * time) / order for order in (1, 2, 3, 5))
    clicks = (random.random(count) < random.uniform(2, 30) / RATE) * random.uniform(-8, 8, count)
    return signal + level * (lfilter([1], [1, -0.6], clicks) + 0.3 * random.standard_normal(count))


def through_codec(signal: np.ndarray, container: str, codec: str, rate: str) -> np.ndarray:
    """Encodes and decodes with ffmpeg; the codec's delay stays, the length is restored."""
    source = ["-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0"]
    resample = ["-ar", "48000"] if codec == "libopus" else []
    packed = convert([*source, *resample, "-c:a", codec, "-b:a", rate, "-f", container], signal.astype("<f4").tobytes())
    raw = convert(["-i", "pipe:0", "-f", "f32le", "-ar", str(RATE), "-ac", "1"], packed)
    decoded = np.frombuffer(raw, "<f4")
    return np.pad(decoded, (0, max(0, len(signal) - len(decoded))))[: len(signal)]


def convert(arguments: list[str], data: bytes) -> bytes:
    """Pipes data through ffmpeg."""
    return subprocess.run(["ffmpeg", "-v", "error", *arguments, "pipe:1"], input=data, capture_output=True, check=True).stdout
