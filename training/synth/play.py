"""Plays a composed piece with synthesised instruments."""

from __future__ import annotations

import numpy as np

from training.music.compose import DRUM_CHANNEL, Piece

from .drums import drum_machine
from .voices import RATE, VOICES


def play(piece: Piece, seed: int) -> np.ndarray:
    """Mono float32 at 22,050 Hz; `seed` chooses the instruments, not the notes."""
    random = np.random.default_rng(seed)
    voices = {channel: VOICES[random.integers(len(VOICES))](random) for channel in range(9)}
    levels = {channel: random.uniform(0.5, 1.3) for channel in range(10)}
    machine = drum_machine(random)
    mix = np.zeros(int(RATE * (piece.seconds + 4)), np.float32)
    kept: dict[tuple, np.ndarray] = {}
    for note in piece.notes:
        length = round(min(note.length, 4.0), 1) or 0.05
        key = (note.channel, note.pitch, length)
        if key not in kept:
            sound = machine(note.pitch) if note.channel == DRUM_CHANNEL else voices[note.channel](440 * 2 ** ((note.pitch - 69) / 12), length)
            kept[key] = 0.3 * sound / (np.abs(sound).max() + 1e-6)
        sound = kept[key]
        start = int(note.start * RATE)
        stop = min(start + len(sound), len(mix))
        mix[start:stop] += sound[: stop - start] * (note.velocity / 127) ** 1.5 * levels.get(note.channel, 1.0)
    return mix[: int(RATE * piece.seconds)]
