"""Gives the upper stages a start from which they need not discover pooling over time: they begin as running means of what the local
read-out finds after stage 5 (standardised log-mel bands), of its rises and falls, of how far it lies above its mean, and of maxima.

Everything is a convolution of the published shape, and all of it learns on from there.
"""

from __future__ import annotations

import torch
from torch import nn

#: Standard deviations added to a band before ReLU, so that running means stay positive.
OFFSET, THRESHOLD = 3.0, 0.5
BANDS = 64


@torch.no_grad()
def seat_upper(stages: nn.Sequential, read_out: nn.Conv1d) -> None:
    """stages: all eleven. read_out: 256 channels after stage 5 to 64 standardised bands."""
    for index in range(6, 11):
        clear(stages[index])
    weight, bias = read_out.weight[:, :, 0], read_out.bias
    first, second = stages[6][0], stages[7][0]
    first.weight[:BANDS] += weight[:, :, None] / 3
    first.bias[:BANDS] = bias + OFFSET
    put_rise(first, BANDS, weight)
    first.weight[2 * BANDS : 3 * BANDS, :, 1] += weight
    first.bias[2 * BANDS : 3 * BANDS] = bias - THRESHOLD
    put_rise(first, 3 * BANDS, -weight)
    means = torch.eye(256)
    second.weight[: 3 * BANDS] += means[: 3 * BANDS, :, None] / 3
    put_rise(second, 3 * BANDS, means[:BANDS])
    stages[8][0].weight += means[:, :, None] / 3
    stages[9][0].weight[:256] += means[:, :, None] / 3
    stages[9][0].weight[256:, :, 1] += means
    stages[10][0].weight[:, :, 1] += torch.eye(512)


def put_rise(conv: nn.Conv1d, row: int, weight: torch.Tensor) -> None:
    """64 channels from `row`: how much a band changes from the position before to the one after."""
    conv.weight[row : row + BANDS, :, 2] += weight
    conv.weight[row : row + BANDS, :, 0] -= weight


def clear(stage: nn.Sequential) -> None:
    """Small random weights, and a normalisation that changes nothing."""
    conv, norm = stage[0], stage[1]
    conv.weight.mul_(0).add_(torch.randn_like(conv.weight) * 0.003)
    conv.bias.zero_()
    norm.running_mean.zero_()
    norm.running_var.fill_(1 - norm.eps)
    norm.weight.fill_(1)
    norm.bias.zero_()
