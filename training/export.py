"""Exports a run:

    python -m training.export --run RUN --fit TRAIN --out models/clmr-synth [--table table.json] [--checkpoint training/checkpoints/clmr-synth.pt]

Writes encoder.safetensors (float32, batch normalisation not folded; the level of `level.py`), transform.json (mean and whitening, float32 little-endian in
base64), card.json and card.md; with --checkpoint also a half-precision checkpoint to start a longer run from. Weights that are not finite are refused.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
from pathlib import Path

import numpy as np
import torch

from .card import write_card
from .level import LEVEL, LOWEST
from .model import WINDOW, SampleCNN
from .pcm import open_tracks
from .run_state import RunState
from .taught import FIT_TRACKS, VARIED_PAIRS, WINDOWS, reference_vectors, taught_transform
from .tensors import write_safetensors
from .transform import SPOILT_SHARE, fit_transform


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--fit", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--table", type=Path)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--transform", choices=["whitened", "taught"], default="whitened", help="whitening, or the metric of the teacher's targets")
    parser.add_argument("--shrinkage", type=float, default=0.1)
    parser.add_argument("--commands", type=Path, help="a text file with the exact commands, copied into the card")
    parser.add_argument("--hardware", default="")
    parser.add_argument("--data-notes", default="", help="a sentence for the card: what the model was trained on")
    parser.add_argument("--notes", type=Path, help="Markdown for the end of the card")
    options = parser.parse_args()
    state = RunState(options.run, 0, resume=True)
    options.out.mkdir(parents=True, exist_ok=True)
    digest = write_encoder(state.model.encoder, options.out / "encoder.safetensors")
    write_transform(state.model.encoder, open_tracks([options.fit], 2 * WINDOW), options.transform, options.shrinkage, options.out / "transform.json")
    card = {
        "sha256": digest,
        "hardware": options.hardware,
        "commands": options.commands.read_text(encoding="utf-8").splitlines() if options.commands else [],
        "minutes": {part: round(value / 60, 1) for part, value in state.seconds.items()},
        "steps": state.steps,
        "clips": state.clips,
        "validation": json.loads(options.table.read_text(encoding="utf-8")) if options.table else [],
    }
    (options.out / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    notes = options.notes.read_text(encoding="utf-8") if options.notes else ""
    (options.out / "card.md").write_text(write_card(card, options.out.name, options.data_notes, notes).rstrip() + "\n", encoding="utf-8")
    if options.checkpoint:
        save_start(state, options.checkpoint)


def write_encoder(encoder: SampleCNN, path: Path) -> str:
    """Writes the canonical weights; returns their sha256."""
    tensors = {key: value.float().numpy() for key, value in encoder.cpu().state_dict().items() if not key.endswith("num_batches_tracked")}
    if not all(np.isfinite(tensor).all() for tensor in tensors.values()):
        raise ValueError("the weights hold values that are not finite; nothing was written")
    tensors["input.level"] = np.array([LEVEL, LOWEST], np.float32)
    write_safetensors(path, tensors, {"format": "soundalike-encoder", "epsilon": "1e-5"})
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_transform(encoder: SampleCNN, tracks: list[np.ndarray], kind: str, shrinkage: float, path: Path) -> None:
    """mean [512] and whitening [512, 512] row-major: a raw vector v becomes normalise(whitening @ (v - mean))."""
    if kind == "taught":
        transform, note = taught_transform(encoder, tracks), f"varied windows of {len(tracks)} training renders; the metric of the teacher's targets"
    else:
        vectors, differences = reference_vectors(encoder, tracks)
        transform = fit_transform(vectors, shrinkage, differences)
        note = f"{len(tracks[:FIT_TRACKS])} training renders, {WINDOWS} windows each, and {2 * min(VARIED_PAIRS, 4 * len(tracks))} varied windows; whitened with shrinkage {shrinkage}, {SPOILT_SHARE} of it against what spoiling adds"
    path.write_text(json.dumps({"mean": encode(transform.mean), "whitening": encode(transform.matrix), "fittedOn": note}) + "\n", encoding="utf-8")


def encode(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode()


def save_start(state: RunState, path: Path) -> None:
    """Half precision, without optimiser or heads: enough to go on with --start."""
    path.parent.mkdir(parents=True, exist_ok=True)
    limit = torch.finfo(torch.float16).max
    model = {key: value.clamp(-limit, limit).half() if value.is_floating_point() else value for key, value in state.model.state_dict().items()}
    torch.save({"model": model, "seconds": state.seconds, "steps": state.steps, "clips": state.clips, "extra": {name: {} for name in ("contrast",) if name in state.extra}}, path)


if __name__ == "__main__":
    main()
