"""Validation on audio that sounds recorded, with its controls:

    python -m training.evaluate --run RUN --data VALIDATION [--data MORE] --fit TRAIN [--out table.json]

The task: find a track by one part of it among all tracks' other parts. Transforms are fitted on training renders only.
"""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path

import numpy as np
import torch

from .controls import embed_mfcc, embed_teacher, embed_tracks, untrained
from .model import WINDOW, SampleCNN
from .pcm import open_tracks
from .run_state import RunState
from .taught import reference_vectors, taught_transform
from .transform import fit_transform

SHRINKAGES = (None, 0.3, 0.1, 0.05, 0.03)

#: Renders, and windows of each, that the transforms of the controls are fitted to.
REFERENCE_TRACKS, REFERENCE_WINDOWS = 100, 4

#: Windows of each held-out track: what 24 s have, so that nearly all of it is heard.
HEARD = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--data", type=Path, action="append", required=True)
    parser.add_argument("--fit", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--no-controls", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(2)
    fitted = open_tracks([options.fit], 2 * WINDOW)
    model = RunState(options.run, 0, resume=True).model.encoder
    table = []
    for folder in options.data:
        rows = make_table(model, open_tracks([folder], 2 * WINDOW), fitted, controls=not options.no_controls)
        table += [{"data": folder.name, **row} for row in rows]
    print(json.dumps(table, indent=1))
    if options.out:
        options.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def make_table(model: SampleCNN, held_out: list[np.ndarray], fitted: list[np.ndarray], controls: bool = True) -> list[dict]:
    """A row for each embedding and transform: same-track R@1 from the other half, and from one window to one other window."""
    chosen = fitted[:REFERENCE_TRACKS]
    sources = {"model": partial(embed_tracks, model)}
    if controls:
        sources |= {"untrained": partial(embed_tracks, untrained()), "mfcc": embed_mfcc, "teacher": embed_teacher}
    rows = []
    for name, embed in sources.items():
        reference, vectors = embed(chosen, REFERENCE_WINDOWS).reshape(len(chosen) * REFERENCE_WINDOWS, -1), embed(held_out, HEARD)
        transforms = {"centred" if shrinkage is None else f"whitened {shrinkage}": fit_transform(reference, shrinkage) for shrinkage in SHRINKAGES}
        if name == "model":
            mixed, differences = reference_vectors(model, fitted)
            transforms |= {f"whitened {shrinkage}, varied": fit_transform(mixed, shrinkage) for shrinkage in (0.1, 0.05, 0.03)}
            transforms |= {f"whitened {shrinkage}, against spoiling": fit_transform(mixed, shrinkage, differences) for shrinkage in (0.3, 0.1, 0.05)}
            transforms["taught"] = taught_transform(model, fitted)
        for transform, place in transforms.items():
            rows.append({"embedding": name, "transform": transform, "tracks": len(held_out), **retrieval(place(vectors))})
    return rows


def retrieval(vectors: np.ndarray) -> dict[str, float]:
    """vectors [tracks, windows, dimension], unit length. R@1 both ways between halves, and between single windows."""
    middle = vectors.shape[1] // 2
    first, second = unit(vectors[:, :middle].mean(1)), unit(vectors[:, middle:].mean(1))
    return {"halves": round(recall(first, second), 4), "windows": round(recall(vectors[:, 0], vectors[:, middle]), 4)}


def recall(first: np.ndarray, second: np.ndarray) -> float:
    """The share of rows whose nearest row on the other side is their own, averaged over both directions."""
    similarity, own = first @ second.T, np.arange(len(first))
    return float(((similarity.argmax(1) == own).mean() + (similarity.argmax(0) == own).mean()) / 2)


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-12)


if __name__ == "__main__":
    main()
