"""The benchmark networks in PyTorch, as benchmarks/training/networks.js has them; written from the papers' tables."""

import torch
from torch import nn


class SameConv(nn.Conv2d):
    """Convolution with TensorFlow's 'same' padding, which is uneven for even sizes at stride 2."""

    def forward(self, x):
        pads = []
        for size, kernel, stride in zip(x.shape[:1:-1], self.kernel_size[::-1], self.stride[::-1]):
            total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            pads += [total // 2, total - total // 2]
        if pads[0] == pads[1] and pads[2] == pads[3]:
            return nn.functional.conv2d(x, self.weight, self.bias, self.stride, (pads[2], pads[0]), 1, self.groups)
        return super().forward(nn.functional.pad(x, pads))


def block(inner, outer, kernel=3, stride=1, groups=1, activation=nn.ReLU6):
    layers = [SameConv(inner, outer, kernel, stride, groups=groups, bias=False), nn.BatchNorm2d(outer)]
    if activation:
        layers.append(activation(inplace=True))
    return nn.Sequential(*layers)


class InvertedResidual(nn.Module):
    def __init__(self, inner, outer, stride):
        super().__init__()
        self.adds = stride == 1 and inner == outer
        hidden = inner * 4
        self.body = nn.Sequential(
            block(inner, hidden, 1),
            block(hidden, hidden, 3, stride, hidden),
            block(hidden, outer, 1, activation=None),
        )

    def forward(self, x):
        return x + self.body(x) if self.adds else self.body(x)


def mobile():
    layers = [block(3, 24, 3, 2)]
    inner = 24
    for outer, stride in [(32, 2), (32, 1), (64, 2), (64, 1), (96, 2), (96, 1)]:
        layers.append(InvertedResidual(inner, outer, stride))
        inner = outer
    for _ in range(2):
        layers += [nn.Upsample(scale_factor=2, mode="nearest"), block(inner, inner, 3, 1, inner), block(inner, 64, 1)]
        inner = 64
    return nn.Sequential(*layers, nn.Conv2d(64, 17, 1))


def dense():
    layers = []
    inner = 3
    for outer, stride in [(32, 2), (64, 2), (128, 2), (128, 1)]:
        layers.append(block(inner, outer, 3, stride, activation=nn.ReLU))
        inner = outer
    layers += [nn.ConvTranspose2d(128, 64, 4, 2, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers, nn.Conv2d(64, 17, 1))


def unit(inner, outer, kernel=1, stride=1):
    return nn.Sequential(
        nn.Conv2d(inner, outer, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outer), nn.ReLU(inplace=True)
    )


class PeleeStem(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = unit(3, 32, 3, 2)
        self.branch = nn.Sequential(unit(32, 16), unit(16, 32, 3, 2))
        self.pool = nn.MaxPool2d(2)
        self.last = unit(64, 32)

    def forward(self, x):
        x = self.first(x)
        return self.last(torch.cat([self.branch(x), self.pool(x)], 1))


class PeleeDense(nn.Module):
    """A two-way dense layer of growth 32."""

    def __init__(self, inner, bottleneck):
        super().__init__()
        self.one = nn.Sequential(unit(inner, bottleneck), unit(bottleneck, 16, 3))
        self.two = nn.Sequential(unit(inner, bottleneck), unit(bottleneck, 16, 3), unit(16, 16, 3))

    def forward(self, x):
        return torch.cat([x, self.one(x), self.two(x)], 1)


def pelee():
    """PeleeNet and the dense upsampling decoder of three steps."""
    layers = [PeleeStem()]
    width = 32
    for stage, (count, bottleneck) in enumerate([(3, 16), (4, 32), (8, 64), (6, 64)]):
        for _ in range(count):
            layers.append(PeleeDense(width, bottleneck))
            width += 32
        layers.append(unit(width, width))
        if stage < 3:
            layers.append(nn.AvgPool2d(2))
    for step in range(3):
        last = step == 2
        out = 17 if last else width // 2
        layers += [nn.PixelShuffle(2), nn.Conv2d(width // 4, out, 3, 1, 1, bias=last)]
        if not last:
            layers += [nn.BatchNorm2d(out), nn.ReLU(inplace=True)]
        width = out
    return nn.Sequential(*layers)


class PreActivation(nn.Module):
    """The hourglass's bottleneck: batch norm and ReLU come before each convolution."""

    def __init__(self, inner, width):
        super().__init__()
        layers = []
        for a, b, kernel in [(inner, width, 1), (width, width, 3), (width, 2 * width, 1)]:
            layers += [nn.BatchNorm2d(a), nn.ReLU(inplace=False), nn.Conv2d(a, b, kernel, 1, kernel // 2)]
        self.body = nn.Sequential(*layers)
        self.skip = nn.Identity() if inner == 2 * width else nn.Conv2d(inner, 2 * width, 1)

    def forward(self, x):
        return self.skip(x) + self.body(x)


class Hourglass(nn.Module):
    def __init__(self, depth):
        super().__init__()
        self.up, self.low1, self.low3 = (PreActivation(256, 128) for _ in range(3))
        self.low2 = Hourglass(depth - 1) if depth > 1 else PreActivation(256, 128)

    def forward(self, x):
        low = self.low3(self.low2(self.low1(nn.functional.max_pool2d(x, 2))))
        return self.up(x) + nn.functional.interpolate(low, scale_factor=2.0)


def hourglass():
    """One stack, 256 features."""
    return nn.Sequential(
        nn.Conv2d(3, 64, 7, 2, 3),
        nn.BatchNorm2d(64),
        nn.ReLU(inplace=True),
        PreActivation(64, 64),
        nn.MaxPool2d(2),
        PreActivation(128, 128),
        PreActivation(256, 128),
        Hourglass(4),
        PreActivation(256, 128),
        nn.Conv2d(256, 256, 1),
        nn.BatchNorm2d(256),
        nn.ReLU(inplace=True),
        nn.Conv2d(256, 17, 1),
    )


NETWORKS = {"mobile": mobile, "dense": dense, "pelee": pelee, "hourglass": hourglass}
