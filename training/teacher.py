"""Descriptors richer than MFCC statistics, of a whole window: what the network is taught to carry in its 512 outputs.

Measured on recorded game music, whitened as here, they find a track by its other half better than whitened MFCC statistics do
(docs of the model have the table), so a network that predicts them from the waveform has that to gain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from .descriptors import FFT, MEL, RATE

HOP = 256
#: Edges in Hz of the octaves in which the modulation of each of 16 bands is measured.
MODULATION = (0.7, 1.5, 3.0, 6.0, 12.0, 24.0, 43.0)
#: A principal component of variance v is scaled by v^-POWER: 0.5 would whiten. Whitened, four fifths of a target are details that no
#: pupil predicts from few windows; with 0.3 the first twenty components are a third of it, and retrieval by it is as good.
POWER, LEAST = 0.3, 1e-3
#: Numbers of a target: three of each of 64 bands, and six octaves of 16.
TARGET = 3 * 64 + 6 * 16


def log_mel(signal: torch.Tensor, hop: int) -> torch.Tensor:
    """[batch, samples] -> [batch, 64, samples / hop + 1]."""
    window = torch.hann_window(FFT, device=signal.device)
    power = torch.stft(signal, FFT, hop, window=window, return_complex=True).abs().square()
    return torch.log(MEL.to(signal.device) @ power + 1e-5)


def describe(signal: torch.Tensor) -> torch.Tensor:
    """[batch, samples] -> [batch, 288]: over time, the log-mel bands' mean, deviation and deviation of their change, and how strongly
    16 bands are modulated in each octave from 0.7 to 43 Hz."""
    bands = log_mel(signal, HOP)
    change = bands[:, :, 2:] - bands[:, :, :-2]
    return torch.cat((bands.mean(2), bands.std(2), change.std(2), modulation(bands)), 1)


def modulation(bands: torch.Tensor) -> torch.Tensor:
    """[batch, 64, frames] -> [batch, 16 * 6], the log of the mean power of each octave of modulation."""
    coarse = bands.unflatten(1, (16, 4)).mean(2)
    frames = coarse.shape[2]
    moved = (coarse - coarse.mean(2, keepdim=True)) * torch.hann_window(frames, device=bands.device)
    power = torch.fft.rfft(moved, dim=2).abs().square() / frames
    hertz = torch.arange(power.shape[2], device=bands.device) * (RATE / HOP / frames)
    octaves = [power[:, :, (hertz >= low) & (hertz < high)].mean(2) for low, high in zip(MODULATION, MODULATION[1:])]
    return torch.log(torch.cat(octaves, 1) + 1e-2)


@dataclass(frozen=True)
class Teacher:
    """mean [288], matrix [288, 288]: a window's target is the scaled descriptor, of length sqrt(288)."""

    mean: torch.Tensor
    matrix: torch.Tensor

    def __call__(self, signal: torch.Tensor) -> torch.Tensor:
        """[batch, samples] -> [batch, 288]."""
        placed = (describe(signal) - self.mean) @ self.matrix.T
        return torch.nn.functional.normalize(placed, dim=1) * placed.shape[1] ** 0.5


def fit_teacher(signal: torch.Tensor) -> Teacher:
    """Scales principal components of [windows, samples] of training audio as it is varied in training; those below LEAST of the mean
    variance are scaled no further."""
    values = torch.cat([describe(part) for part in signal.split(64)]).numpy().astype(np.float64)
    variances, directions = np.linalg.eigh(np.cov(values, rowvar=False))
    scales = np.maximum(variances, LEAST * variances.mean()) ** -POWER
    return Teacher(torch.from_numpy(values.mean(0)).float(), torch.from_numpy(np.ascontiguousarray((directions * scales).T)).float())
