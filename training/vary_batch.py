"""vary.py for whole batches of tensors, so that a GPU need not wait for NumPy. The same ranges and probabilities, drawn for every track at once.

A chain is shared by the windows of a track, [tracks, windows, 59049]; what spoils is drawn for each window, [windows, 59049].
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from .descriptors import RATE
from .level import LEVEL, LOWEST
from .model import WINDOW
from .pcm import read_rows
from .vary import SIZE


class Pool:
    """Prepared tracks in the device's memory, as int16. Folders may still grow: `refresh` takes in what was added."""

    def __init__(self, folders: list[Path], minimum: int, device: str) -> None:
        self.folders, self.minimum, self.device = folders, minimum, device
        self.refresh()

    def refresh(self) -> None:
        parts, starts, lengths, end = [], [], [], 0
        for folder in self.folders:
            rows = read_rows(folder)
            samples = sum(row["samples"] for row in rows)
            parts.append(torch.from_numpy(np.fromfile(folder / "audio.i16", "<i2", samples)))
            used = [row for row in rows if row["samples"] >= self.minimum]
            starts += [end + row["offset"] for row in used]
            lengths += [row["samples"] for row in used]
            end += samples
        self.samples = torch.cat(parts).to(self.device)
        self.starts, self.lengths = torch.tensor(starts, device=self.device), torch.tensor(lengths, device=self.device)

    def __len__(self) -> int:
        return len(self.starts)

    def cut(self, rows: torch.Tensor, places: torch.Tensor, speeds: torch.Tensor) -> torch.Tensor:
        """rows, places (0..1 of what the track leaves), speeds: [count] each -> float32 [count, 59049], linearly interpolated."""
        speeds = torch.minimum(speeds, (self.lengths[rows] - 2) / WINDOW)
        room = (self.lengths[rows] - 2 - WINDOW * speeds).clamp(min=0)
        begins = self.starts[rows] + (places * room).long()
        steps = torch.arange(WINDOW, device=self.device)
        ahead = steps * (speeds - 1)[:, None]
        whole = ahead.floor()
        index = begins[:, None] + steps + whole.long()
        share = ahead - whole
        return ((1 - share) * self.samples[index] + share * self.samples[index + 1]) / 32_768


