"""safetensors, written and read with NumPy alone: the project's canonical weight format."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from .reference import read_safetensors

__all__ = ["read_safetensors", "write_safetensors"]


def write_safetensors(path: Path, tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    """Float32 tensors in the given order; the header is padded with spaces to a multiple of 8 bytes."""
    header: dict[str, object] = {"__metadata__": metadata}
    offset = 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + tensor.size * 4]}
        offset += tensor.size * 4
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(text).to_bytes(8, "little") + text + b"".join(np.ascontiguousarray(tensor, "<f4").tobytes() for tensor in tensors.values()))
