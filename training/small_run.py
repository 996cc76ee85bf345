"""The whole recipe on a small budget, as a test: prepare, train, evaluate, export, reload; fails unless it beats the untrained network.

    python -m training.small_run --out DIR [--soundfont FluidR3_GM.sf2]

Takes about five minutes on two cores; without a SoundFont all pieces are synthesised. It shows that the parts fit together and
learn, not how good a model gets.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--soundfont", type=Path)
    parser.add_argument("--pieces", type=int, default=24)
    parser.add_argument("--minutes", type=float, default=0.8, help="for each of the two main parts")
    parser.add_argument("--auxiliary", type=float, default=1.0, help="0 trains without spectral targets: the ablation")
    options = parser.parse_args()
    out, font = options.out, ["--soundfont", options.soundfont] if options.soundfont else []
    for kind in ("train", "validation"):
        step("prepare", "pieces", "--out", out / kind, "--kind", kind, "--count", options.pieces, "--seconds", 16, *font)
    short = ["--short-stages", 7, "--short-batch", 128, "--short-minutes", options.minutes if options.auxiliary else 0]
    rest = ["--upper-minutes", 0.1, "--batch", 24, "--distil-minutes", options.minutes, "--distil-batch", 6, "--contrast-steps", 20, "--contrast-pairs", 48, "--wide-minutes", 0.05, "--wide-batch", 4, "--full-minutes", 0.05, "--full-batch", 4]
    step("train", "--data", out / "train", "--out", out / "run", *short, *rest, "--auxiliary", options.auxiliary)
    step("evaluate", "--run", out / "run", "--data", out / "validation", "--fit", out / "train", "--out", out / "table.json")
    step("export", "--run", out / "run", "--fit", out / "train", "--out", out / "model", "--table", out / "table.json", "--checkpoint", out / "start.pt")
    rows = {(row["embedding"], row["transform"]): row["windows"] for row in json.loads((out / "table.json").read_text(encoding="utf-8"))}
    trained, random = rows["model", "whitened 0.1"], rows["untrained", "whitened 0.1"]
    print(f"same track from another window, R@1: trained {trained}, untrained {random}")
    if trained <= random:
        sys.exit("the trained network does not beat the untrained one")


def step(module: str, *values: object) -> None:
    """Runs one of the recipe's programs as a user would."""
    subprocess.run([sys.executable, "-m", f"training.{module}", *map(str, values)], check=True)


if __name__ == "__main__":
    main()
