"""CLMR's network (Spijkervet and Burgoyne 2021): the SampleCNN encoder (Lee et al. 2017) and its projector, with upstream's names."""

from __future__ import annotations

import torch
from torch import nn

#: Samples of one window, 3^10: 2.678 s at 22,050 Hz.
WINDOW = 59_049
DIMENSION = 512
#: Output channels of the eleven stages.
CHANNELS = (128, 128, 128, 256, 256, 256, 256, 256, 256, 512, 512)


class SampleCNN(nn.Module):
    """[batch, 1, 59049] -> [batch, 512]. Stage 0 strides by 3, stages 1 to 9 pool by 3, stage 10 keeps the length."""

    def __init__(self) -> None:
        super().__init__()
        inputs = (1, *CHANNELS[:-1])
        self.sequential = nn.Sequential(*(make_stage(index, inputs[index], CHANNELS[index]) for index in range(11)))
        self.fc = nn.Identity()

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        return self.fc(self.sequential(signal).flatten(1))


def make_stage(index: int, inputs: int, outputs: int) -> nn.Sequential:
    """Conv1d of kernel 3, BatchNorm, ReLU and, in stages 1 to 9, max-pooling by 3."""
    first, last = index == 0, index == 10
    parts: list[nn.Module] = [nn.Conv1d(inputs, outputs, 3, stride=3 if first else 1, padding=0 if first else 1), nn.BatchNorm1d(outputs), nn.ReLU()]
    if not first and not last:
        parts.append(nn.MaxPool1d(3, 3))
    stage = nn.Sequential(*parts)
    nn.init.kaiming_uniform_(stage[0].weight, mode="fan_out", nonlinearity="relu")
    return stage


class Projector(nn.Sequential):
    """[batch, 512] -> [batch, 128], the MLP whose output NT-Xent compares."""

    def __init__(self) -> None:
        super().__init__(nn.Linear(DIMENSION, DIMENSION, bias=False), nn.ReLU(), nn.Linear(DIMENSION, 128, bias=False))


class Clmr(nn.Module):
    """Encoder and projector as one module, so that its state has upstream's `encoder.*` and `projector.*` keys."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = SampleCNN()
        self.projector = Projector()

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        return self.projector(self.encoder(signal))
