"""Several processes train one model: each averages its parameters with the others' last ones now and then (elastic averaging, Zhang et
al. 2015, with equal weights). One process of one thread each makes more of cores that others use, too, than threads that wait for each other.
"""

from __future__ import annotations

import os
from pathlib import Path

import torch


class Peers:
    """folder: shared by the processes. index: this one's number."""

    def __init__(self, folder: Path, index: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.index = folder, index

    @torch.no_grad()
    def average(self, parameters: list[torch.Tensor]) -> None:
        """Writes own parameters and moves each to the mean of all processes' last ones."""
        own = [parameter.detach().cpu() for parameter in parameters]
        torch.save(own, self.folder / f"{self.index}.new")
        os.replace(self.folder / f"{self.index}.new", self.folder / f"{self.index}.pt")
        others = [torch.load(path, weights_only=True) for path in sorted(self.folder.glob("*.pt")) if path.stem != str(self.index)]
        for row, parameter in enumerate(parameters):
            mean = sum((other[row] for other in others), own[row]) / (len(others) + 1)
            parameter.copy_(mean)
