"""python -m unittest discover -s training/tests -t . : quick checks by number. Tests that need PyTorch say so when it is missing."""

from __future__ import annotations

import importlib.util
import tempfile
import unittest
from pathlib import Path

try:
    import numpy as np
except ImportError as cause:
    raise unittest.SkipTest("NumPy is not installed (training/requirements.txt)") from cause

from training.music.reserved import RESERVED_STYLES, refuse_reserved
from training.reference import WINDOW, encode
from training.tensors import read_safetensors, write_safetensors

TORCH = importlib.util.find_spec("torch") is not None
SCIPY = importlib.util.find_spec("scipy") is not None


class Reserved(unittest.TestCase):
    def test_reserved_material_is_refused(self) -> None:
        for case in ({"soundfont": "TimGM6mb.sf2", "style": "rock", "seed": 1}, {"soundfont": "a.sf2", "style": sorted(RESERVED_STYLES)[0], "seed": 1}, {"soundfont": "a.sf2", "style": "rock", "seed": 900_000}):
            with self.subTest(case), self.assertRaisesRegex(ValueError, "RESERVED.md"):
                refuse_reserved(**case)


class Tensors(unittest.TestCase):
    def test_safetensors_come_back_as_written(self) -> None:
        tensors = {"a.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.float32([-1.5])}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "x.safetensors")
            write_safetensors(path, tensors, {"format": "test"})
            back = read_safetensors(path)
        for name, tensor in tensors.items():
            np.testing.assert_array_equal(back[name], tensor)


@unittest.skipUnless(SCIPY, "SciPy is not installed")
class Augmentations(unittest.TestCase):
    def test_every_preset_keeps_length_and_stays_finite(self) -> None:
        from training.augment import PRESETS, augment

        random = np.random.default_rng(0)
        crop = np.sin(np.arange(WINDOW) * 0.05).astype(np.float32)
        for name, preset in PRESETS.items():
            for _ in range(5):
                with self.subTest(name):
                    out = augment(crop, preset, random)
                    self.assertEqual((out.shape, out.dtype), (crop.shape, crop.dtype))
                    self.assertTrue(np.isfinite(out).all())


@unittest.skipUnless(TORCH and SCIPY, "PyTorch or SciPy is not installed")
class Network(unittest.TestCase):
    def setUp(self) -> None:
        import torch

        from training.model import SampleCNN

        torch.manual_seed(3)
        self.torch, self.encoder = torch, SampleCNN()
        for module in self.encoder.modules():
            if isinstance(module, torch.nn.BatchNorm1d):
                module.running_mean.uniform_(-0.1, 0.1)
                module.running_var.uniform_(0.5, 2)
        self.encoder.eval()

    def test_reference_equals_pytorch(self) -> None:
        from training.export import write_encoder
        from training.level import to_level

        signal = np.random.default_rng(0).uniform(-0.5, 0.5, WINDOW).astype(np.float32)
        with tempfile.TemporaryDirectory() as folder, self.torch.no_grad():
            path = Path(folder, "encoder.safetensors")
            write_encoder(self.encoder, path)
            expected = self.encoder(self.torch.from_numpy(to_level(signal))[None, None]).numpy()[0]
            np.testing.assert_allclose(encode(signal, read_safetensors(path)), expected, atol=1e-4)

    def test_fast_form_equals_the_module(self) -> None:
        from training.fast import run_stages

        signal = self.torch.randn(2, 1, WINDOW)
        with self.torch.no_grad():
            fast = run_stages(self.encoder.sequential, signal, half=False).squeeze(2)
            self.torch.testing.assert_close(fast, self.encoder(signal), atol=1e-4, rtol=1e-4)

    def test_names_are_upstream_s(self) -> None:
        from training.model import Clmr

        names = set(Clmr().state_dict())
        self.assertIn("encoder.sequential.10.1.running_var", names)
        self.assertIn("projector.0.weight", names)

    def test_weights_that_are_not_finite_are_refused(self) -> None:
        from training.export import write_encoder
        from training.level import to_level

        with self.torch.no_grad():
            self.encoder.sequential[3][0].weight[0, 0, 0] = float("nan")
        with tempfile.TemporaryDirectory() as folder, self.assertRaisesRegex(ValueError, "not finite"):
            write_encoder(self.encoder, Path(folder, "x.safetensors"))

    def test_nt_xent_prefers_matching_pairs(self) -> None:
        from training.losses import nt_xent

        first = self.torch.eye(8)
        self.assertLess(float(nt_xent(first, first)), float(nt_xent(first, first.roll(1, 0))))


if __name__ == "__main__":
    unittest.main()
