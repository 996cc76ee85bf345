"""What the model is compared with: the same network untrained, statistics of MFCCs, and the descriptors it was taught."""

from __future__ import annotations

import numpy as np
import torch

from .dataset import spread
from .descriptors import mfcc_statistics
from .fast import run_stages
from .model import SampleCNN
from .teacher import describe


def untrained(seed: int = 20_210_317) -> SampleCNN:
    """A seeded random network."""
    torch.manual_seed(seed)
    return SampleCNN()


@torch.no_grad()
def embed_tracks(encoder: SampleCNN, tracks: list[np.ndarray], windows: int, device: str = "cpu") -> np.ndarray:
    """float32 [tracks, windows, 512], raw; windows spread evenly over the track."""
    encoder = encoder.to(device).eval()
    rows = [run_stages(encoder.sequential, torch.from_numpy(spread(track, windows)).unsqueeze(1).to(device), half=False).squeeze(2).cpu().numpy() for track in tracks]
    return np.stack(rows)


def embed_mfcc(tracks: list[np.ndarray], windows: int) -> np.ndarray:
    """float32 [tracks, windows, 40]."""
    return np.stack([mfcc_statistics(torch.from_numpy(spread(track, windows))).numpy() for track in tracks])


def embed_teacher(tracks: list[np.ndarray], windows: int) -> np.ndarray:
    """float32 [tracks, windows, 288]: what a perfect pupil could reach."""
    return np.stack([describe(torch.from_numpy(spread(track, windows))).numpy() for track in tracks])
