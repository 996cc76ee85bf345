"""Composes a piece: harmony, a melody made of varied motifs, accompaniment, bass and drums, played by humans."""

from __future__ import annotations

import random
from dataclasses import dataclass

from .patterns import accompaniment, bass
from .styles import STYLES, Style
from .theory import chord_degrees, key_name, scale_pitch

DRUM_CHANNEL = 9


@dataclass(frozen=True)
class Note:
    """One note: start and length in seconds, MIDI channel, pitch 0..127, velocity 1..127."""

    start: float
    length: float
    channel: int
    pitch: int
    velocity: int


@dataclass(frozen=True)
class Piece:
    """A composed and performed piece. `programs` maps channels to General MIDI programs."""

    style: str
    seed: int
    take: int
    tempo: int
    key: str
    seconds: float
    programs: dict[int, int]
    pans: dict[int, int]
    notes: list[Note]


def compose(style: str, seed: int, *, take: int = 0, seconds: float = 30.0, taste: random.Random | None = None) -> Piece:
    """Composes one piece.

    style: a name in STYLES. seed: the composition; the same seed is the same piece. take: another performance of it, with
    other tempo, timing, dynamics and, from take 1 on, sometimes other instruments. taste: an artist's generator, which
    chooses instruments and tempo, so that one artist's pieces are related.
    """
    kind = STYLES[style]
    score = random.Random(f"score-{style}-{seed}")
    player = random.Random(f"player-{style}-{seed}-{take}")
    chooser = taste or random.Random(f"taste-{style}-{seed}")

    base = chooser.uniform(0, 1) * 0.5 + score.uniform(0, 1) * 0.5
    tempo = round(kind.tempo[0] + base * (kind.tempo[1] - kind.tempo[0]))
    if take:
        tempo = round(tempo * player.uniform(0.94, 1.07))
    scale = score.choice(kind.scales)
    tonic = score.randrange(55, 67)
    programs = choose_programs(kind, chooser if take < 2 else player)
    notes = perform(write_score(kind, score, tonic, scale, seconds, tempo), kind, player, tempo, seconds)
    pans = {channel: player.choice((40, 50, 58, 70, 80, 88)) for channel in programs}
    return Piece(style, seed, take, tempo, key_name(tonic, scale), seconds, programs, pans, notes)


def choose_programs(kind: Style, chooser: random.Random) -> dict[int, int]:
    """Channel to General MIDI program: 0 lead, 1 chords, 2 bass, 3 pad, 9 the drum kit."""
    programs = {}
    for channel, choices in enumerate((kind.lead, kind.chords, kind.bass, kind.pad)):
        if choices:
            programs[channel] = chooser.choice(choices)
    if kind.drums:
        programs[DRUM_CHANNEL] = kind.kit
    return programs


Event = tuple[float, float, int, int, float]  # beat, length in beats, channel, pitch, loudness 0..1


