"""The network as Towhee runs it: PyTorch eager, Conv1d with batch normalisation as layers, float32.

    eager.py WEIGHTS WINDOWS THREADS BATCH

For every line of stdin, a path, all windows are embedded once, the vectors written to that path, and the seconds it took to stdout. Started by
main.mjs.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "training"))
from model import WINDOW, SampleCNN  # noqa: E402


def main(weights: Path, windows_file: Path, threads: int, batch: int) -> None:
    torch.set_num_threads(threads)
    network = SampleCNN().eval()
    tensors = read_safetensors(weights)
    level = tensors.pop("input.level", None)
    missing, unexpected = network.load_state_dict(tensors, strict=False)
    # The counter of training steps is no part of the encoder; nothing else may be missing.
    if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
        raise SystemExit(f"{weights} does not fit the network: missing {missing}, unexpected {unexpected}")
    windows = torch.frombuffer(bytearray(windows_file.read_bytes()), dtype=torch.float32).reshape(-1, 1, WINDOW)
    print(json.dumps({"torch": torch.__version__, "capability": torch.backends.cpu.get_cpu_capability()}), flush=True)
    for line in sys.stdin:
        began = time.perf_counter()
        with torch.inference_mode():
            vectors = torch.cat([network(at_level(part, level)) for part in windows.split(batch)])
        seconds = time.perf_counter() - began
        Path(line.rstrip("\n")).write_bytes(vectors.contiguous().numpy().tobytes())
        print(json.dumps({"seconds": seconds}), flush=True)


def at_level(windows: torch.Tensor, level: torch.Tensor | None) -> torch.Tensor:
    """Each window by itself, as weights with `input.level` want to hear it."""
    return windows if level is None else windows * (level[0] / windows.square().mean(2, keepdim=True).sqrt().clamp(min=level[1]))


def read_safetensors(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a safetensors file that holds only float32."""
    data = bytearray(path.read_bytes())
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    body = memoryview(data)[start:]
    return {
        name: torch.frombuffer(body[slice(*entry["data_offsets"])], dtype=torch.float32).reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__"
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
