"""One command from nothing to exported weights:

    python -m training.recipe --out DIR --soundfont FluidR3_GM.sf2 --validation-soundfont MuseScore_General_Lite.sf3

Every step goes on where a stopped one left off. Budgets are minutes of wall time; what they cost is written in card.json.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from .small_run import step


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--soundfont", type=Path, action="append", required=True)
    parser.add_argument("--validation-soundfont", type=Path, required=True)
    parser.add_argument("--pieces", type=int, default=1500)
    parser.add_argument("--validation-pieces", type=int, default=200)
    parser.add_argument("--audio", type=Path, help="a folder of your own music, added to the pieces")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--short-minutes", type=float, default=60)
    parser.add_argument("--upper-minutes", type=float, default=10)
    parser.add_argument("--distil-minutes", type=float, default=240)
    parser.add_argument("--contrast-steps", type=int, default=200)
    parser.add_argument("--wide-minutes", type=float, default=0, help="for a GPU: five minutes made the shipped weights")
    parser.add_argument("--full-minutes", type=float, default=0)
    parser.add_argument("--start", type=Path, help="a checkpoint to go on from, such as training/checkpoints/clmr-synth.pt")
    parser.add_argument("--transform", choices=["whitened", "taught"], default="whitened")
    options = parser.parse_args()
    out = options.out
    fonts = [part for font in options.soundfont for part in ("--soundfont", font)]
    step("prepare", "pieces", "--out", out / "train", "--count", options.pieces, *fonts)
    step("prepare", "pieces", "--out", out / "validation", "--count", options.validation_pieces, "--soundfont", options.validation_soundfont, "--kind", "validation")
    data = ["--data", out / "train"]
    if options.audio:
        step("prepare", "folder", "--out", out / "own", "--audio", options.audio)
        data += ["--data", out / "own"]
    budgets = ["--short-minutes", options.short_minutes, "--upper-minutes", options.upper_minutes]
    budgets += ["--distil-minutes", options.distil_minutes, "--wide-minutes", options.wide_minutes]
    budgets += ["--full-minutes", options.full_minutes, "--contrast-steps", options.contrast_steps]
    start = ["--start", options.start] if options.start else []
    step("train", *data, "--out", out / "run", "--resume", "--device", options.device, *start, *budgets)
    step("evaluate", "--run", out / "run", "--data", out / "validation", "--fit", out / "train", "--out", out / "table.json")
    step("export", "--run", out / "run", "--fit", out / "train", "--out", out / "model", "--table", out / "table.json", "--transform", options.transform)


if __name__ == "__main__":
    main()