def draw_triples(pool: Pool, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Three windows of each of `count` tracks, varied: one of either half, and one that overlaps the first, a little faster or slower in a quarter of
    the cases. Returns them [count, 3, 59049] (first, overlapping, other half) and the overlapping ones spoilt, [count, 59049]."""
    device = pool.device
    rows = torch.randperm(len(pool), device=device)[:count] if count <= len(pool) else torch.randint(len(pool), (count,), device=device)
    speeds = torch.where(chance(count, 0.4, device), 2 ** uniform(count, -0.5, 0.5, device), torch.ones(count, device=device))
    first, other = uniform(count, 0, 0.42, device), uniform(count, 0.58, 1, device)
    near = (first + uniform(count, -0.6, 0.6, device) * WINDOW / pool.lengths[rows]).clamp(0, 1)
    moved = speeds * torch.where(chance(count, 0.25, device), uniform(count, 0.96, 1.04, device), torch.ones(count, device=device))
    windows = torch.stack((pool.cut(rows, first, speeds), pool.cut(rows, near, moved), pool.cut(rows, other, speeds)), 1)
    mixed = rows[torch.randperm(count, device=device)]
    others = torch.stack([pool.cut(mixed, uniform(count, 0, 1, device), 2 ** uniform(count, -0.5, 0.5, device)) for _ in range(3)], 1)
    varied = vary(windows, others)
    return varied, spoil(varied[:, 1])


def vary(windows: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """[tracks, windows, 59049], a chain for each track. `others` are mixed into three tracks of ten."""
    windows, others = even(windows), even(others)
    change(windows, 0.3, lambda part, rows: part + others[rows] * decibels(len(part), -15, 3, part.device))
    change(windows, 0.02, lambda part, _: torch.randn_like(part))
    change(windows, 0.8, lambda part, _: shape_spectrum(part, response(len(part), part.device)))
    change(windows, 0.2, lambda part, _: saturate(part, 6))
    change(windows, 0.25, lambda part, _: move_level(part))
    change(windows, 0.3, lambda part, _: add_noise(part, 5, 45, shaped=torch.ones(len(part), dtype=torch.bool, device=part.device)))
    return to_level(windows * torch.where(chance(len(windows), 0.5, windows.device), 1.0, -1.0)[:, None, None])


def spoil(windows: torch.Tensor) -> torch.Tensor:
    """[windows, 59049]: what happens to music on its way and should not be heard, each window by itself."""
    windows = even(windows[:, None].clone())
    change(windows, 0.35, lambda part, _: shape_spectrum(part, band_pass(len(part), part.device)))
    change(windows, 0.3, lambda part, _: shape_spectrum(part, room(*ranges(len(part), part.device, (0.2, 0.8), (0.2, 0.8)))))
    change(windows, 0.4, lambda part, _: shape_spectrum(part, response(len(part), part.device)))
    change(windows, 0.15, lambda part, _: saturate(part, 5))
    change(windows, 0.5, lambda part, _: add_noise(part, 5, 35, shaped=chance(len(part), 0.5, part.device)))
    return to_level(windows)[:, 0]


def change(windows: torch.Tensor, share: float, made: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> None:
    """Replaces a random share of the rows, in place."""
    rows = chance(len(windows), share, windows.device).nonzero().squeeze(1)
    if len(rows):
        windows[rows] = made(windows[rows], rows).float()


def shape_spectrum(windows: torch.Tensor, gain: torch.Tensor) -> torch.Tensor:
    """windows [tracks, windows, 59049], gain [tracks, SIZE / 2 + 1], real or complex; scaled back to deviation 1."""
    return even(torch.fft.irfft(torch.fft.rfft(windows, SIZE) * gain[:, None], SIZE)[..., :WINDOW])


def response(count: int, device: torch.device) -> torch.Tensor:
    """[count, SIZE / 2 + 1], an equaliser each: a random curve, a tilt, sometimes band limits, sometimes a room's."""
    octaves = octaves_of(device)
    curve = slow_curve(count, uniform(count, 2, 9, device), device)
    curve += torch.randn(count, 1, device=device) * 1.5 * (octaves - 5)
    curve -= torch.where(chance(count, 0.3, device)[:, None], 24 * (octaves - uniform(count, 6.5, 9.2, device)[:, None]).clamp(min=0), 0.0)
    curve -= torch.where(chance(count, 0.25, device)[:, None], 18 * (uniform(count, 0.5, 4.5, device)[:, None] - octaves).clamp(min=0), 0.0)
    gain = (10 ** (curve / 20)).to(torch.complex64)
    heard_in_rooms = room(*ranges(count, device, (0.1, 1.2), (0.05, 0.6)))
    return torch.where(chance(count, 0.35, device)[:, None], gain * heard_in_rooms, gain)


def room(seconds: torch.Tensor, wet: torch.Tensor) -> torch.Tensor:
    """[count, SIZE / 2 + 1], a room's response each: noise that falls by 60 dB in `seconds`, `wet` of it beside what comes direct."""
    time = torch.arange(SIZE, device=seconds.device) / (RATE * seconds[:, None])
    tail = torch.randn_like(time) * 10 ** (-3 * time) * (time < 1)
    tail = tail / tail.square().sum(1, keepdim=True).sqrt()
    return (1 - wet)[:, None] + wet[:, None] * torch.fft.rfft(tail)


def band_pass(count: int, device: torch.device) -> torch.Tensor:
    """Butterworth slopes of 24 dB an octave at both ends, zero phase: [count, SIZE / 2 + 1]."""
    frequency = torch.fft.rfftfreq(SIZE, 1 / RATE, device=device).clamp(min=1)
    lowest, highest = uniform(count, 50, 500, device)[:, None], uniform(count, 2000, 8000, device)[:, None]
    return ((1 + (lowest / frequency) ** 8) * (1 + (frequency / highest) ** 8)).rsqrt()


def slow_curve(count: int, deviation: torch.Tensor, device: torch.device) -> torch.Tensor:
    """[count, SIZE / 2 + 1]: smooth random curves over the octaves, in dB."""
    place = octaves_of(device) / 9.2 * 13
    below = place.floor().clamp(0, 12).long()
    share = (place - below).clamp(0, 1)
    knots = torch.randn(count, 14, device=device) * deviation[:, None]
    return (1 - share) * knots[:, below] + share * knots[:, below + 1]


def saturate(windows: torch.Tensor, most: float) -> torch.Tensor:
    """tanh of the windows, whose peak is driven to a factor of 0.5 to `most`."""
    drive = uniform(len(windows), 0.5, most, windows.device)[:, None, None]
    return even(torch.tanh(drive * windows / (windows.abs().amax((1, 2), keepdim=True) + 1e-9)))


def move_level(windows: torch.Tensor) -> torch.Tensor:
    """A level that moves by some dB, 1 to 16 times a second."""
    count, device = len(windows), windows.device
    knots = torch.randn(count, 44, device=device) * uniform(count, 2, 9, device)[:, None]
    place = torch.arange(WINDOW, device=device) / WINDOW * (torch.randint(3, 44, (count, 1), device=device) - 1)
    below = place.floor().long()
    curve = torch.lerp(knots.gather(1, below), knots.gather(1, below + 1), place - below)
    return even(windows * (10 ** (curve / 20))[:, None])


def add_noise(windows: torch.Tensor, least: float, most: float, shaped: torch.Tensor) -> torch.Tensor:
    """White noise, or coloured at random where `shaped` says, `least` to `most` dB below the music."""
    count, device = len(windows), windows.device
    noise = torch.randn_like(windows)
    colour = 10 ** (slow_curve(count, torch.full((count,), 8.0, device=device), device) / 20)
    noise = torch.where(shaped[:, None, None], shape_spectrum(noise, colour), noise)
    return windows + noise * decibels(count, -most, -least, device)


def even(windows: torch.Tensor) -> torch.Tensor:
    """Deviation 1 over a track's windows together; the parts of `vary` keep to it, so that levels in dB mean the same in each."""
    return windows / (windows.square().mean((1, 2), keepdim=True).sqrt() + 1e-6)


def to_level(windows: torch.Tensor) -> torch.Tensor:
    """level.py's arithmetic, in float32."""
    return windows * (LEVEL / windows.square().mean(-1, keepdim=True).sqrt().clamp(min=LOWEST))


def octaves_of(device: torch.device) -> torch.Tensor:
    """[SIZE / 2 + 1]: octaves of each frequency above 20 Hz, 0 below."""
    return torch.log2(torch.fft.rfftfreq(SIZE, 1 / RATE, device=device).clamp(min=20) / 20)


def ranges(count: int, device: torch.device, *limits: tuple[float, float]) -> list[torch.Tensor]:
    return [uniform(count, *pair, device) for pair in limits]


def uniform(count: int, low: float, high: float, device: torch.device) -> torch.Tensor:
    return low + (high - low) * torch.rand(count, device=device)


def decibels(count: int, low: float, high: float, device: torch.device) -> torch.Tensor:
    """Gains [count, 1, 1]."""
    return 10 ** (uniform(count, low, high, device) / 20)[:, None, None]


def chance(count: int, share: float, device: torch.device) -> torch.Tensor:
    return torch.rand(count, device=device) < share
