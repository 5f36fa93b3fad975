"""Times training steps of one benchmark network on PyTorch, CPU, one thread, channels_last.

python torch_step.py '{"network":"mobile","steps":20}' prints one JSON line, in the form of step.js.
"""

import json
import sys
import time

import torch
from torch import nn

options = {"steps": 20, "warmup": 3, "batch": 8, "height": 128, "width": 96, "learningRate": 1e-3}
options.update(json.loads(sys.argv[1]) if len(sys.argv) > 1 else {})
torch.set_num_threads(1)
torch.manual_seed(1)


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


class Residual(nn.Module):
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
        layers.append(Residual(inner, outer, stride))
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


network = {"mobile": mobile, "dense": dense}[options["network"]]().to(memory_format=torch.channels_last)
batch, height, width = options["batch"], options["height"], options["width"]
image = torch.rand(batch, 3, height, width).sub(0.5).to(memory_format=torch.channels_last)
target = torch.rand(batch, 17, height // 4, width // 4).sub(0.5).to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(network.parameters(), lr=options["learningRate"])

times, processor, losses = [], [], []
for number in range(options["warmup"] + options["steps"]):
    start, processor_start = time.perf_counter(), time.process_time()
    optimizer.zero_grad(set_to_none=True)
    loss = nn.functional.mse_loss(network(image), target)
    loss.backward()
    optimizer.step()
    if number >= options["warmup"]:
        times.append((time.perf_counter() - start) * 1000)
        processor.append((time.process_time() - processor_start) * 1000)
    losses.append(loss.item())

print(
    json.dumps(
        {
            "network": options["network"],
            "variant": "pytorch",
            "build": torch.__version__,
            "batch": batch,
            "height": height,
            "width": width,
            "parameters": sum(p.numel() for p in network.parameters()),
            "losses": losses[:5],
            "times": times,
            "processorTimes": processor,
        }
    )
)
