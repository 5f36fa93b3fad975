"""Writes test/golden/ops.json: PyTorch's answers and gradients of the ops of this package, on small arrays made from a seed.

    python packages/tensor-ops/scripts/make-ops-golden.py

PyTorch computes in double precision from float32 inputs, so its answers are the exact ones. Arrays are NHWC and filters
[kh, kw, in, out], as here.
"""

import json
import pathlib

import torch
from torch.nn import functional as F

torch.manual_seed(21)


def array(tensor):
    # Nine digits name a float32, and are enough of an exact answer.
    values = [float(f'{value:.9g}') for value in tensor.detach().double().flatten().tolist()]
    return {'shape': list(tensor.shape), 'values': values}


def case(name, op, options, inputs, function):
    """Value, and gradient of the sum of the value weighted by dy."""
    inputs = [x.float() for x in inputs]
    exact = [x.double().requires_grad_() for x in inputs]
    y = function(*exact)
    dy = torch.randn(y.shape).float()
    (y * dy.double()).sum().backward()
    return {
        'name': name,
        'op': op,
        'options': options,
        'inputs': [array(x) for x in inputs],
        'dy': array(dy),
        'y': array(y),
        'gradients': [array(x.grad) for x in exact],
    }


def first(x):
    return x.permute(0, 3, 1, 2)


def last(x):
    return x.permute(0, 2, 3, 1)


def convolution(name, x, filter, groups, stride, padding, dilation):
    def function(a, b):
        return last(F.conv2d(first(a), b.permute(3, 2, 0, 1), None, stride, padding, dilation, groups))

    pad = [[0, 0], [padding[0]] * 2, [padding[1]] * 2, [0, 0]]
    options = {'groups': groups, 'strides': stride, 'pad': pad, 'dilations': dilation}
    return case(name, 'groupedConv2d', options, [torch.randn(x), torch.randn(filter)], function)


def norm(name, shape, scale, shift, epsilon):
    x = torch.randn(shape) * scale + shift
    channels = [shape[-1]]
    inputs = [x, torch.randn(channels), torch.randn(channels)]
    return case(
        name, 'layerNorm', {'epsilon': epsilon}, inputs,
        lambda a, gamma, beta: F.layer_norm(a, channels, gamma, beta, epsilon),
    )


# The kinks, their neighbours, values far out, and some between.
POINTS = torch.cat([
    torch.tensor([-3.0, 3.0, 0.0, -0.0, -2.9999998, 2.9999998, -3.0000002, 3.0000002]),
    torch.tensor([-30.0, 30.0, -8.0, 8.0, -1e-6, 1e-6]),
    torch.randn(18) * 3,
])

golden = [
    convolution('4 groups, 3x3', [2, 5, 4, 8], [3, 3, 2, 12], 4, [1, 1], [1, 1], [1, 1]),
    convolution('2 groups, stride [2, 1]', [2, 5, 6, 6], [3, 2, 3, 4], 2, [2, 1], [1, 0], [1, 1]),
    convolution('3 groups, dilation 2', [1, 6, 5, 6], [3, 3, 2, 3], 3, [1, 1], [2, 2], [2, 2]),
    convolution('depthwise, two per channel', [2, 4, 4, 3], [3, 3, 1, 6], 3, [2, 2], [1, 1], [1, 1]),
    norm('tokens', [2, 5, 12], 1.0, 0.0, 1e-5),
    norm('far from zero', [3, 16], 0.5, 40.0, 1e-3),
    case('gelu', 'gelu', {}, [POINTS], F.gelu),
    case('silu', 'silu', {}, [POINTS], F.silu),
    case('hardSigmoid', 'hardSigmoid', {}, [POINTS], F.hardsigmoid),
    case('hardSwish', 'hardSwish', {}, [POINTS], F.hardswish),
    case(
        'pixelShuffle', 'pixelShuffle', {'factor': 2}, [torch.randn([2, 2, 3, 12])],
        lambda a: last(F.pixel_shuffle(first(a), 2)),
    ),
    case(
        'channelShuffle', 'channelShuffle', {'groups': 3}, [torch.randn([2, 2, 1, 6])],
        lambda a: last(torch.channel_shuffle(first(a), 3)),
    ),
]
path = pathlib.Path(__file__).parent.parent / 'test' / 'golden' / 'ops.json'
path.write_text(json.dumps(golden) + '\n')
