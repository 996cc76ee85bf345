"""Distillation on full windows: the 512 outputs learn to carry the teacher's descriptors, of audio varied without end.

Each step runs some windows through the whole network. The lower stages are supervised locally, too: the log-mel frame around each of
the 81 positions after stage 5. The upper stages cost a sixtieth of a window, so their inputs are kept for a while (`Replay`) and they
take several larger steps on these for each step of the whole, where NT-Xent between the two windows of a pair finds enough others.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from .fast import run_folded, run_stages
from .losses import gram_difference, nt_xent
from .model import DIMENSION, Clmr
from .peers import Peers
from .run_state import RunState, budgeted_steps
from .teacher import Teacher, fit_teacher, log_mel
from .vary import draw_varied_pairs
from .warm_start import set_rate

#: Stages 0 to 5 are the lower ones: 81 positions, one for 729 samples (33 ms), seeing 66 ms each.
LOWER, POSITION = 6, 729
#: Stages 0 and 1, two thirds of the arithmetic of a training step, learn enough from short crops and stay as they are.
FROZEN = 2
WINDOWS_TO_FIT = 512
KEPT_PAIRS, REPLAYED_PAIRS = 2_048, 32
#: Weights of the losses beside the local one's 1.
REGRESSION, GRAM, CONTRAST = 2.0, 10.0, 0.05


class Heads(nn.Module):
    """What only training needs: linear read-outs of the local and the whole descriptors."""

    def __init__(self, local: int = 64, whole: int = 288) -> None:
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
    teacher, scale = fit_targets(tracks)
    if "distil" in state.extra:
        heads.load_state_dict(state.extra["distil"])
    else:
        settle(model, tracks, device)
    frozen, lower, upper = model.encoder.sequential[:FROZEN], model.encoder.sequential[FROZEN:LOWER], model.encoder.sequential[LOWER:]
    whole = torch.optim.Adam([*lower.parameters(), *heads.local.parameters()], lr=rate / 2)
    top = torch.optim.Adam([*upper.parameters(), *model.projector.parameters(), *heads.whole.parameters()], lr=rate)
    replay = Replay(KEPT_PAIRS, heads.whole.out_features)
    for used in budgeted_steps(state, "distil", minutes, 2 * pairs):
        set_rate(whole, rate / 2, used)
        set_rate(top, rate, used)
        signal = torch.from_numpy(draw_varied_pairs(tracks, pairs, random))
        target, frames = teacher(signal).to(device), ((local_frames(signal) - scale[0]) / scale[1]).to(device)
        with torch.no_grad():
            ground = run_folded(frozen, signal.unsqueeze(1).to(device))
        values = run_folded(lower, ground)
        local = functional.mse_loss(heads.local(values), frames)
        terms = upper_terms(model, heads, upper, values, target)
        step((whole, top), auxiliary * (local + REGRESSION * terms["regression"] + GRAM * terms["gram"]) + (CONTRAST if auxiliary else 1.0) * terms["contrast"])
        replay.add(values, target)
        for _ in range(replays if replay.count >= 4 * REPLAYED_PAIRS else 0):
            terms = upper_terms(model, heads, upper, *(part.to(device) for part in replay.draw(REPLAYED_PAIRS, random)))
            step((top,), auxiliary * (REGRESSION * terms["regression"] + GRAM * terms["gram"]) + (CONTRAST if auxiliary else 1.0) * terms["contrast"])
        if peers and state.steps.get("distil", 0) % 8 == 7:
            peers.average([*model.parameters(), *heads.parameters()])
        state.extra["distil"] = heads.state_dict()
        if state.steps.get("distil", 0) % 10 == 0:
            state.log("distil", local=local.item(), **{name: value.item() for name, value in terms.items()})


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


def local_frames(signal: torch.Tensor) -> torch.Tensor:
    """[batch, 59049] -> log-mel [batch, 64, 81], each frame centred on its position's samples."""
    return log_mel(signal[:, POSITION // 2 :], POSITION)[:, :, :81]


def fit_targets(tracks: list[np.ndarray]) -> tuple[Teacher, tuple[torch.Tensor, torch.Tensor]]:
    """The teacher's whitening, and mean and deviation of each band of the local frames, the same for every process and after a resume."""
    signal = torch.from_numpy(draw_varied_pairs(tracks, WINDOWS_TO_FIT // 2, np.random.default_rng(5)))
    frames = local_frames(signal[::8])
    return fit_teacher(signal), (frames.mean((0, 2))[:, None], frames.std((0, 2))[:, None])


@torch.no_grad()
def settle(model: Clmr, tracks: list[np.ndarray], device: str) -> None:
    """Running statistics of all stages from varied windows, the same for every process; they stay as they are from here on."""
    random = np.random.default_rng(6)
    model.train()
    for stage in model.encoder.sequential:
        stage[1].reset_running_stats()
    for count in range(8):
        for stage in model.encoder.sequential:
            stage[1].momentum = 1 / (count + 1)
        run_stages(model.encoder.sequential, torch.from_numpy(draw_varied_pairs(tracks, 8, random)).unsqueeze(1).to(device))
    model.eval()
