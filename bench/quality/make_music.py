"""Composes and renders the music that `npm run bench:quality` measures with. Run from the root of the checkout:

    python3 bench/quality/make_music.py --soundfont /usr/share/sounds/sf2/TimGM6mb.sf2 --out DIR

Everything comes from what samples/RESERVED.md keeps from training: the SoundFont and the seeds; styles are all there are, reserved and not.
Needs Python 3.11, fluidsynth and ffmpeg, nothing from PyPI. Stopped, it goes on where it was.

`catalogue/` holds artists with four pieces each, a second take of one, and a piece that borrows another's rhythm section note for note;
`strangers/` pieces that stay out of the catalogue; `distractors/` short pieces that only fill it.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from training.music.compose import Piece, compose  # noqa: E402
from training.music.midi import to_midi  # noqa: E402
from training.music.styles import STYLES  # noqa: E402

FIRST_SEED, STRANGER_SEED, DISTRACTOR_SEED = 960_000, 965_000, 970_000
PIECES_PER_ARTIST = 4
#: Channels of the lead and the pad in compose.py; the others are the rhythm section.
LEAD_CHANNELS = (0, 3)
FAMILIES = ("piano", "chromatic percussion", "organ", "guitar", "bass", "strings", "ensemble", "brass", "reed", "pipe", "synth lead", "synth pad", "synth effects", "ethnic", "percussive", "effects")


@dataclass(frozen=True)
class Task:
    """A file to make and what is known of it."""

    path: str
    piece: Piece
    row: dict


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--soundfont", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--artists", type=int, default=90, help="with six files each")
    parser.add_argument("--strangers", type=int, default=120)
    parser.add_argument("--distractors", type=int, default=2_000)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    tasks = [*plan_catalogue(options.artists), *plan_alone("strangers", STRANGER_SEED, options.strangers, 22.0), *plan_alone("distractors", DISTRACTOR_SEED, options.distractors, 11.0)]
    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(lambda task: make(task, options.soundfont, options.out), tasks))
    with open(options.out / "music.jsonl", "w", encoding="utf-8") as file:
        file.writelines(json.dumps({**task.row, "seconds": task.piece.seconds}) + "\n" for task in tasks)
    print(f"{len(tasks)} files in {options.out}")


def plan_catalogue(artists: int) -> list[Task]:
    """Six files an artist: pieces 0 to 3, a second take of piece 0, and piece 1's rhythm section under another lead."""
    styles, tasks = sorted(STYLES), []
    for artist in range(artists):
        style = styles[artist % len(styles)]
        name = f"artist-{artist:03d}"
        for number in range(PIECES_PER_ARTIST):
            seed = FIRST_SEED + artist * 10 + number
            piece = play(style, seed, name)
            tasks.append(task(f"catalogue/{name}/{number}.opus", piece, name, f"{style}-{seed}"))
            if number == 0:
                tasks.append(task(f"catalogue/{name}/{number}-take.opus", play(style, seed, name, take=1), name, f"{style}-{seed}", "take"))
            if number == 1:
                other = play(style, FIRST_SEED + artist * 10 + 9, name)
                tasks.append(task(f"catalogue/{name}/{number}-loop.opus", with_lead_of(piece, other), name, f"{style}-{seed}", "loop"))
    return tasks


def plan_alone(folder: str, first: int, count: int, seconds: float) -> list[Task]:
    """Pieces of artists of their own, over all styles."""
    styles = sorted(STYLES)
    pieces = [compose(styles[index % len(styles)], first + index, seconds=seconds) for index in range(count)]
    return [task(f"{folder}/{index:05d}.opus", piece, f"{folder}-{index}", f"{piece.style}-{piece.seed}") for index, piece in enumerate(pieces)]


def play(style: str, seed: int, artist: str, take: int = 0) -> Piece:
    return compose(style, seed, take=take, seconds=20.0 + random.Random(seed + take).randrange(0, 9), taste=random.Random(f"artist-{artist}-{style}"))


def with_lead_of(piece: Piece, other: Piece) -> Piece:
    """The rhythm section of `piece`, to the sample, under the lead and pad of `other`; nothing more where there is no such section."""
    kept = [note for note in piece.notes if note.channel not in LEAD_CHANNELS]
    lead = [note for note in other.notes if note.channel in LEAD_CHANNELS]
    programs = {**piece.programs, **{channel: program for channel, program in other.programs.items() if channel in LEAD_CHANNELS}}
    return replace(piece, notes=sorted([*kept, *lead], key=lambda note: note.start), programs=programs, take=9)


def task(path: str, piece: Piece, artist: str, work: str, kind: str = "piece") -> Task:
    """`work` is the composition, `family` that of the lead instrument."""
    lead = piece.programs.get(0, piece.programs.get(1, 0))
    row = {"id": path.removesuffix(".opus"), "path": path, "artist": artist, "genre": piece.style, "work": work, "kind": kind, "family": FAMILIES[lead // 8]}
    return Task(path, piece, row)


def make(task: Task, soundfont: Path, out: Path) -> None:
    """Plays the piece and finishes it as a record would be: a mastering chain of its own, then Opus. Left alone where it is there already."""
    target = out / task.path
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        midi, wave, done = Path(folder, "piece.mid"), Path(folder, "piece.wav"), Path(folder, "piece.opus")
        midi.write_bytes(to_midi(task.piece))
        run(["fluidsynth", "-ni", "-q", "-g", "0.5", "-r", "44100", "-o", "synth.dynamic-sample-loading=1", "-F", str(wave), str(soundfont), str(midi)])
        chain = ",".join([f"atrim=end={task.piece.seconds}", *master(task.row["id"])])
        run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", str(wave), "-af", chain, "-ar", "48000", "-c:a", "libopus", "-b:a", "64k", str(done)])
        done.replace(target) if done.stat().st_dev == target.parent.stat().st_dev else target.write_bytes(done.read_bytes())


def master(name: str) -> list[str]:
    """Two bands of EQ, sometimes compression, a room and saturation; other ranges than training/chains.py, and ffmpeg's filters."""
    chooser = random.Random(f"master-{name}")
    chain = [f"equalizer=f={round(2 ** chooser.uniform(6.5, 13))}:t=q:w={chooser.uniform(0.4, 2):.2f}:g={chooser.uniform(-7, 7):.1f}" for _ in range(2)]
    if chooser.random() < 0.6:
        chain.append(f"acompressor=threshold={chooser.uniform(0.05, 0.3):.3f}:ratio={chooser.uniform(2, 6):.1f}:attack=15:release=200:makeup=2")
    if chooser.random() < 0.4:
        chain.append(f"aecho=0.8:0.8:{chooser.randrange(23, 71)}|{chooser.randrange(73, 140)}:{chooser.uniform(0.1, 0.35):.2f}|{chooser.uniform(0.05, 0.2):.2f}")
    if chooser.random() < 0.3:
        chain.append("asoftclip=type=tanh")
    return [*chain, f"volume={chooser.uniform(-6, 3):.1f}dB", "alimiter=limit=0.9:level=false"]


def run(command: list[str]) -> None:
    """Runs a program; its own words are in the error when it fails."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()[-400:]}")


if __name__ == "__main__":
    main()
