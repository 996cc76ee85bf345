"""python -m unittest discover -s training/tests -t . : the batches that a GPU varies and the part that learns from them, on a CPU."""

from __future__ import annotations

import importlib.util
import tempfile
import unittest
from pathlib import Path

READY = all(importlib.util.find_spec(name) for name in ("numpy", "scipy", "torch"))


@unittest.skipUnless(READY, "NumPy, SciPy or PyTorch is not installed")
class Wide(unittest.TestCase):
    def setUp(self) -> None:
        import numpy as np

        from training.pcm import PcmWriter

        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder, random = Path(folder.name), np.random.default_rng(1)
        self.writer = PcmWriter(self.folder / "data")
        self.addCleanup(self.writer.audio.close)
        self.addCleanup(self.writer.index.close)
        for name in range(4):
            self.writer.add(random.uniform(-0.5, 0.5, 150_000).astype(np.float32), {"name": str(name)})

    def open_pool(self):
        from training.vary_batch import Pool

        return Pool([self.folder / "data"], 100_000, "cpu")

    def test_a_window_is_cut_where_and_as_fast_as_asked(self) -> None:
        import numpy as np
        import torch

        from training.model import WINDOW

        pool = self.open_pool()
        rows, places = torch.tensor([1, 3]), torch.tensor([0.0, 1.0])
        plain, faster = pool.cut(rows, places, torch.ones(2)), pool.cut(rows, places, torch.full((2,), 2.0))
        audio = np.fromfile(self.folder / "data" / "audio.i16", "<i2").reshape(4, -1) / 32_768
        np.testing.assert_allclose(plain[0], audio[1, :WINDOW], atol=1e-6)
        np.testing.assert_allclose(plain[1], audio[3, 150_000 - 2 - WINDOW : 150_000 - 2], atol=1e-6)
        np.testing.assert_allclose(faster[0], audio[1, : 2 * WINDOW : 2], atol=1e-6)

    def test_tracks_that_were_added_meanwhile_are_taken_in(self) -> None:
        import numpy as np

        pool = self.open_pool()
        self.writer.add(np.zeros(150_000, np.float32), {"name": "later"})
        self.writer.add(np.zeros(50_000, np.float32), {"name": "too short"})
        pool.refresh()
        self.assertEqual((len(pool), int(pool.starts[-1]), len(pool.samples)), (5, 4 * 150_000, 5 * 150_000 + 50_000))

    def test_varied_and_spoilt_windows_are_finite_and_at_one_level_whatever_is_drawn(self) -> None:
        import torch

        from training.level import LEVEL
        from training.vary_batch import draw_triples

        torch.manual_seed(1)
        windows, spoilt = draw_triples(self.open_pool(), 48)
        self.assertEqual((windows.shape, spoilt.shape), ((48, 3, 59_049), (48, 59_049)))
        for heard in (windows, spoilt):
            torch.testing.assert_close(heard.square().mean(-1).sqrt(), torch.full(heard.shape[:-1], LEVEL), atol=1e-4, rtol=1e-3)

    def test_a_run_learns_resumes_and_asks_for_the_same_targets(self) -> None:
        import torch

        from training.run_state import RunState
        from training.wide import train_wide

        def train(minutes: float) -> RunState:
            state = RunState(self.folder / "run", 1, resume=True)
            train_wide(state, [self.folder / "data"], minutes, tracks_per_step=3, rate=1e-3, temperature=0.2, auxiliary=1.0, contrast=0.2, seed=1, device="cpu")
            return state

        first = train(0.001)
        then = train(first.seconds["wide"] / 60 + 0.001)  # a slow machine's first step may have taken all of a fixed budget
        self.assertGreater(then.steps["wide"], first.steps["wide"])
        torch.testing.assert_close(then.extra["wide"]["matrix"], first.extra["wide"]["matrix"])
        self.assertEqual(train(0.001).steps, then.steps, "its budget is used up")
