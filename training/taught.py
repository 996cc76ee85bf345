"""What transforms are fitted to: training renders, varied and not; and the one that asks of the vectors what the teacher asks of the audio."""

from __future__ import annotations

import numpy as np
import torch

from .controls import embed_tracks
from .fast import run_folded
from .model import SampleCNN
from .teacher import fit_teacher
from .transform import Transform, fit_taught
from .vary import draw_varied_pairs, spoil

#: Of each render this many windows count, all that it has, and of the renders so many: with 80 the whitened space found a half of a track 0.014 less
#: often than with 320, and it was still rising.
WINDOWS, FIT_TRACKS = 8, 480
#: Pairs of varied windows beside them, four a render at most; what spoiling adds is measured on these.
VARIED_PAIRS = 512


@torch.no_grad()
def taught_transform(encoder: SampleCNN, tracks: list[np.ndarray], seed: int = 7) -> Transform:
    """tracks: int16 training renders. Four pairs of windows a track, 512 at most, go through the network."""
    encoder.eval()
    pairs = min(512, 4 * len(tracks))
    random = np.random.default_rng(seed)
    signal = torch.cat([torch.from_numpy(draw_varied_pairs(tracks, 8, random)) for _ in range(max(1, pairs // 8))])
    vectors = torch.cat([run_folded(encoder.sequential, part.unsqueeze(1)).squeeze(2) for part in signal.split(16)])
    return fit_taught(vectors.numpy(), fit_teacher(signal)(signal).numpy())


@torch.no_grad()
def reference_vectors(encoder: SampleCNN, tracks: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """What whitening is fitted to: windows of the first renders as they are, and varied ones, float32 [vectors, 512]; and what spoiling adds
    to the varied ones, [2 * pairs, 512]."""
    encoder.eval()
    plain = embed_tracks(encoder, tracks[:FIT_TRACKS], WINDOWS)
    random = np.random.default_rng(5)
    signal = draw_varied_pairs(tracks, min(VARIED_PAIRS, 4 * len(tracks)), random)
    varied, spoilt = (embed_windows(encoder, part) for part in (signal, spoil(signal, random)))
    return np.concatenate((plain.reshape(-1, plain.shape[2]), varied)), spoilt - varied


def embed_windows(encoder: SampleCNN, signal: np.ndarray) -> np.ndarray:
    """[windows, 59049] -> [windows, 512]"""
    return np.concatenate([run_folded(encoder.sequential, part.unsqueeze(1), half=False).squeeze(2).numpy() for part in torch.from_numpy(signal).split(8)])