def write_score(kind: Style, score: random.Random, tonic: int, scale: str, seconds: float, tempo: int) -> list[Event]:
    """The piece on paper: sections A and B with their own progressions and motifs, then all parts bar by bar."""
    bars = int(seconds * tempo / 60 / kind.beats) + 2
    sections = [make_section(kind, score) for _ in range(2)]
    form = score.choice(("AABA", "AAB", "ABAB", "AABB"))
    intro = score.choice((0, 0, 1, 2)) if bars > 10 else 0
    events: list[Event] = []
    degree = 0
    for bar in range(bars):
        name = form[(bar // 8) % len(form)]
        section = sections[0 if name == "A" else 1]
        root = section["progression"][bar % len(section["progression"])]
        start = bar * kind.beats
        events += write_chords(kind, start, bar, tonic, scale, root)
        events += write_bass(kind, start, bar, tonic, scale, root)
        events += write_drums(kind, start, bar, score)
        if bar >= intro and kind.lead:
            melody, degree = write_melody(kind, score, start, bar, tonic, scale, root, section["motifs"], degree)
            events += melody
    return events


def make_section(kind: Style, score: random.Random) -> dict:
    """A progression and the rhythmic and melodic motifs that make a section recognisable."""
    return {
        "progression": score.choice(kind.progressions),
        "motifs": [make_motif(kind, score) for _ in range(score.choice((2, 2, 3)))],
    }


def make_motif(kind: Style, score: random.Random) -> list[tuple[float, float, int]]:
    """One bar of melody: (position, length in beats, step in the scale relative to the note before)."""
    grid = 0.25 if kind.density > 1.7 else 0.5
    count = max(1, round(kind.density * kind.beats * score.uniform(0.6, 1.2)))
    slots = [slot * grid for slot in range(int(kind.beats / grid))]
    weights = [3.0 if slot % 1 == 0 else 1.0 for slot in slots]
    positions = sorted({score.choices(slots, weights)[0] for _ in range(count * 2)})[: max(count, 1)]
    ends = positions[1:] + [float(kind.beats)]
    steps = [score.choice((-2, -1, -1, 0, 1, 1, 2, score.choice((-4, 3, 4)))) for _ in positions]
    return [(position, (end - position) * 0.92, step) for position, end, step in zip(positions, ends, steps)]


def write_melody(kind: Style, score: random.Random, start: float, bar: int, tonic: int, scale: str, root: int, motifs: list, degree: int):
    """A motif over the bar's chord, varied: strong beats land on chord notes, phrases breathe."""
    if bar % 8 == 7 and score.random() < 0.5:
        return [], degree
    events: list[Event] = []
    motif = motifs[(0, 1, 0, 2, 0, 1, 0, 1)[bar % 8] % len(motifs)]
    shift = kind.register - tonic
    lift = 7 * round(shift / 12)
    for position, length, step in motif:
        if score.random() < 0.12:
            step += score.choice((-1, 1))
        degree = max(-4, min(9, degree + step))
        if position % 2 == 0:
            degree = min(chord_degrees(root % 7, kind.chord_size) + [root % 7 + 7, root % 7 - 7], key=lambda tone: abs(tone - degree))
        pitch = scale_pitch(tonic, scale, degree + lift)
        events.append((start + position, length, 0, pitch, 0.82 if position % 1 == 0 else 0.7))
    return events, degree


def write_chords(kind: Style, start: float, bar: int, tonic: int, scale: str, root: int) -> list[Event]:
    """Accompaniment and pad; chords are kept in one octave around the tonic so that voices move little."""
    tones = sorted(close_to(scale_pitch(tonic, scale, degree), tonic) for degree in chord_degrees(root, kind.chord_size))
    if kind.accompaniment in ("power", "gallop"):
        low = close_to(scale_pitch(tonic, scale, root), tonic - 12)
        tones = [low, low + 7, low + 12]
    events: list[Event] = []
    if kind.chords:
        for position, length, index, accent in accompaniment(kind.accompaniment, kind.beats, bar, len(tones)):
            if position >= kind.beats:
                continue
            chosen = tones if index < 0 else [tones[index % len(tones)] + 12 * (index // len(tones))]
            events += [(start + position, length, 1, pitch, accent * 0.8) for pitch in chosen]
    if kind.pad:
        events += [(start, kind.beats, 3, pitch, 0.45) for pitch in tones]
    return events


def write_bass(kind: Style, start: float, bar: int, tonic: int, scale: str, root: int) -> list[Event]:
    """The bass line, two octaves below the tonic."""
    if not kind.bass:
        return []
    return [
        (start + position, length, 2, scale_pitch(tonic - 24, scale, root % 7 + degree), 0.8)
        for position, length, degree in bass(kind.bass_pattern, kind.beats, bar)
        if position < kind.beats
    ]


def write_drums(kind: Style, start: float, bar: int, score: random.Random) -> list[Event]:
    """The style's patterns, with a fill at the end of every eighth bar."""
    events: list[Event] = []
    steps = kind.beats * 4
    fill_from = steps - 4 if bar % 8 == 7 else steps
    for drum, pattern in kind.drums.items():
        for step in range(min(steps, fill_from)):
            mark = pattern[step % len(pattern)]
            if mark == "." or (mark == "o" and score.random() < 0.5):
                continue
            events.append((start + step / 4, 0.2, DRUM_CHANNEL, drum, {"X": 1.0, "x": 0.75, "o": 0.5}[mark]))
    if kind.drums and fill_from < steps:
        events += [(start + step / 4, 0.2, DRUM_CHANNEL, score.choice((38, 41, 45, 48)), 0.7) for step in range(fill_from, steps)]
    return events


def close_to(pitch: int, target: int) -> int:
    """The same pitch class, within an octave above `target`."""
    return target + (pitch - target) % 12


def perform(events: list[Event], kind: Style, player: random.Random, tempo: int, seconds: float) -> list[Note]:
    """Plays the score: swing, loose timing, dynamics that rise and fall, nothing after `seconds`."""
    beat_seconds = 60 / tempo
    looseness = player.uniform(0.003, 0.012)
    notes = []
    for beat, length, channel, pitch, loudness in sorted(events):
        whole, part = divmod(beat, 1)
        if kind.swing and abs(part - 0.5) < 0.01:
            part += kind.swing / 2
        start = max(0.0, (whole + part) * beat_seconds + player.gauss(0, looseness))
        if start >= seconds - 0.1:
            continue
        arch = 0.92 + 0.08 * ((beat / kind.beats) % 8) / 8
        velocity = int(max(18, min(124, 112 * loudness * arch * player.uniform(0.9, 1.08))))
        notes.append(Note(start, max(0.05, length * beat_seconds), channel, max(12, min(115, pitch)), velocity))
    return notes
