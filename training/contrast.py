"""NT-Xent for the upper stages, on kept outputs of stage 5: a spoilt window against one of the track's other half, where hours for the whole
network are missing.

The lower stages stay as they are, so that a step on 96 pairs costs less than one whole window. A small rate and few steps: on recorded
music, which validation listens to, more of it on composed pieces made retrieval no better (training/checkpoints/README.md).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from .fast import run_folded
from .local import LOWER
from .losses import nt_xent
from .run_state import RunState, counted_steps
from .seat import seat_upper
from .vary import draw_varied_pairs, spoil
from .warm_start import set_rate

PAIRS = 96


def train_contrast(state: RunState, tracks: list[np.ndarray], steps: int, kept_pairs: int, rate: float, temperature: float, seed: int, device: str) -> None:
    """Seats the upper stages unless `distil` or an earlier call has trained them, then takes `steps` steps over `kept_pairs` pairs; 0 only seats."""
    if steps and state.steps.get("contrast", 0) >= steps:
        return
    random = np.random.default_rng([seed, 9])
    stages, projector = state.model.to(device).eval().encoder.sequential, state.model.projector
    is_seated = "distil" in state.extra or "contrast" in state.extra
    if is_seated and not steps:
        return
    kept = keep_pairs(stages[:LOWER], tracks, kept_pairs, random, device)
    if not is_seated:
        clean, spoilt, _ = kept[: kept_pairs // 2].float().unbind(1)
        seat_upper(stages, clean, spoilt, seed)
        for layer in projector.modules():
            if isinstance(layer, nn.Linear):
                layer.reset_parameters()
        state.extra["contrast"] = {}
    upper, outer = torch.optim.Adam(stages[LOWER:].parameters()), torch.optim.Adam(projector.parameters())
    count = min(PAIRS, kept_pairs)
    for used in counted_steps(state, "contrast", steps, 2 * count):
        set_rate(upper, rate, used)
        set_rate(outer, 30 * rate, used)
        rows = torch.from_numpy(random.choice(kept_pairs, count, replace=False))
        vectors = run_folded(stages[LOWER:], kept[rows, 1:].transpose(0, 1).flatten(0, 1).float().to(device)).squeeze(2)
        projected = projector(vectors - vectors.mean(0, keepdim=True).detach())
        loss = nt_xent(projected[:count], projected[count:], temperature)
        for optimizer in (upper, outer):
            optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(list(stages[LOWER:].parameters()), 1.0)
        for optimizer in (upper, outer):
            optimizer.step()
        if state.steps.get("contrast", 0) % 20 == 0:
            state.log("contrast", contrast=loss.item())


@torch.no_grad()
def keep_pairs(lower: nn.Sequential, tracks: list[np.ndarray], pairs: int, random: np.random.Generator, device: str) -> torch.Tensor:
    """Outputs of the lower stages, [pairs, 3, 256, 81] in half precision, 124 kB a pair: a window, the same spoilt, one of the track's other half."""
    kept = []
    for begin in range(0, pairs, 8):
        count = min(8, pairs - begin)
        pairs_now = draw_varied_pairs(tracks, count, random)
        signal = np.concatenate((pairs_now[:count], spoil(pairs_now[:count], random), pairs_now[count:]))
        kept.append(run_folded(lower, torch.from_numpy(signal).unsqueeze(1).to(device)).half().cpu().unflatten(0, (3, count)).transpose(0, 1))
    return torch.cat(kept)
