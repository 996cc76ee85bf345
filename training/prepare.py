"""Prepares training or validation audio: composed pieces, or a folder of the user's own.

    python -m training.prepare pieces --out DIR --count 400 --soundfont FluidR3_GM.sf2 [--kind validation]
    python -m training.prepare folder --out DIR --audio MUSIC [--middle 30]

A third of the training pieces, and all pieces where no SoundFont is given, are played by synthesised instruments, the rest by the SoundFonts in turn; half of those get random General
MIDI instruments instead of their style's. Run again with a higher --count to add pieces. What samples/RESERVED.md reserves is refused.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from .chains import apply_chain
from .music.compose import DRUM_CHANNEL, Piece, compose
from .music.midi import to_midi
from .music.reserved import RESERVED_STYLES, refuse_reserved
from .music.styles import STYLES
from .pcm import RATE, PcmWriter
from .synth.play import play

VALIDATION_FIRST_SEED = 500_000
KITS = (0, 0, 8, 16, 24, 25, 32, 40)
#: ffmpeg's -ac 1 would be 3 dB louder, so the mix is spelt out; the second form is for mono files.
MIXES = ("pan=mono|c0=0.5*c0+0.5*c1", "pan=mono|c0=c0")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", choices=["pieces", "folder"])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--first", type=int, default=0, help="index of the first piece")
    parser.add_argument("--seconds", type=float, default=24)
    parser.add_argument("--takes", type=int, choices=[1, 2, 3], help="so many takes of each piece, to tell takes apart by; without it one, drawn")
    parser.add_argument("--soundfont", type=Path, action="append", default=[])
    parser.add_argument("--kind", choices=["train", "validation"], default="train")
    parser.add_argument("--audio", type=Path)
    parser.add_argument("--middle", type=float, help="of each file keep this many seconds of its middle, and no file shorter than that")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    writer = PcmWriter(options.out)
    if options.source == "folder":
        jobs = [(str(path), (path, options.middle)) for path in sorted(options.audio.rglob("*")) if path.is_file()]
        make = decode_file
    else:
        takes = [None] if options.takes is None else range(options.takes)
        jobs = [
            (f"{options.kind}-{index}{'' if take is None else f'-take{take}'}", (index, options.kind, options.soundfont, options.seconds, take))
            for index in range(options.first, options.first + options.count)
            for take in takes
        ]
        make = make_piece
    jobs = [job for job in jobs if job[0] not in writer.names]
    with ProcessPoolExecutor(options.jobs) as pool:
        for (name, _), result in zip(jobs, pool.map(make, [job for _, job in jobs])):
            if result is not None:
                writer.add(result[0], {"name": name, **result[1]})


def make_piece(job: tuple[int, str, list[Path], float, int | None]) -> tuple[np.ndarray, dict]:
    """One composed, played and finished piece: float32 mono and what made it. Takes of a piece share all but how it is played."""
    index, kind, soundfonts, seconds, take = job
    seed = index + (VALIDATION_FIRST_SEED if kind == "validation" else 0)
    chooser = random.Random(f"prepare-{seed}")
    style = chooser.choice(sorted(set(STYLES) - RESERVED_STYLES))
    drawn = chooser.randrange(3)
    piece = compose(style, seed, take=drawn if take is None else take, seconds=seconds)
    synthesised = not soundfonts or (kind == "train" and chooser.random() < 1 / 3)
    if synthesised:
        refuse_reserved(soundfont="synth", style=style, seed=seed)
        signal, source = play(piece, seed), "synth"
    else:
        soundfont = soundfonts[index % len(soundfonts)]
        refuse_reserved(soundfont=soundfont, style=style, seed=seed)
        piece = randomise_programs(piece, chooser) if chooser.random() < 0.5 else piece
        signal, source = play_soundfont(piece, soundfont, chooser), soundfont.stem
    return apply_chain(signal, seed, kind), {"style": style, "seed": seed, "source": source}


def randomise_programs(piece: Piece, chooser: random.Random) -> Piece:
    """The same notes on other General MIDI instruments (sound effects 120..127 left out) and another kit."""
    programs = {channel: chooser.choice(KITS) if channel == DRUM_CHANNEL else chooser.randrange(120) for channel in piece.programs}
    return replace(piece, programs=programs)


def play_soundfont(piece: Piece, soundfont: Path, chooser: random.Random) -> np.ndarray:
    """Plays with FluidSynth, its room and chorus varied per track; mono at 22,050 Hz, exactly piece.seconds long."""
    room = ["-o", f"synth.reverb.room-size={chooser.uniform(0.1, 0.9):.2f}", "-o", f"synth.reverb.level={chooser.uniform(0, 0.9):.2f}", "-C", chooser.choice("01")]
    with tempfile.TemporaryDirectory() as folder:
        midi, wave = Path(folder, "piece.mid"), Path(folder, "piece.wav")
        midi.write_bytes(to_midi(piece))
        subprocess.run(["fluidsynth", "-ni", "-q", "-g", "0.4", "-r", "44100", "-o", "synth.dynamic-sample-loading=1", *room, "-F", str(wave), str(soundfont), str(midi)], check=True, capture_output=True)
        signal = decode(wave)
    count = int(RATE * piece.seconds)
    return np.pad(signal, (0, max(0, count - len(signal))))[:count]


def decode(path: Path) -> np.ndarray:
    """Any file ffmpeg reads -> float32 mono at 22,050 Hz; of more than two channels the first two count."""
    for mix in MIXES:
        done = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-map", "0:a:0", "-vn", "-af", mix, "-ar", str(RATE), "-f", "f32le", "pipe:1"], capture_output=True)
        if done.returncode == 0:
            return np.frombuffer(done.stdout, "<f4")
    raise ValueError(f"ffmpeg finds no audio in {path}: {done.stderr.decode(errors='replace').strip()[-200:]}")


def decode_file(job: tuple[Path, float | None]) -> tuple[np.ndarray, dict] | None:
    """A file of the user's own, or its middle; None when ffmpeg finds no audio in it or it is shorter than the part asked for."""
    path, seconds = job
    try:
        signal = decode(path)
    except ValueError:
        return None
    if seconds is None:
        return signal, {"source": "folder"}
    count = int(RATE * seconds)
    begin = (len(signal) - count) // 2
    return (signal[begin : begin + count], {"source": "folder"}) if begin >= 0 else None


if __name__ == "__main__":
    main()
