"""A folder of prepared audio: every track as int16 in one memory-mapped file, so that a crop costs one seek.

    DIR/audio.i16     little-endian int16, mono, 22,050 Hz, tracks end to end
    DIR/tracks.jsonl  one line a track: {"offset", "samples", ...}; appended last, so a stopped run loses at most one track
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

RATE = 22_050


class PcmWriter:
    """Appends tracks to a prepared folder; opening an existing one goes on after its last complete track."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        rows = read_rows(folder)
        self.end = max((row["offset"] + row["samples"] for row in rows), default=0)
        self.names = {row["name"] for row in rows}
        self.audio = open(folder / "audio.i16", "r+b" if (folder / "audio.i16").exists() else "w+b")
        self.audio.truncate(self.end * 2)
        self.audio.seek(self.end * 2)
        self.index = open(folder / "tracks.jsonl", "a", encoding="utf-8")

    def add(self, signal: np.ndarray, row: dict) -> None:
        """signal: float32 in -1..1. row: at least {"name"}."""
        self.audio.write((np.clip(signal, -1, 1) * 32_767).astype("<i2").tobytes())
        self.audio.flush()
        self.index.write(json.dumps({"offset": self.end, "samples": len(signal), **row}) + "\n")
        self.index.flush()
        self.end += len(signal)
        self.names.add(row["name"])


def read_rows(folder: Path) -> list[dict]:
    """The tracks of a prepared folder."""
    path = folder / "tracks.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def open_tracks(folders: list[Path], minimum: int = 0) -> list[np.ndarray]:
    """Every track of at least `minimum` samples as an int16 view into its folder's memory map."""
    tracks = []
    for folder in folders:
        rows = read_rows(folder)
        audio = np.memmap(folder / "audio.i16", "<i2", "r")
        tracks += [audio[row["offset"] : row["offset"] + row["samples"]] for row in rows if row["samples"] >= minimum]
    return tracks
