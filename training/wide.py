"""For a GPU: the whole network at once, on batches of a thousand windows that the GPU itself varies and spoils.

Of each track three windows: one of its first half, one that overlaps it and is spoilt, one of its second half. NT-Xent among them says that they are
one track; `auxiliary` is the weight of the teacher's descriptors, which a spoilt window must have as it had them before.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from .fast import run_stages
from .losses import gram_difference, nt_xent
from .model import DIMENSION, WINDOW
from .run_state import RunState, budgeted_steps
from .teacher import TARGET, Teacher, fit_teacher
from .vary_batch import Pool, draw_triples
from .warm_start import set_rate

#: Weights beside NT-Xent's.
REGRESSION, GRAM = 2.0, 10.0
#: Every so many seconds tracks that were prepared meanwhile are taken in.
REFRESH = 45
#: Tracks whose three windows the teacher's scales are fitted to.
FITTED = 192


def train_wide(state: RunState, folders: list[Path], minutes: float, tracks_per_step: int, rate: float, temperature: float, auxiliary: float, contrast: float, seed: int, device: str) -> None:
    """`tracks_per_step` tracks a step, three windows each; every parameter learns, batch statistics are those of the step."""
    if state.seconds.get("wide", 0.0) >= minutes * 60:
        return
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(seed + state.steps.get("wide", 0))
    pool, refreshed = Pool(folders, 2 * WINDOW, device), time.monotonic()
    model, head = state.model.to(device).train(), nn.Linear(DIMENSION, TARGET).to(device)
    teacher = open_teacher(state, pool)
    if "head" in state.extra.get("wide", {}):
        head.load_state_dict(state.extra["wide"]["head"])
    optimizer = torch.optim.Adam([*model.parameters(), *head.parameters()], weight_decay=1e-6)
    for used in budgeted_steps(state, "wide", minutes, 3 * tracks_per_step):
        set_rate(optimizer, rate, used)
        if time.monotonic() - refreshed > REFRESH:
            pool.refresh()
            refreshed = time.monotonic()
        windows, spoilt = draw_triples(pool, tracks_per_step)
        target = teacher(windows.transpose(0, 1).flatten(0, 1))
        heard = torch.cat((windows[:, 0], spoilt, windows[:, 2]))
        vectors = run_stages(model.encoder.sequential, heard.unsqueeze(1)).squeeze(2)
        first, near, other = model.projector(vectors).chunk(3)
        alike = (nt_xent(first, near, temperature) + nt_xent(first, other, temperature) + nt_xent(near, other, temperature)) / 3
        regression, gram = functional.mse_loss(head(vectors), target), gram_difference(vectors, target)
        loss = contrast * alike + auxiliary * (REGRESSION * regression + GRAM * gram)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_([*model.parameters(), *head.parameters()], 5.0)
        optimizer.step()
        state.extra["wide"]["head"] = head.state_dict()
        values = {"contrast": alike.item(), "regression": regression.item(), "gram": gram.item()}
        if not np.isfinite(loss.item()):
            raise FloatingPointError(f"the loss of step {state.steps.get('wide', 0)} is not finite: {values}")
        if state.steps.get("wide", 0) % 20 == 0:
            state.log("wide", tracks=len(pool), **values)


def open_teacher(state: RunState, pool: Pool) -> Teacher:
    """The teacher's scales are fitted once in a run, so that a resumed one and those that start from it ask for the same."""
    kept = state.extra.setdefault("wide", {})
    if "mean" not in kept:
        with torch.no_grad():
            fitted = fit_teacher(torch.cat([draw_triples(pool, FITTED // 4)[0].flatten(0, 1).cpu() for _ in range(4)]))
        kept["mean"], kept["matrix"] = fitted.mean, fitted.matrix
    return Teacher(kept["mean"].to(pool.device), kept["matrix"].to(pool.device))
