"""Writes ops.json: PyTorch's answers for operations whose rules differ between frameworks.

Every map is a formula of its index, so only answers are stored. Run: python ops.py > ops.json
"""

import json
import sys

import torch
import torch.nn.functional as F


def maps(channels, height, width):
    """Entry i of the channels-last map of two images is sin(0.7 i) + cos(0.11 i * i)."""
    i = torch.arange(2 * height * width * channels, dtype=torch.float64)
    flat = torch.sin(0.7 * i) + torch.cos(0.11 * i * i)
    return flat.reshape(2, height, width, channels).permute(0, 3, 1, 2)


def rounded(y):
    y = y.permute(0, 2, 3, 1) if y.dim() == 4 else y
    return {"shape": list(y.shape), "data": [round(v, 9) for v in y.flatten().tolist()]}


def pools():
    for kernel, stride, padding in [(2, 2, 0), (3, 2, 1), (3, 3, 0), (2, 3, 1), (4, 3, 2), (5, 1, 2), (3, 4, 1)]:
        for ceil in (False, True):
            for size in ((5, 8), (7, 6)):
                sizes = {"input": [*size, 2], "kernel": kernel, "strides": stride, "padding": padding, "ceilMode": ceil}
                x = maps(2, *size)
                yield "maxPool", sizes, F.max_pool2d(x, kernel, stride, padding, ceil_mode=ceil)
                for count in (False, True):
                    y = F.avg_pool2d(x, kernel, stride, padding, ceil, count)
                    yield "avgPool", sizes | {"countPadding": count}, y


def others():
    for size in ((1, 1), (2, 3), (3, 4), (5, 2), (7, 9), (4, 12)):
        options = {"input": [7, 6, 2], "size": list(size)}
        yield "adaptiveAveragePool", options, F.adaptive_avg_pool2d(maps(2, 7, 6), size)
        for align in (False, True):
            y = F.interpolate(maps(2, 7, 6), size, mode="bilinear", align_corners=align)
            yield "resizeBilinear", options | {"alignCorners": align}, y
    for factor, channels in ((2, 8), (3, 9)):
        yield "pixelShuffle", {"input": [3, 2, channels], "factor": factor}, F.pixel_shuffle(maps(channels, 3, 2), factor)
    for groups in (2, 3):
        y = F.channel_shuffle(maps(6, 3, 2), groups)
        yield "channelShuffle", {"input": [3, 2, 6], "groups": groups}, y
    x = 6 * maps(2, 5, 4)
    functions = {
        "relu6": F.relu6,
        "leakyRelu": F.leaky_relu,
        "sigmoid": torch.sigmoid,
        "hardSigmoid": F.hardsigmoid,
        "hardSwish": F.hardswish,
        "silu": F.silu,
        "gelu": F.gelu,
        "softplus": F.softplus,
        "tanh": torch.tanh,
    }
    for name, function in functions.items():
        yield "activation", {"input": [5, 4, 2], "times": 6, "function": name}, function(x)
    for epsilon in (1e-5, 1e-2):
        y = F.layer_norm(maps(6, 2, 3).permute(0, 2, 3, 1), (6,), eps=epsilon)
        yield "layerNorm", {"input": [2, 3, 6], "epsilon": epsilon}, y.permute(0, 3, 1, 2)
    yield "softmax", {"input": [2, 3, 6]}, maps(6, 2, 3).softmax(1)


cases = [{"op": op, "options": options, "y": rounded(y)} for op, options, y in (*pools(), *others())]
json.dump({"torch": torch.__version__, "cases": cases}, sys.stdout, separators=(",", ":"))
