"""From prepared audio to trained weights:

    python -m training.train --data DIR [--data DIR2] --out RUN [--resume] [--device auto]

Seven parts with a budget in minutes each, `contrast` in steps: `short` (short crops, regression), `upper` (full windows, lowest stages frozen and kept,
NT-Xent), `local` (full windows, the lower stages, log-mel frames), `distil` (full windows, the teacher's descriptors and NT-Xent),
`contrast` (NT-Xent, upper stages), `wide` (for a GPU: the teacher's descriptors and NT-Xent through everything) and `full` (NT-Xent alone, as published). --resume goes on after the last checkpoint; larger budgets lengthen a run.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from .augment import PRESETS
from .contrast import train_contrast
from .distil import distil
from .full import train_full
from .local import train_local
from .model import WINDOW
from .optimizers import OPTIMIZERS
from .pcm import open_tracks
from .peers import Peers
from .run_state import RunState
from .upper import train_upper
from .warm_start import warm_start
from .wide import train_wide


def main() -> None:
    parser = make_parser()
    train(parser.parse_args())


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="a checkpoint to start from, such as training/checkpoints/clmr-synth.pt")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--restart", action="append", default=[], choices=["short", "upper", "local", "distil", "contrast", "wide", "full"], help="count this part's budget from zero")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short-minutes", type=float, default=25)
    parser.add_argument("--upper-minutes", type=float, default=25)
    parser.add_argument("--local-minutes", type=float, default=0)
    parser.add_argument("--distil-minutes", type=float, default=0)
    parser.add_argument("--contrast-steps", type=int, help="0 gives the upper stages the start of seat.py and leaves it at that; left out, this part is")
    parser.add_argument("--full-minutes", type=float, default=0)
    parser.add_argument("--short-stages", type=int, default=8, choices=[6, 7, 8], help="stages that `short` trains, on crops of 3^stages samples")
    parser.add_argument("--short-batch", type=int, default=64)
    parser.add_argument("--batch", type=int, default=128, help="tracks a step in `upper`")
    parser.add_argument("--span", type=int, default=2, help="consecutive windows of each half of a track kept in `upper`")
    parser.add_argument("--distil-batch", type=int, default=8, help="pairs of windows a step in `distil`")
    parser.add_argument("--peers", type=Path, help="a folder shared with other processes of the same `distil`, each with its own --seed and --out")
    parser.add_argument("--distil-rate", type=float, default=2e-4)
    parser.add_argument("--replays", type=int, default=3, help="steps of the upper stages for each step of the whole in `distil`")
    parser.add_argument("--contrast-pairs", type=int, default=1536, help="pairs of varied windows that `contrast` keeps, 124 kB each")
    parser.add_argument("--contrast-rate", type=float, default=2e-5)
    parser.add_argument("--wide-minutes", type=float, default=0, help="for a GPU")
    parser.add_argument("--wide-batch", type=int, default=384, help="tracks a step in `wide`, three windows each: 384 take about 60 GB")
    parser.add_argument("--wide-rate", type=float, default=1e-3)
    parser.add_argument("--wide-contrast", type=float, default=0.2, help="weight of NT-Xent in `wide`, beside --auxiliary")
    parser.add_argument("--full-batch", type=int, default=24, help="tracks a step in `full`")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--full-rate", type=float, default=1e-4)
    parser.add_argument("--optimizer", default="adam", choices=OPTIMIZERS, help="of `full`; LARS wants a --full-rate of about 0.3 x batch / 256")
    parser.add_argument("--temperature", type=float, default=0.2)
    parser.add_argument("--auxiliary", type=float, default=1.0, help="weight of the spectral targets in `upper` and `distil`; 0 for the ablation")
    parser.add_argument("--augmentation", default="light", choices=sorted(PRESETS))
    return parser


def train(options: argparse.Namespace) -> RunState:
    torch.set_num_threads(options.threads)
    device = pick_device(options.device)
    tracks = open_tracks(options.data, minimum=2 * WINDOW)
    state = RunState(options.out, options.seed, options.resume, options.start)
    for part in options.restart:
        for kept in (state.seconds, state.steps, state.clips):
            kept.pop(part, None)
        state.extra.pop(part, None)
    common = {"seed": options.seed, "device": device, "augmentation": options.augmentation}
    print(f"{len(tracks)} tracks on {device}", flush=True)
    warm_start(state, tracks, options.short_minutes, options.short_batch, options.rate, options.short_stages, **common)
    if state.seconds.get("upper", 0) < options.upper_minutes * 60:
        train_upper(state, open_tracks(options.data, minimum=2 * WINDOW), options.upper_minutes, options.batch, options.rate, options.span, temperature=options.temperature, auxiliary=options.auxiliary, **common)
    peers = Peers(options.peers, options.seed) if options.peers else None
    if options.local_minutes or options.distil_minutes:
        train_local(state, open_tracks(options.data, minimum=2 * WINDOW), options.local_minutes, options.distil_batch, 2 * options.distil_rate, options.seed, device, peers)
    distil(state, open_tracks(options.data, minimum=2 * WINDOW), options.distil_minutes, options.distil_batch, options.distil_rate, options.replays, options.seed, device, options.auxiliary, peers)
    if options.contrast_steps is not None:
        train_contrast(state, open_tracks(options.data, minimum=2 * WINDOW), options.contrast_steps, options.contrast_pairs, options.contrast_rate, options.temperature, options.seed, device)
    train_wide(state, options.data, options.wide_minutes, options.wide_batch, options.wide_rate, options.temperature, options.auxiliary, options.wide_contrast, options.seed, device)
    train_full(state, open_tracks(options.data, minimum=2 * WINDOW), options.full_minutes, options.full_batch, options.full_rate, temperature=options.temperature, optimizer_name=options.optimizer, **common)
    return state


def pick_device(name: str) -> str:
    """`auto` takes CUDA where there is one."""
    return name if name != "auto" else "cuda" if torch.cuda.is_available() else "cpu"


if __name__ == "__main__":
    main()
