"""The whole recipe on a small budget, as a test: prepare, train, evaluate, export, reload; fails unless it beats the untrained network.

    python -m training.small_run --out DIR --soundfont FluidR3_GM.sf2

Takes some minutes on two cores. It shows that the parts fit together, not how good a model gets.
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
    parser.add_argument("--soundfont", type=Path, required=True)
    parser.add_argument("--pieces", type=int, default=48)
    parser.add_argument("--minutes", type=float, default=2, help="for each of the two main parts")
    options = parser.parse_args()
    out, font = options.out, str(options.soundfont)
    step("prepare", "pieces", "--out", out / "train", "--count", options.pieces, "--soundfont", font)
    step("prepare", "pieces", "--out", out / "validation", "--count", options.pieces, "--soundfont", font, "--kind", "validation")
    step("train", "--data", out / "train", "--out", out / "run", "--short-stages", 7, "--short-batch", 192, "--short-minutes", options.minutes, "--upper-minutes", options.minutes, "--full-minutes", 0.2, "--full-batch", 4)
    step("evaluate", "--run", out / "run", "--data", out / "validation", "--fit", out / "train", "--out", out / "table.json")
    step("export", "--run", out / "run", "--fit", out / "train", "--out", out / "model", "--table", out / "table.json", "--checkpoint", out / "start.pt")
    rows = {(row["embedding"], row["transform"]): row["windows"] for row in json.loads((out / "table.json").read_text(encoding="utf-8"))}
    trained, random = rows["model", "centred"], rows["untrained", "centred"]
    print(f"same track from another window, R@1: trained {trained}, untrained {random}")
    if trained <= random:
        sys.exit("the trained network does not beat the untrained one")


def step(module: str, *values: object) -> None:
    """Runs one of the recipe's programs as a user would."""
    subprocess.run([sys.executable, "-m", f"training.{module}", *map(str, values)], check=True)


if __name__ == "__main__":
    main()
