"""The table of styles. A style says what varies between kinds of music; the composer does the rest.

`drums` are patterns over 16 steps a bar (12 in 3/4 and 6/8): for each General MIDI drum a string, `x` a hit, `X` an
accent, `o` a soft hit that is sometimes left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field

KICK, SNARE, RIM, CLAP, HAT, OPEN_HAT, RIDE, CRASH = 36, 38, 37, 39, 42, 46, 51, 49
TAMBOURINE, COWBELL, CONGA_HIGH, CONGA_LOW, CLAVE, SHAKER, TOM_LOW, TOM_HIGH, BRUSH = 54, 56, 62, 64, 75, 70, 41, 48, 40


@dataclass(frozen=True)
class Style:
    """One kind of music.

    tempo: beats a minute, from and to. progressions: scale degrees, one chord a bar. accompaniment: name of a pattern in
    patterns.py. lead, chords, bass, pad: General MIDI programs to choose from; empty means the part is absent.
    density: melody notes a beat. chord_size: notes in a chord. swing: 0 straight, 0.33 triplet feel.
    """

    tempo: tuple[int, int]
    scales: tuple[str, ...]
    progressions: tuple[tuple[int, ...], ...]
    accompaniment: str
    lead: tuple[int, ...]
    chords: tuple[int, ...]
    bass: tuple[int, ...] = ()
    pad: tuple[int, ...] = ()
    drums: dict[int, str] = field(default_factory=dict)
    bass_pattern: str = "roots"
    beats: int = 4
    density: float = 1.5
    chord_size: int = 3
    swing: float = 0.0
    kit: int = 0
    register: int = 72
    tags: tuple[str, ...] = ()


STYLES: dict[str, Style] = {
    "baroque": Style((76, 116), ("minor", "major"), ((0, 3, 4, 0), (0, 4, 5, 2, 3, 0, 3, 4)), "broken", (6, 73, 68), (6,), (42, 6), (), {}, "walking", density=2.5, register=74, tags=("acoustic", "classical")),
    "string-quartet": Style((60, 104), ("major", "minor"), ((0, 5, 3, 4), (0, 3, 0, 4)), "eighths", (40,), (41, 40), (42,), (48,), {}, "roots", density=1.6, tags=("acoustic", "classical", "strings")),
    "waltz": Style((120, 168), ("major", "minor"), ((0, 0, 4, 4, 4, 4, 0, 0), (0, 5, 1, 4)), "waltz", (21, 40, 71, 0), (0, 21), (32, 43), (), {}, "roots", beats=3, density=1.2, tags=("acoustic", "dance")),
    "ragtime": Style((92, 120), ("major",), ((0, 3, 0, 4), (0, 5, 1, 4)), "stride", (0, 3), (0, 3), (58,), (), {}, "oompah", density=3.0, register=76, tags=("acoustic", "piano", "happy")),
    "blues": Style((68, 112), ("blues",), ((0, 0, 0, 0, 3, 3, 0, 0, 4, 3, 0, 4),), "shuffle", (22, 26, 66), (16, 0, 25), (32, 33), (), {KICK: "x.....x.x.......", SNARE: "....x.......x...", RIDE: "x..ox..ox..ox..o"}, "walking", density=1.4, chord_size=4, swing=0.33, tags=("guitar", "slow")),
    "bebop": Style((150, 216), ("dorian", "mixolydian"), ((1, 4, 0, 5), (1, 4, 2, 5, 1, 4, 0, 0)), "comp", (65, 56, 66), (0, 26), (32,), (), {RIDE: "x..xx..xx..xx..x", HAT: "....x.......x...", KICK: "o.......o....o.."}, "walking", density=2.6, chord_size=4, swing=0.3, tags=("jazz", "fast")),
    "bossa-nova": Style((116, 140), ("major", "dorian"), ((0, 5, 1, 4), (0, 0, 1, 4)), "bossa", (73, 66, 11, 24), (24,), (32,), (48,), {RIM: "x..x..x...x..x..", SHAKER: "x.xxx.xxx.xxx.xx", KICK: "x..xx..xx..xx..x"}, "fifths", density=1.1, chord_size=4, tags=("latin", "calm")),
    "reggae": Style((68, 84), ("minor", "major"), ((0, 3, 0, 4), (0, 5, 3, 4)), "offbeat", (17, 57, 27), (28, 16), (33, 38), (), {KICK: "........X.......", RIM: "........x.......", HAT: "x.xxx.xxx.xxx.xx"}, "syncopated", density=0.9, tags=("groove",)),
    "funk": Style((96, 116), ("dorian", "mixolydian"), ((0, 0, 3, 0), (0, 0, 0, 4)), "sixteenths", (61, 65, 81), (27, 7), (36, 37), (), {KICK: "X..x..x...x..x..", SNARE: "....X..o.o..X..o", HAT: "xxxxxxxxxxxxxxxx"}, "slap", density=1.6, chord_size=4, tags=("groove", "dance")),
    "disco": Style((112, 126), ("minor", "dorian"), ((0, 5, 3, 4), (0, 2, 5, 4)), "offbeat", (48, 61, 81), (27, 4), (33, 38), (48, 50), {KICK: "x...x...x...x...", CLAP: "....x.......x...", OPEN_HAT: "..x...x...x...x.", HAT: "x.x.x.x.x.x.x.x."}, "octaves", density=1.0, tags=("dance",)),
    "house": Style((120, 128), ("minor", "dorian"), ((0, 0, 5, 3), (0, 2, 3, 3)), "stabs", (80, 81, 4), (4, 90), (38, 39), (89, 90), {KICK: "X...X...X...X...", CLAP: "....x.......x...", OPEN_HAT: "..x...x...x...x.", SHAKER: "xoxoxoxoxoxoxoxo"}, "offbeat", density=0.8, chord_size=4, kit=25, tags=("electronic", "dance")),
    "techno": Style((126, 138), ("minor", "phrygian"), ((0, 0, 0, 0), (0, 0, 0, 5)), "sixteenths", (81, 87), (80, 87), (38, 39), (92,), {KICK: "X...X...X...X...", HAT: "..x...x...x...x.", RIM: "...x..x....x..x.", CLAP: "............x..."}, "pulse", density=0.5, kit=25, tags=("electronic", "dark")),
    "trance": Style((132, 142), ("minor",), ((0, 5, 2, 6), (0, 3, 5, 4)), "arpeggio", (81, 90), (81, 90), (38,), (89, 95), {KICK: "X...X...X...X...", OPEN_HAT: "..x...x...x...x.", CLAP: "....x.......x..."}, "offbeat", density=1.2, kit=25, tags=("electronic", "bright")),
    "drum-and-bass": Style((168, 176), ("minor", "dorian"), ((0, 0, 5, 5), (0, 3, 0, 4)), "pads", (80, 11, 4), (4, 89), (38, 39), (95, 89), {KICK: "X.........x.....", SNARE: "....X.......X..o", HAT: "x.xox.xox.xox.xo"}, "sparse", density=0.7, chord_size=4, kit=24, tags=("electronic", "fast")),
    "ambient": Style((50, 70), ("lydian", "pentatonic"), ((0, 3, 0, 4), (0, 1, 0, 3)), "pads", (88, 98, 79), (89, 94), (), (91, 95, 99), {}, "roots", density=0.35, chord_size=5, tags=("calm", "slow")),
    "synthwave": Style((84, 110), ("minor",), ((0, 5, 2, 6), (0, 6, 5, 4)), "arpeggio", (81, 80), (81, 62), (38, 39), (90, 50), {KICK: "X...x...X...x...", SNARE: "....X.......X...", HAT: "x.x.x.x.x.x.x.x."}, "pulse", density=0.9, kit=24, tags=("electronic", "retro")),
    "rock": Style((108, 140), ("minor", "mixolydian", "major"), ((0, 5, 3, 4), (0, 6, 3, 0)), "power", (30, 29), (29, 30), (34, 33), (), {KICK: "X.....x.X.x.....", SNARE: "....X.......X...", HAT: "x.x.x.x.x.x.x.x.", CRASH: "o..............."}, "eighths", density=1.2, tags=("guitar", "loud")),
    "metal": Style((140, 180), ("phrygian", "harmonic-minor"), ((0, 0, 1, 0), (0, 5, 6, 0)), "gallop", (30,), (30,), (34,), (), {KICK: "xxx.xxx.xxx.xxx.", SNARE: "....X.......X...", CRASH: "x.......x......."}, "gallop", density=2.0, register=76, tags=("guitar", "loud", "fast")),
    "punk": Style((170, 196), ("major", "mixolydian"), ((0, 3, 4, 3), (0, 4, 5, 3)), "power", (29,), (29, 30), (34,), (), {KICK: "X.x.....X.x.....", SNARE: "....X.......X...", OPEN_HAT: "x.x.x.x.x.x.x.x."}, "eighths", density=1.0, tags=("guitar", "loud", "fast")),
    "country": Style((96, 124), ("major",), ((0, 3, 0, 4), (0, 0, 3, 4)), "boom-chick", (110, 25, 22), (25, 105), (32, 33), (), {KICK: "x.......x.......", SNARE: "....x.......x..o", HAT: "..x...x...x...x."}, "oompah", density=1.8, tags=("acoustic", "guitar")),
    "folk": Style((80, 116), ("major", "dorian"), ((0, 4, 5, 3), (0, 3, 0, 4)), "fingerpick", (24, 73, 22), (24, 25), (), (), {}, "roots", density=1.2, tags=("acoustic", "guitar", "calm")),
    "celtic": Style((104, 128), ("dorian", "mixolydian", "major"), ((0, 6, 0, 4), (0, 3, 6, 0)), "jig", (72, 110, 109), (24, 46), (), (48,), {TOM_LOW: "x..x..x..x..", SHAKER: "xoxxoxxoxxox"}, "roots", beats=3, density=3.0, register=76, tags=("acoustic", "dance")),
    "flamenco": Style((100, 132), ("phrygian",), ((3, 2, 1, 0), (0, 1, 0, 1)), "strum", (24,), (24,), (), (), {CLAP: "..x..x.x.x.x", TOM_LOW: "x.....o.....", }, "roots", beats=3, density=2.8, tags=("acoustic", "guitar")),
    "gamelan": Style((84, 108), ("slendro",), ((0, 0, 3, 3), (0, 4, 3, 0)), "interlock", (11, 14), (12, 108), (14,), (), {}, "sparse", density=2.0, register=72, tags=("percussion", "bells")),
    "march": Style((112, 124), ("major",), ((0, 0, 4, 0), (0, 3, 4, 0)), "oompah", (56, 72), (60, 61), (58,), (), {KICK: "x.......x.......", SNARE: "x..xx.x.x..xx.xx", CRASH: "........o......."}, "oompah", density=1.8, tags=("brass", "loud")),
    "choir": Style((60, 84), ("major", "minor"), ((0, 3, 4, 0), (0, 5, 3, 4)), "chorale", (52, 53), (52,), (19,), (19,), {}, "roots", density=0.9, chord_size=4, tags=("voices", "calm", "slow")),
    "chiptune": Style((130, 168), ("major", "minor"), ((0, 5, 3, 4), (0, 6, 5, 4)), "arpeggio", (80,), (80, 81), (80, 87), (), {KICK: "x.......x.......", RIM: "....x.......x...", HAT: "x.x.x.x.x.x.x.x."}, "octaves", density=2.4, kit=25, register=76, tags=("electronic", "retro", "happy")),
    "hip-hop": Style((80, 96), ("minor", "dorian"), ((0, 0, 5, 4), (0, 3, 0, 3)), "stabs", (4, 11, 0), (4, 0), (38, 33), (48,), {KICK: "X..x...x..x.....", SNARE: "....X.......X...", HAT: "x.xxx.x.x.xxx.xo"}, "sparse", density=0.6, chord_size=4, swing=0.18, kit=24, tags=("groove", "slow")),
    "soul-ballad": Style((60, 78), ("major", "dorian"), ((0, 5, 1, 4), (0, 2, 3, 4)), "comp", (66, 53, 26), (4, 16), (33,), (48,), {KICK: "x.....x.x.......", RIM: "....x.......x...", HAT: "x.x.x.x.x.x.x.x."}, "syncopated", density=1.0, chord_size=4, tags=("slow", "calm")),
    "afrobeat": Style((104, 120), ("dorian", "mixolydian"), ((0, 0, 0, 0), (0, 0, 4, 4)), "sixteenths", (66, 56, 27), (27, 16), (33,), (), {KICK: "x..x..x.x..x....", SNARE: "..o.x.o...o.x..o", SHAKER: "xxxxxxxxxxxxxxxx", CONGA_HIGH: "x..x..x...x.x...", CONGA_LOW: "..x...x..x....xx"}, "syncopated", density=1.5, chord_size=4, tags=("groove", "dance", "percussion")),
    "tango": Style((112, 128), ("minor", "harmonic-minor"), ((0, 3, 4, 0), (0, 5, 1, 4)), "tango", (21, 23, 40), (0, 21), (43, 32), (48,), {}, "roots", density=1.5, tags=("acoustic", "dance")),
    "lullaby": Style((60, 84), ("major", "pentatonic"), ((0, 3, 0, 4), (0, 5, 3, 4)), "broken", (10, 46, 9), (46, 0), (), (49,), {}, "roots", beats=3, density=0.8, register=79, tags=("calm", "slow", "bells")),
}
