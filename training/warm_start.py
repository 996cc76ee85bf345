"""Part one: the lower stages learn from short crops, at a ninth of the cost or less, to predict spectral statistics."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from .augment import PRESETS
from .dataset import draw_crops
from .descriptors import statistics
from .fast import run_stages
from .run_state import RunState, budgeted_steps


def warm_start(state: RunState, tracks: list[np.ndarray], minutes: float, batch: int, rate: float, stage_count: int, seed: int, device: str, augmentation: str) -> None:
    """Regresses standardised log-mel, MFCC and chroma statistics of each crop from the 256 channels of the last of `stage_count` stages.

    A crop has 3^stage_count samples, which those stages pool to one position: 7 stages are 2,187 samples (0.10 s), 8 are 6,561.
    """
    samples = 3**stage_count
    random = np.random.default_rng([seed, state.steps.get("short", 0)])
    stages = state.model.encoder.sequential[:stage_count].to(device).train()
    mean, deviation = target_scale(tracks, samples, seed)
    head = nn.Linear(256, len(mean)).to(device)
    if "short" in state.extra:
        head.load_state_dict(state.extra["short"])
    optimizer = torch.optim.Adam([*stages.parameters(), *head.parameters()], lr=rate)
    for used in budgeted_steps(state, "short", minutes, batch):
        set_rate(optimizer, rate, used)
        signal = torch.from_numpy(draw_crops(tracks, batch, samples, PRESETS[augmentation], random)).to(device)
        target = (statistics(signal) - mean.to(device)) / deviation.to(device)
        predicted = head(run_stages(stages, signal.unsqueeze(1)).squeeze(2))
        loss = functional.mse_loss(predicted, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        state.extra["short"] = head.state_dict()
        if state.steps.get("short", 0) % 20 == 0:
            state.log("short", loss=loss.item())


def target_scale(tracks: list[np.ndarray], samples: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and deviation of every target over 512 crops."""
    crops = draw_crops(tracks, 512, samples, PRESETS["none"], np.random.default_rng(seed))
    values = statistics(torch.from_numpy(crops))
    return values.mean(0), values.std(0) + 1e-3


def set_rate(optimizer: torch.optim.Optimizer, rate: float, used: float) -> None:
    """Two per cent of warm-up, then a cosine to a fiftieth of the rate; `used` is the fraction of the budget."""
    factor = min(1.0, 0.1 + used / 0.02) * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * min(used, 1.0))))
    for group in optimizer.param_groups:
        group["lr"] = rate * factor
