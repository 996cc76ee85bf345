"""Between short crops and whole windows: the lower stages learn from full windows to predict the log-mel frame around each position.

One window has 81 positions after stage 5, one for 729 samples (33 ms), each seeing 66 ms: as many targets as it has positions.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from .fast import run_folded, run_stages
from .model import Clmr
from .peers import Peers
from .run_state import RunState, budgeted_steps
from .teacher import log_mel
from .vary import draw_varied_pairs
from .warm_start import set_rate

#: Stages 0 to 5 are the lower ones.
LOWER, POSITION = 6, 729
#: Stages 0 and 1, two thirds of the arithmetic of a training step, learn enough from short crops and stay as they are.
FROZEN = 2


def train_local(state: RunState, tracks: list[np.ndarray], minutes: float, pairs: int, rate: float, seed: int, device: str, peers: Peers | None = None) -> None:
    """`pairs` pairs of varied windows a step; what the read-out learnt stays in state.extra["local"]."""
    random = np.random.default_rng([seed, 8, state.steps.get("local", 0)])
    model, read_out = state.model.to(device), nn.Conv1d(256, 64, 1).to(device)
    mean, deviation = fit_scale(torch.from_numpy(draw_varied_pairs(tracks, 256, np.random.default_rng(5))))
    if "local" in state.extra:
        read_out.load_state_dict(state.extra["local"])
    else:
        settle(model, tracks, device)
        state.extra["local"] = read_out.state_dict()
    frozen, lower = model.encoder.sequential[:FROZEN], model.encoder.sequential[FROZEN:LOWER]
    optimizer = torch.optim.Adam([*lower.parameters(), *read_out.parameters()])
    for used in budgeted_steps(state, "local", minutes, 2 * pairs):
        set_rate(optimizer, rate, used)
        signal = torch.from_numpy(draw_varied_pairs(tracks, pairs, random))
        with torch.no_grad():
            ground = run_folded(frozen, signal.unsqueeze(1).to(device))
        loss = functional.mse_loss(read_out(run_folded(lower, ground)), ((local_frames(signal) - mean) / deviation).to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if peers and state.steps.get("local", 0) % 8 == 7:
            peers.average([*lower.parameters(), *read_out.parameters()])
        state.extra["local"] = read_out.state_dict()
        if state.steps.get("local", 0) % 10 == 0:
            state.log("local", local=loss.item())


def local_frames(signal: torch.Tensor) -> torch.Tensor:
    """[batch, 59049] -> log-mel [batch, 64, 81], each frame centred on its position's samples."""
    return log_mel(signal[:, POSITION // 2 :], POSITION)[:, :, :81]


def fit_scale(signal: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and deviation [64, 1] of each band over an eighth of the windows; the same audio in every process and after a resume."""
    frames = local_frames(signal[::8])
    return frames.mean((0, 2))[:, None], frames.std((0, 2))[:, None]


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
