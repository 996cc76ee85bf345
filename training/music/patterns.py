"""Accompaniment, bass and drum patterns: where in a bar which chord notes sound.

A pattern yields `(position, length, index, accent)`: position and length in beats, `index` of the chord note (-1: all of
them), accent 0..1.
"""

from __future__ import annotations

from collections.abc import Iterator

Hit = tuple[float, float, int, float]


def accompaniment(name: str, beats: int, bar: int, size: int) -> Iterator[Hit]:
    """The hits of one bar; `bar` lets patterns alternate, `size` is the number of notes in the chord."""
    steps = range(beats * 4)
    if name in ("pads", "chorale"):
        parts = 1 if name == "pads" else 2
        for part in range(parts):
            yield part * beats / parts, beats / parts, -1, 0.6
    elif name == "broken":
        order = (0, 1, 2, 1) if size == 3 else (0, 1, 2, 3)
        for step in range(beats * 2):
            yield step / 2, 0.5, order[step % len(order)] % size, 0.7 if step % 2 == 0 else 0.5
    elif name == "arpeggio":
        for step in steps:
            yield step / 4, 0.25, (step + bar) % (size + 1), 0.8 if step % 4 == 0 else 0.55
    elif name == "fingerpick":
        for step, index in enumerate((0, 2, 1, 2, 0, 2, 1, 2)[: beats * 2]):
            yield step / 2, 0.8, index % size, 0.75 if index == 0 else 0.5
    elif name == "eighths":
        for step in range(beats * 2):
            yield step / 2, 0.45, -1 if step % 2 else 1 % size, 0.55
    elif name == "waltz":
        for beat in range(1, beats):
            yield beat, 0.6, -1, 0.55
    elif name in ("stride", "boom-chick", "oompah"):
        for beat in range(beats):
            yield beat + (0.5 if name == "boom-chick" else 0), 0.4, 0 if beat % 2 == 0 and name == "stride" else -1, 0.6
    elif name == "shuffle":
        for beat in range(beats):
            yield beat, 0.5, -1, 0.6
            yield beat + 0.5, 0.3, -1, 0.45
    elif name == "comp":
        for position in ((0, 1.5), (0.5, 2.5), (1.5, 3), (0, 2.5))[bar % 4]:
            yield position, 0.4, -1, 0.6
    elif name == "bossa":
        for position in (0, 1.5, 2, 3.5) if bar % 2 == 0 else (0.5, 1.5, 2.5, 3):
            yield position, 0.5, -1, 0.55
    elif name == "offbeat":
        for beat in range(beats):
            yield beat + 0.5, 0.25, -1, 0.7
    elif name == "sixteenths":
        for step in steps:
            if (step * 7 + bar * 3) % 5 < 3:
                yield step / 4, 0.15, -1 if step % 4 == 2 else step % size, 0.75 if step % 4 == 0 else 0.5
    elif name == "stabs":
        for position in (0.75, 2.25, 3.5) if bar % 2 else (0, 1.75, 3.25):
            yield position, 0.3, -1, 0.7
    elif name == "power":
        for step in range(beats * 2):
            yield step / 2, 0.45, -1, 0.9 if step in (0, 3, 6) else 0.7
    elif name == "gallop":
        for beat in range(beats):
            yield beat, 0.4, -1, 0.9
            yield beat + 0.5, 0.2, 0, 0.7
            yield beat + 0.75, 0.2, 0, 0.7
    elif name == "jig":
        for step in range(beats * 2):
            yield step / 2, 0.4, -1 if step % 3 == 0 else step % size, 0.7 if step % 3 == 0 else 0.45
    elif name == "strum":
        for step in range(beats * 4):
            if step % 6 in (0, 2, 3, 5):
                yield step / 4, 0.25, -1, 0.85 if step % 6 == 0 else 0.5
    elif name == "interlock":
        for step in steps:
            yield step / 4, 0.3, (step * (2 + bar % 2)) % size, 0.7 if step % 2 else 0.5
    elif name == "tango":
        for position in (0, 1, 2, 3, 3.5):
            yield position, 0.3, -1, 0.85 if position in (0, 3.5) else 0.6
    else:
        raise ValueError(f"no accompaniment pattern is called {name!r}")


def bass(name: str, beats: int, bar: int) -> Iterator[tuple[float, float, int]]:
    """Bass hits of one bar as (position, length, degree above the chord's root)."""
    if name == "roots":
        yield 0, beats * 0.95, 0
    elif name == "walking":
        yield from ((beat, 0.95, (0, 2, 4, 5 if bar % 2 else 6)[beat % 4]) for beat in range(beats))
    elif name == "oompah":
        yield from ((beat, 0.8, 0 if beat == 0 else 4) for beat in range(0, beats, 2))
    elif name == "fifths":
        yield from ((0, 1.4, 0), (1.5, 0.5, 4), (2, 1.4, 4), (3.5, 0.5, 0))
    elif name == "syncopated":
        yield from ((0, 0.9, 0), (1.5, 0.4, 4), (2.5, 0.9, 0), (3.5, 0.4, 6 if bar % 2 else 2))
    elif name == "slap":
        yield from ((0, 0.3, 0), (0.75, 0.2, 7), (1.5, 0.3, 0), (2.25, 0.2, 4), (2.5, 0.3, 6), (3.25, 0.2, 7))
    elif name == "octaves":
        yield from ((step / 2, 0.4, 7 * (step % 2)) for step in range(beats * 2))
    elif name == "offbeat":
        yield from ((beat + 0.5, 0.4, 0) for beat in range(beats))
    elif name == "pulse":
        yield from ((step / 4, 0.22, 7 if step % 8 == 6 else 0) for step in range(beats * 4) if step % 4)
    elif name == "sparse":
        yield from ((0, 1.4, 0), (2.5, 0.9, 0 if bar % 2 else 4))
    elif name == "eighths":
        yield from ((step / 2, 0.45, 0) for step in range(beats * 2))
    elif name == "gallop":
        yield from ((beat + part, 0.22, 0) for beat in range(beats) for part in (0, 0.5, 0.75))
    else:
        raise ValueError(f"no bass pattern is called {name!r}")
