"""Spectral descriptors: what the warm start regresses to, and the MFCC control. They are no part of the exported network."""

from __future__ import annotations

import numpy as np
import torch

RATE = 22_050
FFT, HOP, BANDS = 1_024, 512, 64
CEPSTRA = 20


def mel_filters(bands: int = BANDS) -> np.ndarray:
    """[bands, FFT / 2 + 1] triangles on the HTK mel scale, 30 Hz to 11,025 Hz, each of area 1."""
    to_mel, to_hertz = lambda hertz: 2595 * np.log10(1 + hertz / 700), lambda mel: 700 * (10 ** (mel / 2595) - 1)
    edges = to_hertz(np.linspace(to_mel(30.0), to_mel(RATE / 2), bands + 2))
    bins = np.arange(FFT // 2 + 1) * RATE / FFT
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    triangles = np.maximum(0, np.minimum(rising, falling))
    return triangles / (triangles.sum(1, keepdims=True) + 1e-9)


def chroma_filters() -> np.ndarray:
    """[12, FFT / 2 + 1]: each bin from 60 Hz to 4 kHz to its pitch class."""
    bins = np.arange(FFT // 2 + 1) * RATE / FFT
    used = (bins > 60) & (bins < 4_000)
    pitch = np.round(12 * np.log2(np.maximum(bins, 1) / 440)).astype(int) % 12
    return (np.arange(12)[:, None] == pitch) & used


MEL = torch.from_numpy(mel_filters()).float()
CHROMA = torch.from_numpy(chroma_filters().astype(np.float32))
#: Orthonormal DCT-II, [CEPSTRA, BANDS].
DCT = torch.from_numpy(np.sqrt(2 / BANDS) * np.cos(np.pi / BANDS * (np.arange(BANDS) + 0.5) * np.arange(CEPSTRA)[:, None])).float()


def power(signal: torch.Tensor) -> torch.Tensor:
    """[batch, samples] -> power spectra [batch, FFT / 2 + 1, frames]."""
    return torch.stft(signal, FFT, HOP, window=torch.hann_window(FFT, device=signal.device), return_complex=True).abs().square()


def statistics(signal: torch.Tensor) -> torch.Tensor:
    """[batch, samples] -> [batch, 2 * 64 + 2 * 20 + 12]: log-mel and MFCC means and deviations over time, and mean chroma."""
    spectrum = power(signal)
    mel = torch.log(MEL.to(signal.device) @ spectrum + 1e-5)
    cepstra = DCT.to(signal.device) @ mel
    chroma = CHROMA.to(signal.device) @ spectrum
    chroma = (chroma / (chroma.sum(1, keepdim=True) + 1e-6)).mean(2)
    return torch.cat((mel.mean(2), mel.std(2), cepstra.mean(2), cepstra.std(2), 8 * chroma), 1)


def mfcc_statistics(signal: torch.Tensor) -> torch.Tensor:
    """The control: [batch, samples] -> [batch, 40], means and deviations of 20 MFCCs."""
    cepstra = DCT.to(signal.device) @ torch.log(MEL.to(signal.device) @ power(signal) + 1e-5)
    return torch.cat((cepstra.mean(2), cepstra.std(2)), 1)
