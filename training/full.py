"""Part three: NT-Xent on full windows through the whole network, as published; the batch is small on a CPU."""

from __future__ import annotations

import numpy as np
import torch

from .augment import PRESETS
from .dataset import draw_pairs
from .fast import run_stages
from .losses import nt_xent
from .model import WINDOW
from .optimizers import make_optimizer
from .run_state import RunState, budgeted_steps
from .warm_start import set_rate


def train_full(state: RunState, tracks: list[np.ndarray], minutes: float, tracks_per_step: int, rate: float, seed: int, device: str, augmentation: str, temperature: float, optimizer_name: str = "adam") -> None:
    """Every parameter learns; batch statistics are those of the step."""
    random = np.random.default_rng([seed, 3, state.steps.get("full", 0)])
    model = state.model.to(device).train()
    optimizer = make_optimizer(optimizer_name, model.parameters(), rate)
    for used in budgeted_steps(state, "full", minutes, 2 * tracks_per_step):
        set_rate(optimizer, rate, used)
        first, second = draw_pairs(tracks, tracks_per_step, WINDOW, PRESETS[augmentation], random)
        signal = torch.from_numpy(np.concatenate((first, second))).unsqueeze(1).to(device)
        projected = model.projector(run_stages(model.encoder.sequential, signal).squeeze(2))
        loss = nt_xent(projected[:tracks_per_step], projected[tracks_per_step:], temperature)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        state.log("full", contrast=loss.item())
