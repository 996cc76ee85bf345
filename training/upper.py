"""Part two: full windows with the lowest stages frozen. Their outputs are computed once and kept, so a step costs a twentieth."""

from __future__ import annotations

import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from .augment import PRESETS, augment
from .dataset import cut, windows_of
from .descriptors import statistics
from .fast import run_stages
from .losses import nt_xent
from .model import WINDOW
from .run_state import RunState, budgeted_steps
from .warm_start import set_rate

#: Stages 0 to 4 are frozen; their output is 256 channels x 243 positions a window, 124 kB in half precision.
FROZEN = 5
POSITIONS = 243


def train_upper(state: RunState, tracks: list[np.ndarray], minutes: float, tracks_per_step: int, rate: float, span: int, seed: int, device: str, augmentation: str, temperature: float, auxiliary: float) -> None:
    """NT-Xent between a window of a track's first half and one of its second, plus `auxiliary` times the regression, which fades out
    at 60 % of the budget. `span` windows of each half are kept; a training window starts anywhere within them."""
    kept, targets = keep_outputs(state, tracks, span, seed, device, augmentation)
    mean, deviation = targets.flatten(0, 2).mean(0), targets.flatten(0, 2).std(0) + 1e-3
    random = np.random.default_rng([seed, 2, state.steps.get("upper", 0)])
    stages, projector = state.model.encoder.sequential[FROZEN:].to(device).train(), state.model.projector.to(device)
    head = nn.Linear(512, targets.shape[3]).to(device)
    if "upper" in state.extra:
        head.load_state_dict(state.extra["upper"])
    optimizer = torch.optim.Adam([*stages.parameters(), *projector.parameters(), *head.parameters()], lr=rate, weight_decay=1e-6)
    count = min(tracks_per_step, len(kept))
    for used in budgeted_steps(state, "upper", minutes, 2 * count):
        set_rate(optimizer, rate, used)
        chosen = random.choice(len(kept), count, replace=False)
        index, half = np.tile(chosen, 2), np.repeat([0, 1], count)
        signal, target = cut_windows(kept, targets, index, half, random)
        vectors = run_stages(stages, signal.to(device)).squeeze(2)
        projected = projector(vectors)
        contrast = nt_xent(projected[:count], projected[count:], temperature)
        weight = auxiliary * max(0.0, 1 - used / 0.6)
        regression = functional.mse_loss(head(vectors), ((target - mean) / deviation).to(device))
        optimizer.zero_grad()
        (contrast + weight * regression).backward()
        optimizer.step()
        state.extra["upper"] = head.state_dict()
        if state.steps.get("upper", 0) % 20 == 0:
            hits = (functional.normalize(projected[:count], dim=1) @ functional.normalize(projected[count:], dim=1).T).argmax(1) == torch.arange(count, device=device)
            state.log("upper", contrast=contrast.item(), regression=regression.item(), hits=hits.float().mean().item())


def cut_windows(kept: torch.Tensor, targets: torch.Tensor, index: np.ndarray, half: np.ndarray, random: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Windows [count, 256, 243] at random offsets of the kept spans, and their targets, interpolated between whole windows."""
    starts = random.integers(kept.shape[3] - POSITIONS + 1, size=len(index))
    signal = torch.stack([kept[row, side, :, start : start + POSITIONS] for row, side, start in zip(index, half, starts)]).float()
    whole, part = np.divmod(starts, POSITIONS)
    after = np.minimum(whole + 1, targets.shape[2] - 1)
    share = torch.from_numpy(part / POSITIONS).float()[:, None]
    return signal, (1 - share) * targets[index, half, whole] + share * targets[index, half, after]


@torch.no_grad()
def keep_outputs(state: RunState, tracks: list[np.ndarray], span: int, seed: int, device: str, augmentation: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Frozen outputs [tracks, 2 halves, 256, span * 243] in half precision, and targets [tracks, 2, span, statistics]."""
    random = np.random.default_rng([seed, 1])
    stages = state.model.encoder.sequential[:FROZEN].to(device)
    settle_norms(stages, tracks, random, device, augmentation)
    stages.eval()
    span = min(span, *(len(track) // (2 * WINDOW) for track in tracks))
    kept = torch.empty(len(tracks), 2, 256, span * POSITIONS, dtype=torch.float16)
    targets, began = [], time.monotonic()
    for row, track in enumerate(tracks):
        middle = len(track) // 2
        crops = [augment(cut(part, span * WINDOW, random), PRESETS[augmentation], random) for part in (track[:middle], track[middle:])]
        signal = torch.from_numpy(np.stack(crops)).to(device)
        kept[row] = run_stages(stages, signal.unsqueeze(1)).half().cpu()
        targets.append(statistics(signal.reshape(2 * span, WINDOW)).reshape(2, span, -1).cpu())
    state.seconds["keep"] = state.seconds.get("keep", 0.0) + time.monotonic() - began
    return kept, torch.stack(targets)


@torch.no_grad()
def settle_norms(stages: nn.Sequential, tracks: list[np.ndarray], random: np.random.Generator, device: str, augmentation: str) -> None:
    """Running statistics from full windows: short crops see more of their zero-padded edges."""
    stages.train()
    for stage in stages:
        stage[1].reset_running_stats()
    for _ in range(10):
        chosen = random.choice(len(tracks), min(12, len(tracks)), replace=False)
        signal = np.stack([augment(windows_of(tracks[index], WINDOW)[random.integers(len(tracks[index]) // WINDOW)], PRESETS[augmentation], random) for index in chosen])
        run_stages(stages, torch.from_numpy(signal).unsqueeze(1).to(device))
