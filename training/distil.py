"""Distillation on full windows: the 512 outputs learn to carry the teacher's descriptors, of audio varied without end.

The upper stages start as `seat.py` says. Each step runs some windows through the whole network; the lower stages stay supervised by the
local frames of `local.py`. The upper stages cost a sixtieth of a window, so their inputs are kept for a while (`Replay`) and they
take several larger steps on these for each step of the whole, where NT-Xent between the two windows of a pair finds enough others.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from .fast import run_folded
from .local import FROZEN, LOWER, fit_scale, local_frames
from .losses import gram_difference, nt_xent
from .model import DIMENSION, Clmr
from .peers import Peers
from .run_state import RunState, budgeted_steps
from .seat import seat_upper
from .teacher import TARGET, fit_teacher
from .vary import draw_varied_pairs, spoil
from .warm_start import set_rate

WINDOWS_TO_FIT = 512
KEPT_PAIRS, REPLAYED_PAIRS = 2_048, 32
#: Weights of the losses beside the local one's 1.
REGRESSION, GRAM, CONTRAST = 2.0, 10.0, 0.05


class Heads(nn.Module):
    """What only training needs: linear read-outs of the local and the whole descriptors."""

    def __init__(self, local: int = 64, whole: int = TARGET) -> None:
        super().__init__()
        self.local, self.whole = nn.Conv1d(256, local, 1), nn.Linear(DIMENSION, whole)


class Replay:
    """The last pairs' outputs of the lower stages and their targets, overwritten in turn."""

    def __init__(self, pairs: int, dimension: int) -> None:
        self.values = torch.empty(pairs, 2, 256, 81, dtype=torch.float16)
        self.targets = torch.empty(pairs, 2, dimension)
        self.count = 0

    def add(self, values: torch.Tensor, target: torch.Tensor) -> None:
        """Firsts then seconds, as draw_varied_pairs gives them."""
        pairs = len(values) // 2
        rows = torch.arange(self.count, self.count + pairs) % len(self.values)
        self.values[rows] = values.detach().half().cpu().unflatten(0, (2, pairs)).transpose(0, 1)
        self.targets[rows] = target.cpu().unflatten(0, (2, pairs)).transpose(0, 1)
        self.count += pairs

    def draw(self, pairs: int, random: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        rows = torch.from_numpy(random.choice(min(self.count, len(self.values)), pairs, replace=False))
        return self.values[rows].transpose(0, 1).flatten(0, 1).float(), self.targets[rows].transpose(0, 1).flatten(0, 1)


def distil(state: RunState, tracks: list[np.ndarray], minutes: float, pairs: int, rate: float, replays: int, seed: int, device: str, auxiliary: float, peers: Peers | None = None) -> None:
    """`pairs` a step through the whole network, then `replays` steps of the upper stages. auxiliary 0 leaves NT-Xent alone: the ablation."""
    if state.seconds.get("distil", 0.0) >= minutes * 60:
        return
    random = np.random.default_rng([seed, 4, state.steps.get("distil", 0)])
    model, heads = state.model.to(device), Heads().to(device)
    audio = torch.from_numpy(draw_varied_pairs(tracks, WINDOWS_TO_FIT // 2, np.random.default_rng(5)))
    teacher, scale = fit_teacher(audio), fit_scale(audio)
    if "distil" in state.extra:
        heads.load_state_dict(state.extra["distil"])
    else:
        heads.local.load_state_dict(state.extra["local"])
    if "distil" not in state.extra and "contrast" not in state.extra:
        with torch.no_grad():
            stages = model.encoder.sequential
            spoilt = torch.from_numpy(spoil(audio.numpy(), np.random.default_rng(6)))
            seat_upper(stages, *(torch.cat([run_folded(stages[:LOWER], part.unsqueeze(1).to(device)).cpu() for part in heard.split(8)]) for heard in (audio, spoilt)))
    frozen, lower, upper = model.encoder.sequential[:FROZEN], model.encoder.sequential[FROZEN:LOWER], model.encoder.sequential[LOWER:]
    whole = torch.optim.Adam([*lower.parameters(), *heads.local.parameters()])
    top, outer = torch.optim.Adam(upper.parameters()), torch.optim.Adam([*model.projector.parameters(), *heads.whole.parameters()])
    replay = Replay(KEPT_PAIRS, heads.whole.out_features)
    for used in budgeted_steps(state, "distil", minutes, 2 * pairs):
        for optimizer, factor in ((whole, 0.5), (top, 1), (outer, 8)):
            set_rate(optimizer, factor * rate, used)
        signal = torch.from_numpy(draw_varied_pairs(tracks, pairs, random))
        target, frames = teacher(signal).to(device), ((local_frames(signal) - scale[0]) / scale[1]).to(device)
        with torch.no_grad():
            ground = run_folded(frozen, signal.unsqueeze(1).to(device))
        values = run_folded(lower, ground)
        local = functional.mse_loss(heads.local(values), frames)
        terms = upper_terms(model, heads, upper, values, target)
        step((whole, top, outer), auxiliary * (local + REGRESSION * terms["regression"] + GRAM * terms["gram"]) + (CONTRAST if auxiliary else 1.0) * terms["contrast"])
        fresh = terms["regression"].item()
        replay.add(values, target)
        for _ in range(replays if replay.count >= 4 * REPLAYED_PAIRS else 0):
            terms = upper_terms(model, heads, upper, *(part.to(device) for part in replay.draw(REPLAYED_PAIRS, random)))
            step((top, outer), auxiliary * (REGRESSION * terms["regression"] + GRAM * terms["gram"]) + (CONTRAST if auxiliary else 1.0) * terms["contrast"])
        if peers and state.steps.get("distil", 0) % 8 == 7:
            peers.average([*model.parameters(), *heads.parameters()])
        state.extra["distil"] = heads.state_dict()
        if state.steps.get("distil", 0) % 10 == 0:
            state.log("distil", local=local.item(), fresh=fresh, **{name: value.item() for name, value in terms.items()})


def upper_terms(model: Clmr, heads: Heads, upper: nn.Sequential, values: torch.Tensor, target: torch.Tensor) -> dict[str, torch.Tensor]:
    """values [2 * pairs, 256, 81], target [2 * pairs, 288] -> the three losses of the whole window."""
    vectors = run_folded(upper, values).squeeze(2)
    projected, pairs = model.projector(vectors), len(vectors) // 2
    return {
        "regression": functional.mse_loss(heads.whole(vectors), target),
        "gram": gram_difference(vectors, target),
        "contrast": nt_xent(projected[:pairs], projected[pairs:], 0.2),
    }


def step(optimizers: tuple[torch.optim.Optimizer, ...], loss: torch.Tensor) -> None:
    """One step, gradients clipped: a chain can be far out."""
    for optimizer in optimizers:
        optimizer.zero_grad()
    loss.backward()
    for optimizer in optimizers:
        nn.utils.clip_grad_norm_([parameter for group in optimizer.param_groups for parameter in group["params"]], 2.0)
        optimizer.step()
