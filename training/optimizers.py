"""Adam, or LARS (You et al. 2017), which CLMR names for large batches."""

from __future__ import annotations

from collections.abc import Iterable

import torch

OPTIMIZERS = ("adam", "lars")


def make_optimizer(name: str, parameters: Iterable[torch.Tensor], rate: float, weight_decay: float = 1e-6) -> torch.optim.Optimizer:
    """Raises ValueError for a name that is not in OPTIMIZERS."""
    if name == "adam":
        return torch.optim.Adam(parameters, lr=rate, weight_decay=weight_decay)
    if name == "lars":
        return Lars(parameters, lr=rate, weight_decay=weight_decay)
    raise ValueError(f"the optimizer {name} is unknown; there are {', '.join(OPTIMIZERS)}")


class Lars(torch.optim.Optimizer):
    """Momentum whose step in each tensor is in proportion to the tensor's own norm; biases and norms take a plain one.

    `lr` counts relative to `trust`: 0.3 x batch / 256 is the usual start.
    """

    def __init__(self, parameters: Iterable[torch.Tensor], lr: float, momentum: float = 0.9, weight_decay: float = 1e-6, trust: float = 1e-3) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "trust": trust})

    @torch.no_grad()
    def step(self, closure=None) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self.move(parameter, group)

    def move(self, parameter: torch.Tensor, group: dict) -> None:
        """One tensor's step."""
        update = parameter.grad
        if parameter.ndim > 1:
            update = update + group["weight_decay"] * parameter
            size, length = parameter.norm(), update.norm()
            update = update * torch.where((size > 0) & (length > 0), group["trust"] * size / (length + 1e-12), torch.ones_like(size))
        speed = self.state[parameter].setdefault("speed", torch.zeros_like(parameter))
        speed.mul_(group["momentum"]).add_(update, alpha=group["lr"])
        parameter.sub_(speed)
