"""CLMR's encoder in NumPy, written apart from the product's code to check it by number.

    python3 training/reference.py --weights encoder.safetensors --pcm mono.f32 --out vectors.f32

Reads canonical weights (safetensors, float32, batch normalisation not folded) and raw mono float32 at 22,050 Hz, cuts windows of
59,049 samples (the tail is dropped) and writes one vector of 512 float32 for each. Needs NumPy only.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

WINDOW = 3**10
EPSILON = 1e-5


def read_safetensors(path: Path) -> dict[str, np.ndarray]:
    """Tensors by name from a safetensors file."""
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    body = data[8 + size :]
    return {
        name: np.frombuffer(body[entry["data_offsets"][0] : entry["data_offsets"][1]], "<f4").reshape(entry["shape"]).astype(np.float64)
        for name, entry in header.items()
        if name != "__metadata__"
    }


def convolve(signal: np.ndarray, weight: np.ndarray, bias: np.ndarray, stride: int, padding: int) -> np.ndarray:
    """signal [inputs, length], weight [outputs, inputs, 3] -> [outputs, (length + 2 padding - 3) // stride + 1]."""
    padded = np.pad(signal, ((0, 0), (padding, padding)))
    count = (padded.shape[1] - 3) // stride + 1
    taps = [weight[:, :, tap] @ padded[:, tap : tap + stride * (count - 1) + 1 : stride] for tap in range(3)]
    return taps[0] + taps[1] + taps[2] + bias[:, None]


def encode(window: np.ndarray, weights: dict[str, np.ndarray]) -> np.ndarray:
    """One window of 59,049 samples -> a vector of 512."""
    if "input.level" in weights:
        level, lowest = weights["input.level"]
        window = window * level / max(np.sqrt(np.mean(window**2)), lowest)
    signal = window[None, :]
    for stage in range(11):
        conv, norm = f"sequential.{stage}.0", f"sequential.{stage}.1"
        first, last = stage == 0, stage == 10
        signal = convolve(signal, weights[f"{conv}.weight"], weights[f"{conv}.bias"], 3 if first else 1, 0 if first else 1)
        mean, variance = weights[f"{norm}.running_mean"], weights[f"{norm}.running_var"]
        signal = (signal - mean[:, None]) / np.sqrt(variance[:, None] + EPSILON)
        signal = signal * weights[f"{norm}.weight"][:, None] + weights[f"{norm}.bias"][:, None]
        signal = np.maximum(signal, 0)
        if not first and not last:
            count = signal.shape[1] // 3
            signal = signal[:, : count * 3].reshape(signal.shape[0], count, 3).max(axis=2)
    return signal[:, 0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--pcm", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    weights = read_safetensors(options.weights)
    pcm = np.fromfile(options.pcm, "<f4").astype(np.float64)
    windows = [pcm[start : start + WINDOW] for start in range(0, len(pcm) - WINDOW + 1, WINDOW)]
    np.stack([encode(window, weights) for window in windows]).astype("<f4").tofile(options.out)


if __name__ == "__main__":
    main()
