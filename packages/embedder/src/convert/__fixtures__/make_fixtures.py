"""Writes what PyTorch itself writes around the numbers of a checkpoint, so that the tests read real files without PyTorch.

    python make_fixtures.py     (PyTorch 2.13; the numbers are left out, the tests put theirs in)

For each checkpoint: `<name>.pkl`, the pickled structure, and in `keys.json` which storage belongs to which tensor.
"""

import argparse
import io
import json
import os
import zipfile
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).parent
HIDDEN = [(128, 128), (128, 128), (128, 256), *[(256, 256)] * 5, (256, 512)]


class SampleCNN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        stages = [nn.Sequential(nn.Conv1d(1, 128, 3, stride=3), nn.BatchNorm1d(128), nn.ReLU())]
        for inputs, outputs in HIDDEN:
            stages.append(nn.Sequential(nn.Conv1d(inputs, outputs, 3, padding=1), nn.BatchNorm1d(outputs), nn.ReLU(), nn.MaxPool1d(3, 3)))
        stages.append(nn.Sequential(nn.Conv1d(512, 512, 3, padding=1), nn.BatchNorm1d(512), nn.ReLU()))
        self.sequential = nn.Sequential(*stages)


class ContrastiveLearning(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = SampleCNN()
        self.projector = nn.Sequential(nn.Linear(512, 128, bias=False))


class Hostile:
    """Pickles as a call of os.system."""

    def __reduce__(self):
        return os.system, ("touch /tmp/soundalike-was-here",)


def main() -> None:
    model = ContrastiveLearning()
    state = model.state_dict()
    settings = argparse.Namespace(lr=0.1, network=nn.Linear)
    lightning = {
        "epoch": 3,
        "state_dict": {"model." + name: tensor for name, tensor in state.items()},
        "hyper_parameters": settings,
        "callbacks": {ContrastiveLearning: {"best": torch.tensor(0.3)}},
        "loss": json.dumps,
    }
    half = {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in state.items()}
    keys = {
        "plain": write_zip("plain", state, state),
        "lightning": write_zip("lightning", lightning, lightning["state_dict"]),
        "half": write_zip("half", half, half),
        "hostile": write_zip("hostile", {**state, "encoder.sequential.3.0.weight": Hostile()}, state),
        # Without a class: PyTorch would have written its source and the path to it into the file.
        "legacy": write_legacy("legacy", {"state_dict": state, "settings": argparse.Namespace(lr=0.1, loss=json.dumps)}, state),
    }
    (HERE / "keys.json").write_text(json.dumps(keys) + "\n")


def write_zip(name: str, value: object, state: dict) -> list:
    buffer = io.BytesIO()
    torch.save(value, buffer)
    archive = zipfile.ZipFile(buffer)
    [entry] = [entry for entry in archive.namelist() if entry.endswith("data.pkl")]
    (HERE / f"{name}.pkl").write_bytes(archive.read(entry))
    # Tensors and files are matched by what is in the files: each tensor gets a number of its own.
    found = {}
    for index, tensor in enumerate(state.values()):
        tensor.detach().fill_(index + 1 if tensor.is_floating_point() else -1)
    buffer = io.BytesIO()
    torch.save(value, buffer)
    archive = zipfile.ZipFile(buffer)
    root = entry[: -len("data.pkl")]
    for index, (key, tensor) in enumerate(state.items()):
        if not tensor.is_floating_point():
            continue
        wanted = tensor.numpy().tobytes()
        for file in archive.namelist():
            if file.startswith(f"{root}data/") and archive.read(file) == wanted:
                found[key] = file[len(f"{root}data/") :]
    return [[key, storage] for key, storage in found.items()]


def write_legacy(name: str, value: object, state: dict) -> list:
    buffer = io.BytesIO()
    torch.save(value, buffer, _use_new_zipfile_serialization=False)
    data = buffer.getvalue()
    size = sum(8 + tensor.numel() * tensor.element_size() for tensor in state.values())
    (HERE / f"{name}.pkl").write_bytes(data[: len(data) - size])
    order = sorted((str(tensor.untyped_storage()._cdata), key, tensor.numel(), tensor.element_size()) for key, tensor in state.items())
    return [[key, number, size] for _, key, number, size in order]


if __name__ == "__main__":
    main()
