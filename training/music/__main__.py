"""Renders pieces for training or calibration:

    python3 -m training.music --soundfont FluidR3_GM.sf2 --count 60 --out renders/ --seconds 24

Refuses what samples/RESERVED.md reserves. Needs fluidsynth and ffmpeg; writes Opus files and metadata.jsonl.
"""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .compose import compose
from .render import render
from .reserved import RESERVED_STYLES, refuse_reserved
from .styles import STYLES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--soundfont", type=Path, required=True)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=24.0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    styles = sorted(set(STYLES) - RESERVED_STYLES)
    plan = [(styles[index % len(styles)], options.first_seed + index) for index in range(options.count)]
    options.out.mkdir(parents=True, exist_ok=True)

    def make(entry: tuple[str, int]) -> dict:
        style, seed = entry
        refuse_reserved(soundfont=options.soundfont, style=style, seed=seed)
        piece = compose(style, seed, seconds=options.seconds)
        path = f"{style}-{seed}.opus"
        render(piece, options.soundfont, options.out / path, encoder=["-c:a", "libopus", "-b:a", "96k"])
        return {"path": path, "style": style, "seed": seed, "tempo": piece.tempo, "key": piece.key}

    with ThreadPoolExecutor(options.jobs) as pool, open(options.out / "metadata.jsonl", "w", encoding="utf-8") as file:
        for row in pool.map(make, plan):
            file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
