"""Every window at one level, before the first stage: what is played softer is not other music. The two numbers go into the weights' file."""

from __future__ import annotations

import numpy as np

#: RMS that the network hears, and the lowest RMS of a window that is raised to it: -20 and -60 dBFS. Below, the gain stays at 40 dB.
LEVEL, LOWEST = 0.1, 0.001


def to_level(signal: np.ndarray) -> np.ndarray:
    """[..., samples] -> the same, float32, each window by itself."""
    rms = np.sqrt(np.mean(np.square(signal, dtype=np.float64), axis=-1, keepdims=True))
    return (signal * (LEVEL / np.maximum(rms, LOWEST))).astype(np.float32)
