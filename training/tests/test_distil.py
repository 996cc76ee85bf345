"""python -m unittest discover -s training/tests -t . : the parts of distillation, by number. Needs PyTorch and SciPy."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READY = all(importlib.util.find_spec(name) for name in ("numpy", "scipy", "torch"))


@unittest.skipUnless(READY, "NumPy, SciPy or PyTorch is not installed")
class Folded(unittest.TestCase):
    def setUp(self) -> None:
        import torch

        from training.model import SampleCNN

        torch.manual_seed(3)
        self.torch, self.encoder = torch, SampleCNN().eval()
        for stage in self.encoder.sequential:
            stage[1].running_mean.uniform_(-0.1, 0.1)
            stage[1].running_var.uniform_(0.5, 2)

    def test_the_folded_form_equals_the_module(self) -> None:
        from training.fast import run_folded

        signal = self.torch.randn(2, 1, 59_049)
        with self.torch.no_grad():
            self.torch.testing.assert_close(run_folded(self.encoder.sequential, signal, half=False).squeeze(2), self.encoder(signal), atol=1e-4, rtol=1e-4)

    def test_its_gradients_are_those_of_the_module(self) -> None:
        from training.fast import run_folded

        weight, signal = self.encoder.sequential[9][0].weight, self.torch.randn(2, 1, 59_049)
        (expected,) = self.torch.autograd.grad(self.encoder(signal).square().sum(), weight)
        (gradient,) = self.torch.autograd.grad(run_folded(self.encoder.sequential, signal, half=False).square().sum(), weight)
        self.torch.testing.assert_close(gradient, expected, rtol=1e-2, atol=1e-3 * float(expected.abs().max()))

    def test_pooling_of_a_length_that_three_does_not_divide_drops_the_rest(self) -> None:
        from training.fast import pool

        value = self.torch.randn(2, 4, 1, 11, requires_grad=True)
        pooled = pool(value)
        self.torch.testing.assert_close(pooled, self.torch.nn.functional.max_pool2d(value, (1, 3)))
        pooled.sum().backward()
        self.assertEqual(int(value.grad.sum()), 2 * 4 * 3)
        self.assertEqual(float(value.grad[..., 9:].abs().max()), 0.0)


@unittest.skipUnless(READY, "NumPy, SciPy or PyTorch is not installed")
class Targets(unittest.TestCase):
    def test_the_modulation_of_a_tremolo_is_found_in_its_octave(self) -> None:
        import torch

        from training.teacher import log_mel, modulation

        time = torch.arange(59_049) / 22_050
        noise = torch.randn(59_049, generator=torch.Generator().manual_seed(1))
        signal = (noise * (1 + 0.9 * torch.sin(2 * torch.pi * 4.5 * time)))[None]
        octaves = modulation(log_mel(signal, 256)).reshape(6, 16).mean(1)
        self.assertEqual(int(octaves.argmax()), 2, "3 to 6 Hz")

    def test_targets_are_the_same_for_the_same_audio_and_of_one_length(self) -> None:
        import torch

        from training.teacher import fit_teacher

        signal = torch.randn(24, 59_049, generator=torch.Generator().manual_seed(1)) * 0.1
        teacher = fit_teacher(signal)
        torch.testing.assert_close(teacher(signal), teacher(signal))
        torch.testing.assert_close(teacher(signal).norm(dim=1), torch.full((24,), 288**0.5))

    def test_varied_and_spoilt_windows_are_finite_and_at_one_level_whatever_is_drawn(self) -> None:
        import numpy as np

        from training.level import LEVEL
        from training.vary import draw_varied_pairs, spoil

        random = np.random.default_rng(0)
        tracks = [(random.uniform(-1, 1, 150_000) * 20_000).astype(np.int16), np.zeros(150_000, np.int16)]
        signal = draw_varied_pairs(tracks, 40, random)
        for windows in (signal, spoil(signal, random)):
            self.assertEqual((windows.shape, windows.dtype), ((80, 59_049), np.float32))
            levels = np.sqrt(np.mean(np.square(windows, dtype=np.float64), axis=1))
            self.assertTrue(np.isfinite(windows).all() and ((np.abs(levels - LEVEL) < 1e-4) | (levels == 0)).all(), levels)

    def test_the_taught_metric_keeps_what_the_teacher_asks_for(self) -> None:
        import numpy as np

        from training.transform import fit_taught

        random = np.random.default_rng(0)
        vectors = random.standard_normal((400, 6)) * [0.1, 1, 1, 1, 1, 1]
        place = fit_taught(vectors, vectors[:, :1] * 10, floor=0.01)
        self.assertGreater(float(np.linalg.norm(place.matrix[:, 0])), 5 * float(np.linalg.norm(place.matrix[:, 1])))
        self.assertEqual(np.linalg.matrix_rank(place.matrix), 6)


@unittest.skipUnless(READY, "NumPy, SciPy or PyTorch is not installed")
class Running(unittest.TestCase):
    def test_the_time_a_process_was_stopped_is_not_counted(self) -> None:
        from training.run_state import StepClock

        clock = StepClock()
        self.assertEqual([clock.counted(seconds) for seconds in (1, 1, 1, 1, 1, 300, 2)], [1, 1, 1, 1, 1, 1, 2])

    def test_both_optimizers_lower_a_loss_and_others_are_refused(self) -> None:
        import torch

        from training.optimizers import make_optimizer

        for name, rate in (("adam", 0.1), ("lars", 10.0)):
            with self.subTest(name):
                weight = torch.nn.Parameter(torch.full((4, 4), 2.0))
                optimizer = make_optimizer(name, [weight], rate)
                for _ in range(20):
                    optimizer.zero_grad()
                    weight.square().sum().backward()
                    optimizer.step()
                self.assertLess(float(weight.detach().square().sum()), 60)
        with self.assertRaisesRegex(ValueError, "adam, lars"):
            make_optimizer("sgd", [], 1)

    def test_peers_meet_at_their_mean(self) -> None:
        import torch

        from training.peers import Peers

        with tempfile.TemporaryDirectory() as folder:
            first, second = torch.zeros(3), torch.ones(3)
            Peers(Path(folder), 1).average([first])
            Peers(Path(folder), 2).average([second])
        torch.testing.assert_close(second, torch.full((3,), 0.5))

    def test_the_paper_preset_has_the_published_probabilities(self) -> None:
        from training.augment import PRESETS

        paper = PRESETS["paper"]
        published = {"polarity": 0.8, "noise": 0.01, "gain": 0.3, "filters": 0.8, "delay": 0.3, "pitch": 0.6, "reverb": 0.6}
        self.assertEqual({name: getattr(paper, name) for name in published}, published)

    def test_the_command_line_refuses_what_is_reserved(self) -> None:
        cases = ((["--soundfont", "/nowhere/TimGM6mb.sf2", "--kind", "validation"], "TimGM6mb.sf2 is reserved"), (["--first", "900000"], "seeds 900000 to 999999 are reserved"))
        for arguments, words in cases:
            with self.subTest(words), tempfile.TemporaryDirectory() as folder:
                done = subprocess.run([sys.executable, "-m", "training.prepare", "pieces", "--out", folder, "--count", "1", "--jobs", "1", *arguments], cwd=ROOT, capture_output=True, text=True)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(words, done.stderr)
                self.assertEqual((Path(folder) / "audio.i16").stat().st_size, 0)


@unittest.skipUnless(READY, "NumPy, SciPy or PyTorch is not installed")
class Seat(unittest.TestCase):
    def test_pairs_of_outputs_grow_with_the_deviation_over_time_and_their_difference_with_the_mean(self) -> None:
        import torch

        from training.fast import run_folded
        from training.model import SampleCNN
        from training.seat import COMPONENTS, seat_upper

        stages = SampleCNN().eval().sequential
        noise = torch.randn(64, 256, 81, generator=torch.Generator().manual_seed(4))
        spoilt = noise.clone()
        spoilt[:, :20] += 3 * torch.randn(64, 20, 81, generator=torch.Generator().manual_seed(5))
        seat_upper(stages, noise, spoilt)
        heard = stages[6][0].weight[:COMPONENTS, :, 1].square().sum(0)
        heard = heard.detach()
        self.assertLess(float(heard[:20].mean()), 0.1 * float(heard[20:].mean()))

        def pairs(values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            with torch.no_grad():
                out = run_folded(stages[6:], values, half=False).squeeze(2)[:, : 2 * COMPONENTS]
            return out[:, :COMPONENTS] + out[:, COMPONENTS:], out[:, :COMPONENTS] - out[:, COMPONENTS:]

        calm, moved = pairs(0.5 * noise)[0].mean(), pairs(noise)[0].mean()
        self.assertAlmostEqual(float(moved / calm), 2.0, delta=0.2)
        shifted = noise + stages[6][0].weight[0, :, 1][None, :, None]
        self.assertGreater(float((pairs(shifted)[1] - pairs(noise)[1])[:, 0].mean()), 0.5)

    def test_a_restarted_or_newly_started_contrast_counts_from_zero_and_keeps_the_seat(self) -> None:
        import torch

        from training.run_state import RunState

        with tempfile.TemporaryDirectory() as folder:
            state = RunState(Path(folder, "a"), 1, False)
            state.steps, state.extra = {"contrast": 200, "short": 5}, {"contrast": {}}
            state.save()
            started = RunState(Path(folder, "b"), 1, True, state.path)
            self.assertEqual(started.steps, {"short": 5})
            self.assertIn("contrast", started.extra)
            self.assertEqual(RunState(Path(folder, "a"), 1, True, None).steps["contrast"], 200)
            torch.testing.assert_close(started.model.state_dict(), state.model.state_dict())


if __name__ == "__main__":
    unittest.main()
