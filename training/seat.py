"""Gives the upper stages a start from which they need not discover pooling over time.

Stage 6 takes the 128 directions of what stage 5 gives in which music differs most against what spoiling it adds (linear discriminants), turned at
random so that all vary alike, and keeps what lies above and what lies below their mean apart; the stages after it are running means, the last but one beside maxima. Of such a pair the difference
is a mean over time and the sum a mean deviation, which is what retrieval by statistics of frames lives on.

Everything is a convolution of the published shape, and all of it learns on from there.
"""

from __future__ import annotations

import torch
from torch import nn

COMPONENTS = 128
#: Share of the scatter in the denominator, and its ridge in units of the trace. 0.15 to 0.5 and 0.001 to 0.01 were level on recorded music.
SPOILT, RIDGE = 0.15, 0.001


@torch.no_grad()
def seat_upper(stages: nn.Sequential, values: torch.Tensor, spoilt: torch.Tensor, seed: int = 2) -> None:
    """stages: all eleven. values, spoilt: outputs of stage 5 for windows of training audio and for the same spoilt, [windows, 256, 81]."""
    weight = stages[6][0].weight
    draw = torch.Generator().manual_seed(seed)
    frames, spoilt_frames = (part.to(weight.device).transpose(1, 2).flatten(0, 1) for part in (values, spoilt))
    mean = frames.mean(0)
    directions = discriminants(torch.cov((frames - mean).T), scatter_of(spoilt_frames - frames))
    turned = torch.linalg.qr(torch.randn(COMPONENTS, COMPONENTS, generator=draw))[0].T.to(weight.device) @ directions.T
    signed = torch.cat((turned, -turned))
    for index in range(6, 11):
        clear(stages[index], draw)
    weight[:, :, 1] += signed
    stages[6][0].bias.copy_(-signed @ mean)
    means = torch.eye(256, device=weight.device)[:, :, None] / 3
    for index in (7, 8):
        stages[index][0].weight += means
    stages[9][0].weight[:256] += means
    stages[9][0].weight[256:, :, 1] += torch.eye(256, device=weight.device)
    stages[10][0].weight[:, :, 1] += torch.eye(512, device=weight.device)


def scatter_of(differences: torch.Tensor) -> torch.Tensor:
    return differences.T @ differences / len(differences)


def discriminants(covariance: torch.Tensor, scatter: torch.Tensor) -> torch.Tensor:
    """[256, 128], orthonormal. The denominator is mostly the covariance itself and a little of its trace, so that directions which hardly vary are not
    taken for clean ones."""
    size = len(covariance)
    against = (1 - SPOILT) * covariance / covariance.trace() + SPOILT * scatter / scatter.trace()
    against += RIDGE / size * torch.eye(size, device=covariance.device)
    root = torch.linalg.cholesky(torch.linalg.inv(against))
    return torch.linalg.qr(root @ torch.linalg.eigh(root.T @ covariance @ root)[1].flip(1)[:, :COMPONENTS])[0]


def clear(stage: nn.Sequential, draw: torch.Generator) -> None:
    """Small random weights, and a normalisation that changes nothing."""
    conv, norm = stage[0], stage[1]
    conv.weight.copy_(torch.randn(conv.weight.shape, generator=draw) * 0.003)
    conv.bias.zero_()
    norm.running_mean.zero_()
    norm.running_var.fill_(1 - norm.eps)
    norm.weight.fill_(1)
    norm.bias.zero_()
