"""Files of torch.save in both forms, and what PyTorch reads in them (torch.json). `python make-torch.py`"""
import json
import os

import numpy as np
import torch

torch.manual_seed(7)
module = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Linear(4, 2).half())
module[1].running_mean.uniform_()
optimizer = torch.optim.Adam(module[:2].parameters())
module[1](module[0](torch.randn(1, 3, 5, 5))).sum().backward()
optimizer.step()
checkpoint = {
    "epoch": 3,
    "best": 0.5,
    "metric": np.float64(0.25),
    "args": {"lr": 1e-3, "names": ["a", "b"], "betas": (0.9, 0.999), "big": 2**70, "none": None, "flag": True},
    "state_dict": module.state_dict(),
    "optimizer": optimizer.state_dict(),
    "odd": {
        "parameter": torch.nn.Parameter(torch.randn(2, 3).t()),
        "strided": torch.randn(4, 5)[1:3, ::2],
        "bfloat16": torch.randn(3).bfloat16(),
        "double": torch.randn(2, dtype=torch.float64),
        "scalar": torch.tensor(2.5),
        "empty": torch.empty(0, 3),
        "bool": torch.tensor([True, False]),
        "int8": torch.tensor([-3, 7], dtype=torch.int8),
    },
}
torch.save(checkpoint, "torch-zip.pth")
torch.save(checkpoint, "torch-legacy.pth", _use_new_zipfile_serialization=False)


class Code:
    def __reduce__(self):
        return os.system, ("touch executed",)


torch.save({"weight": torch.ones(2), "code": Code()}, "torch-code.pth")


def tensors(value, path=""):
    if isinstance(value, torch.Tensor):
        yield path, value
    elif isinstance(value, dict):
        for key, member in value.items():
            yield from tensors(member, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)):
        for key, member in enumerate(value):
            yield from tensors(member, f"{path}.{key}")


expected = {
    name: {
        "dtype": str(tensor.dtype).removeprefix("torch."),
        "shape": list(tensor.shape),
        "values": tensor.detach().double().flatten().tolist(),
    }
    for name, tensor in tensors(checkpoint)
}
json.dump(expected, open("torch.json", "w"))
