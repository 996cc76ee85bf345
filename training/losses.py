"""NT-Xent (Chen et al. 2020): each crop must find the other crop of its track among all crops of the batch."""

from __future__ import annotations

import torch
from torch.nn import functional


def nt_xent(first: torch.Tensor, second: torch.Tensor, temperature: float = 0.5) -> torch.Tensor:
    """first, second: [tracks, dimension], row i of both from track i. CLMR's temperature is 0.5."""
    both = functional.normalize(torch.cat((first, second)).float(), dim=1)
    similarity = both @ both.T / temperature
    similarity.fill_diagonal_(float("-inf"))
    count = len(first)
    target = torch.cat((torch.arange(count, 2 * count), torch.arange(count))).to(first.device)
    return functional.cross_entropy(similarity, target)


def gram_difference(vectors: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean squared difference between the cosines among the batch's vectors, centred, and those among their targets (relational
    distillation: Park et al. 2019), both [batch, any dimension]."""
    centred = functional.normalize(vectors - vectors.mean(0), dim=1)
    wanted = functional.normalize(target - target.mean(0), dim=1)
    return functional.mse_loss(centred @ centred.T, wanted @ wanted.T)
