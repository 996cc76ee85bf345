"""Validation on audio that sounds recorded, with its controls:

    python -m training.evaluate --run RUN --data VALIDATION --fit TRAIN [--out table.json]

The task: find a track by one part of it among all tracks' other parts. Transforms are fitted on training renders only.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from .controls import embed_mfcc, embed_tracks, untrained
from .model import WINDOW, SampleCNN
from .pcm import open_tracks
from .run_state import RunState
from .transform import fit_transform

WINDOWS = 4
FIT_TRACKS = 100
SHRINKAGES = (None, 0.3, 0.1, 0.03)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--fit", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--no-controls", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(2)
    held_out, fitted = open_tracks([options.data], 2 * WINDOW), open_tracks([options.fit], 2 * WINDOW)[:FIT_TRACKS]
    model = RunState(options.run, 0, resume=True).model.encoder
    table = make_table(model, held_out, fitted, controls=not options.no_controls)
    print(json.dumps(table, indent=1))
    if options.out:
        options.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def make_table(model: SampleCNN, held_out: list[np.ndarray], fitted: list[np.ndarray], controls: bool = True) -> list[dict]:
    """A row for each embedding and transform: same-track R@1 from the other half, and from one window to one other window."""
    sources = {"model": lambda tracks: embed_tracks(model, tracks, WINDOWS)}
    if controls:
        sources |= {"untrained": lambda tracks: embed_tracks(untrained(), tracks, WINDOWS), "mfcc": lambda tracks: embed_mfcc(tracks, WINDOWS)}
    rows = []
    for name, embed in sources.items():
        reference, vectors = embed(fitted).reshape(len(fitted) * WINDOWS, -1), embed(held_out)
        for shrinkage in SHRINKAGES:
            placed = fit_transform(reference, shrinkage)(vectors)
            rows.append({"embedding": name, "transform": "centred" if shrinkage is None else f"whitened {shrinkage}", "tracks": len(held_out), **retrieval(placed)})
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
