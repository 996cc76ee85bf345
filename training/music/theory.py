"""Scales, chords and meters: the little music theory that the composer needs."""

from __future__ import annotations

# Semitones above the tonic.
SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "harmonic-minor": (0, 2, 3, 5, 7, 8, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "phrygian": (0, 1, 4, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "blues": (0, 3, 5, 6, 7, 10, 12),
    "pentatonic": (0, 2, 4, 7, 9, 12, 14),
    "slendro": (0, 2, 5, 7, 9, 12, 14),
}

PITCH_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


def scale_pitch(tonic: int, scale: str, degree: int) -> int:
    """MIDI pitch of a scale degree; degree 0 is `tonic`, 7 the octave above, negative ones lie below."""
    steps = SCALES[scale]
    octave, index = divmod(degree, 7)
    return tonic + 12 * octave + steps[index]


def chord_degrees(root: int, size: int) -> list[int]:
    """Stacked thirds over a scale degree: `size` 3 is a triad, 4 a seventh chord, 5 a ninth chord."""
    return [root + 2 * third for third in range(size)]


def key_name(tonic: int, scale: str) -> str:
    """For people, e.g. `Eb minor`."""
    return f"{PITCH_NAMES[tonic % 12]} {scale}"
