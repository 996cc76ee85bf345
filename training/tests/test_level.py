"""Windows at one level, here and in the file that the product reads."""

import tempfile
import unittest
from pathlib import Path

import numpy as np

from training.dataset import cut, windows_of
from training.export import write_encoder
from training.level import LEVEL, LOWEST, to_level
from training.model import SampleCNN
from training.reference import read_safetensors
from training.vary import draw_varied_pairs


def rms(signal: np.ndarray) -> np.ndarray:
    return np.sqrt(np.mean(np.square(signal, dtype=np.float64), axis=-1))


class LevelTest(unittest.TestCase):
    def setUp(self):
        self.random = np.random.default_rng(1)
        self.track = (np.clip(self.random.standard_normal(200_000) * np.linspace(0.01, 0.3, 200_000), -1, 1) * 32_767).astype(np.int16)

    def test_loud_and_soft_windows_come_alike_and_what_is_nearly_silent_stays_soft(self):
        noise = self.random.standard_normal((3, 5000)) * np.array([[0.5], [0.002], [LOWEST / 10]])
        np.testing.assert_allclose(rms(to_level(noise)), [LEVEL, LEVEL, LEVEL / 10], rtol=0.1)
        self.assertFalse(to_level(np.zeros(100)).any())

    def test_whatever_draws_audio_draws_it_at_that_level(self):
        drawn = (windows_of(self.track, 59_049), cut(self.track, 2187, self.random), draw_varied_pairs([self.track, self.track[::-1]], 2, self.random))
        for signal in drawn:
            np.testing.assert_allclose(rms(signal), LEVEL, rtol=1e-4)

    def test_the_weights_say_it(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "encoder.safetensors"
            write_encoder(SampleCNN(), path)
            np.testing.assert_allclose(read_safetensors(path)["input.level"], [LEVEL, LOWEST], rtol=1e-6)


if __name__ == "__main__":
    unittest.main()
