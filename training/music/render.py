"""Renders a piece with FluidSynth and finishes it with ffmpeg: even loudness, a short fade, any format."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from .compose import Piece
from .midi import to_midi

SAMPLE_RATE = 44_100
FADE_SECONDS = 1.2


def render(piece: Piece, soundfont: Path, target: Path, *, encoder: list[str], tags: dict[str, str] | None = None) -> None:
    """Writes `target`. encoder: ffmpeg's output options, e.g. ["-c:a", "libopus", "-b:a", "48k"]. Loudness -16 LUFS, peak -1.5 dBTP."""
    with tempfile.TemporaryDirectory() as folder:
        midi, wave = Path(folder, "piece.mid"), Path(folder, "piece.wav")
        midi.write_bytes(to_midi(piece))
        run(["fluidsynth", "-ni", "-g", "0.6", "-r", str(SAMPLE_RATE), "-F", str(wave), str(soundfont), str(midi)])
        target.parent.mkdir(parents=True, exist_ok=True)
        fade = f"atrim=end={piece.seconds},afade=t=out:st={piece.seconds - FADE_SECONDS}:d={FADE_SECONDS}"
        metadata = [part for key, value in (tags or {}).items() for part in ("-metadata", f"{key}={value}")]
        run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", str(wave), "-map_metadata", "-1", "-fflags", "+bitexact", "-af", f"loudnorm=I=-16:TP=-1.5:LRA=11,{fade}", "-ar", "48000", *metadata, *encoder, str(target)])


def run(command: list[str]) -> None:
    """Runs a program; its own words are in the error when it fails."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip()[-400:]}")
