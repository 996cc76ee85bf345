"""What a training run keeps on disk: one checkpoint, replaced in one step, and a log with a line for each report."""

from __future__ import annotations

import csv
import os
import statistics
import time
from collections import deque
from pathlib import Path

import torch

from .model import Clmr


class RunState:
    """A run in a folder: the model, each part's seconds and steps, the log. Opening it with resume=True goes on."""

    def __init__(self, folder: Path, seed: int, resume: bool, start: Path | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.path = folder, folder / "checkpoint.pt"
        torch.manual_seed(seed)
        self.model = Clmr()
        self.seconds: dict[str, float] = {}
        self.steps: dict[str, int] = {}
        self.clips: dict[str, int] = {}
        self.extra: dict[str, dict] = {}
        source = self.path if resume and self.path.exists() else start
        if source:
            self.load(source)
            if source == start:
                self.steps.pop("contrast", None)  # a budget of this run, in steps

    def load(self, path: Path) -> None:
        """Half precision is accepted: the committed checkpoint is stored so."""
        kept = torch.load(path, map_location="cpu", weights_only=True)
        self.model.load_state_dict({key: value.float() if value.is_floating_point() else value for key, value in kept["model"].items()})
        self.seconds, self.steps, self.clips, self.extra = kept["seconds"], kept["steps"], kept["clips"], kept["extra"]

    def save(self) -> None:
        kept = {"model": self.model.state_dict(), "seconds": self.seconds, "steps": self.steps, "clips": self.clips, "extra": self.extra}
        torch.save(kept, self.path.with_suffix(".new"))
        os.replace(self.path.with_suffix(".new"), self.path)

    def log(self, part: str, **values: float) -> None:
        """Appends to log.csv: part, its step, its seconds, name, value; long form, so that a plot needs no schema."""
        with open(self.folder / "log.csv", "a", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            for name, value in values.items():
                rows.writerow([part, self.steps.get(part, 0), round(self.seconds.get(part, 0), 1), name, f"{value:.5g}"])


def budgeted_steps(state: RunState, part: str, minutes: float, clips_per_step: int, save_every: float = 120.0):
    """Yields the fraction of the part's budget already used, until it is used up; counts, saves and survives a resume."""
    budget, saved, clock = minutes * 60, time.monotonic(), StepClock()
    while state.seconds.get(part, 0.0) < budget:
        began = time.monotonic()
        yield state.seconds.get(part, 0.0) / budget
        state.seconds[part] = state.seconds.get(part, 0.0) + clock.counted(time.monotonic() - began)
        state.steps[part] = state.steps.get(part, 0) + 1
        state.clips[part] = state.clips.get(part, 0) + clips_per_step
        if time.monotonic() - saved > save_every:
            state.save()
            saved = time.monotonic()
    state.save()


def counted_steps(state: RunState, part: str, steps: int, clips_per_step: int):
    """The same for a budget of steps, so that the result does not depend on how busy the machine is."""
    while state.steps.get(part, 0) < steps:
        began = time.monotonic()
        yield state.steps.get(part, 0) / steps
        state.seconds[part] = state.seconds.get(part, 0.0) + time.monotonic() - began
        state.steps[part] = state.steps.get(part, 0) + 1
        state.clips[part] = state.clips.get(part, 0) + clips_per_step
    state.save()


class StepClock:
    """Leaves out the time in which the process was stopped: a step of more than ten times the median counts as the median."""

    def __init__(self) -> None:
        self.recent: deque[float] = deque(maxlen=101)

    def counted(self, seconds: float) -> float:
        median = statistics.median(self.recent) if len(self.recent) >= 5 else seconds
        taken = seconds if seconds <= 10 * median else median
        self.recent.append(taken)
        return taken
