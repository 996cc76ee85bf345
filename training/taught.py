"""The transform that asks of the vectors what the teacher asks of the audio, fitted to varied windows of training renders."""

from __future__ import annotations

import numpy as np
import torch

from .fast import run_folded
from .model import SampleCNN
from .teacher import fit_teacher
from .transform import Transform, fit_taught
from .vary import draw_varied_pairs


@torch.no_grad()
def taught_transform(encoder: SampleCNN, tracks: list[np.ndarray], seed: int = 7) -> Transform:
    """tracks: int16 training renders. Four pairs of windows a track, 512 at most, go through the network."""
    encoder.eval()
    pairs = min(512, 4 * len(tracks))
    random = np.random.default_rng(seed)
    signal = torch.cat([torch.from_numpy(draw_varied_pairs(tracks, 8, random)) for _ in range(max(1, pairs // 8))])
    vectors = torch.cat([run_folded(encoder.sequential, part.unsqueeze(1)).squeeze(2) for part in signal.split(16)])
    return fit_taught(vectors.numpy(), fit_teacher(signal)(signal).numpy())
