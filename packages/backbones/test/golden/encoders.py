"""Writes encoders/*.json: what PyTorch's encoders say for weights and images that a formula gives.

    python encoders.py

Needs torch, torchvision and timm. Encoders that none of them has are written here, with the modules named as in the
projects whose checkpoints are in use. Evaluation mode, float64. Of every map the mean over the pixels and the mean over
the channels are kept, so that the file stays small.
"""
import json
import os

import numpy as np
import timm
import torch
import torchvision.models as vision
from torch import nn


def hashed(name, count):
    """`count` numbers in -1..1, exact in float32: a hash of the name (FNV-1a) and the index."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x01000193) & 0xFFFFFFFF
    x = (np.arange(count, dtype=np.uint64) * 0x9E3779B9 + seed) & 0xFFFFFFFF
    for shift, factor in ((16, 0x21F0AAAD), (15, 0x735A2D97), (15, 1)):
        x ^= x >> np.uint64(shift)
        x = (x * factor) & 0xFFFFFFFF
    return (x >> np.uint64(8)).astype(np.float64) / 2**23 - 1


def fill(module):
    """Sets every parameter: weights uniform for their fan-in, norms around one, shifts around zero."""
    state = module.state_dict()
    for name, tensor in state.items():
        if name.endswith('num_batches_tracked'):
            continue
        values = hashed(name, tensor.numel())
        if tensor.ndim > 1:
            values = values * np.sqrt(6 / np.prod(tensor.shape[1:]))
        elif name.endswith('running_var') or name.endswith('weight'):
            values = 1 + values / 2
        else:
            values = values / 5
        rounded = values.astype(np.float32).astype(np.float64)
        state[name] = torch.from_numpy(rounded.reshape(tensor.shape))
    module.double().load_state_dict(state)
    return module.eval()


def means(map_):
    return {'pixels': map_.mean((0, 2, 3)).tolist(), 'channels': map_.mean((0, 1)).flatten().tolist()}


def shapes(module):
    """Shapes of the parameters by name; of a batch norm its channels alone, by the module's name."""
    state = {name: list(tensor.shape) for name, tensor in module.state_dict().items()}
    norms = {name.removesuffix('.running_var') for name in state if name.endswith('.running_var')}
    return {
        'weights': {name: shape for name, shape in state.items() if name.rpartition('.')[0] not in norms},
        'norms': {name: state[f'{name}.weight'][0] for name in state_order(state) if name in norms},
    }


def state_order(state):
    return dict.fromkeys(name.rpartition('.')[0] for name in state)


def case(module, size, taps):
    """`taps`: stride to the path of a module whose output is the deepest map there."""
    fill(module)
    seen = {}
    for stride, path in taps.items():
        module.get_submodule(path).register_forward_hook(
            lambda _, __, out, stride=stride: seen.update({stride: means(out)})
        )
    height, width = size
    image = torch.from_numpy(hashed('image', 3 * height * width).reshape(1, 3, height, width))
    with torch.no_grad():
        logits = module(image)
    return {
        **shapes(module),
        'height': height,
        'width': width,
        'features': {str(stride): seen[stride] for stride in taps},
        'logits': logits.flatten().tolist(),
    }


def convolution(before, after, kernel=1, stride=1, groups=1, activation=nn.ReLU):
    """Convolution, batch norm and what follows as a list for `nn.Sequential`."""
    layers = [
        nn.Conv2d(before, after, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(after),
    ]
    return layers + ([activation()] if activation else [])


class MobileNetV1(nn.Module):
    """Table 1 of Howard et al. (2017) in the module layout of github.com/marvis/pytorch-mobilenet."""

    def __init__(self, classes):
        super().__init__()
        channels = [32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024]
        strides = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]
        self.model = nn.Sequential(
            nn.Sequential(*convolution(3, 32, 3, 2)),
            *(
                nn.Sequential(*convolution(a, a, 3, stride, a), *convolution(a, b))
                for a, b, stride in zip(channels, channels[1:], strides)
            ),
        )
        self.fc = nn.Linear(1024, classes)

    def forward(self, image):
        return self.fc(self.model(image).mean((2, 3)))


class SqueezeExcite(nn.Module):
    def __init__(self, channels):
        super().__init__()
        squeezed = channels // 4
        self.fc = nn.Sequential(
            nn.Linear(channels, squeezed), nn.ReLU(), nn.Linear(squeezed, channels), nn.Hardsigmoid()
        )

    def forward(self, x):
        return x * self.fc(x.mean((2, 3)))[:, :, None, None]


class FirstMobileNetV3Block(nn.Module):
    def __init__(self, before, after, kernel, expanded, squeezed, activation, stride):
        super().__init__()
        self.around = stride == 1 and before == after
        expand = [] if expanded == before else convolution(before, expanded, activation=activation)
        self.conv = nn.Sequential(
            *expand,
            *convolution(expanded, expanded, kernel, stride, expanded, activation),
            SqueezeExcite(expanded) if squeezed else nn.Identity(),
            *convolution(expanded, after, activation=None),
        )

    def forward(self, x):
        return x + self.conv(x) if self.around else self.conv(x)


class FirstMobileNetV3(nn.Module):
    """The table of the paper's first version (arXiv 1905.02244v1) in the module layout of
    github.com/d-li14/mobilenetv3.pytorch at commit 04263326."""

    def __init__(self, classes):
        super().__init__()
        table = [
            (3, 16, 16, 0, 0, 1), (3, 64, 24, 0, 0, 2), (3, 72, 24, 0, 0, 1),
            (5, 72, 40, 1, 0, 2), (5, 120, 40, 1, 0, 1), (5, 120, 40, 1, 0, 1),
            (3, 240, 80, 0, 1, 2), (3, 200, 80, 0, 1, 1), (3, 184, 80, 0, 1, 1), (3, 184, 80, 0, 1, 1),
            (3, 480, 112, 1, 1, 1), (3, 672, 112, 1, 1, 1),
            (5, 672, 160, 1, 1, 1), (5, 672, 160, 1, 1, 2), (5, 960, 160, 1, 1, 1),
        ]
        layers = [nn.Sequential(*convolution(3, 16, 3, 2, activation=nn.Hardswish))]
        before = 16
        for kernel, expanded, after, squeezed, swish, stride in table:
            activation = nn.Hardswish if swish else nn.ReLU
            layers.append(FirstMobileNetV3Block(before, after, kernel, expanded, squeezed, activation, stride))
            before = after
        self.features = nn.Sequential(*layers)
        self.conv = nn.Sequential(*convolution(160, 960, activation=nn.Hardswish))
        self.classifier = nn.Sequential(nn.Linear(960, 1280), nn.Hardswish(), nn.Linear(1280, classes))

    def forward(self, image):
        pooled = self.conv(self.features(image)).mean((2, 3))
        return self.classifier(nn.functional.hardswish(pooled))


class PeleeConvolution(nn.Module):
    def __init__(self, before, after, kernel=1, stride=1):
        super().__init__()
        self.conv, self.norm, self.relu = convolution(before, after, kernel, stride)

    def forward(self, x):
        return self.relu(self.norm(self.conv(x)))


class PeleeStem(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.stem1 = PeleeConvolution(3, channels, 3, 2)
        self.stem2a = PeleeConvolution(channels, channels // 2)
        self.stem2b = PeleeConvolution(channels // 2, channels, 3, 2)
        self.stem3 = PeleeConvolution(2 * channels, channels)

    def forward(self, image):
        x = self.stem1(image)
        pooled = nn.functional.max_pool2d(x, 2)
        return self.stem3(torch.cat([pooled, self.stem2b(self.stem2a(x))], 1))


class PeleeLayer(nn.Module):
    def __init__(self, before, growth, bottleneck):
        super().__init__()
        half = growth // 2
        inner = half * bottleneck // 4 * 4
        if 2 * inner > before:
            inner = before // 8 * 4
        self.branch1a = PeleeConvolution(before, inner)
        self.branch1b = PeleeConvolution(inner, half, 3)
        self.branch2a = PeleeConvolution(before, inner)
        self.branch2b = PeleeConvolution(inner, half, 3)
        self.branch2c = PeleeConvolution(half, half, 3)

    def forward(self, x):
        branch2 = self.branch2c(self.branch2b(self.branch2a(x)))
        return torch.cat([x, self.branch1b(self.branch1a(x)), branch2], 1)


class PeleeNet(nn.Module):
    """Wang et al. (2018), with the modules named as in github.com/Robert-JunWang/PeleeNet."""

    def __init__(self, classes, channels=32, growth=32, layers=(3, 4, 8, 6), bottleneck=(1, 2, 4, 4)):
        super().__init__()
        parts = {'stemblock': PeleeStem(channels)}
        for stage, (count, width) in enumerate(zip(layers, bottleneck), 1):
            block = nn.Sequential()
            for layer in range(1, count + 1):
                block.add_module(f'denselayer{layer}', PeleeLayer(channels, growth, width))
                channels += growth
            parts[f'denseblock{stage}'] = block
            parts[f'transition{stage}'] = PeleeConvolution(channels, channels)
            if stage < len(layers):
                parts[f'transition{stage}_pool'] = nn.AvgPool2d(2)
        self.features = nn.Sequential()
        for name, part in parts.items():
            self.features.add_module(name, part)
        self.classifier = nn.Linear(channels, classes)

    def forward(self, image):
        return self.classifier(self.features(image).mean((2, 3)))


def main():
    classes = 10
    odd = (43, 37)  # no multiple of anything: every rounding shows
    stages = {4: 'blocks.1', 8: 'blocks.2', 16: 'blocks.4'}

    def in_timm(name):
        return timm.create_model(name, num_classes=classes)

    cases = {
        'peleenet': case(
            PeleeNet(classes), (64, 96),
            {2: 'features.stemblock.stem1', 4: 'features.transition1', 8: 'features.transition2',
             16: 'features.transition3', 32: 'features.transition4'}),
        'peleenet-narrow': case(
            PeleeNet(classes, 8, 12, (2, 1, 3), (6, 2, 4)), (48, 32),
            {2: 'features.stemblock.stem1', 4: 'features.transition1', 8: 'features.transition2',
             16: 'features.transition3'}),
        'mobilenetv1-timm': case(
            in_timm('mobilenetv1_100'), odd,
            {2: 'blocks.0', 4: 'blocks.1', 8: 'blocks.2', 16: 'blocks.3', 32: 'blocks.4'}),
        'mobilenetv1-sequential': case(
            MobileNetV1(classes), odd,
            {2: 'model.1', 4: 'model.3', 8: 'model.5', 16: 'model.11', 32: 'model.13'}),
        'mobilenetv2-timm': case(in_timm('mobilenetv2_100'), odd, {2: 'blocks.0', **stages, 32: 'bn2'}),
        'mnasnet-torchvision': case(
            vision.mnasnet1_0(num_classes=classes), odd,
            {2: 'layers.7', 4: 'layers.8', 8: 'layers.9', 16: 'layers.11', 32: 'layers.16'}),
        'mnasnet-timm': case(in_timm('mnasnet_100'), odd, {2: 'blocks.0', **stages, 32: 'bn2'}),
        'mobilenetv3large-torchvision': case(
            vision.mobilenet_v3_large(num_classes=classes), (53, 37),  # where float32 is near float64
            {2: 'features.1', 4: 'features.3', 8: 'features.6', 16: 'features.12', 32: 'features.16'}),
        'mobilenetv3large-timm': case(
            in_timm('mobilenetv3_large_100'), odd, {2: 'blocks.0', **stages, 32: 'blocks.6'}),
        'mobilenetv3large-first': case(
            FirstMobileNetV3(classes), odd,
            {2: 'features.1', 4: 'features.3', 8: 'features.6', 16: 'features.13', 32: 'conv'}),
        'resnet18': case(
            vision.resnet18(num_classes=classes), odd,
            {2: 'relu', 4: 'layer1', 8: 'layer2', 16: 'layer3', 32: 'layer4'}),
        'resnet50': case(
            vision.resnet50(num_classes=classes), (33, 47),
            {2: 'relu', 4: 'layer1', 8: 'layer2', 16: 'layer3', 32: 'layer4'}),
    }
    for width in ('0_5', '1_0', '1_5', '2_0'):
        cases[f'shufflenetv2x{width.replace("_", ".")}'] = case(
            getattr(vision, f'shufflenet_v2_x{width}')(num_classes=classes), odd,
            {2: 'conv1', 4: 'maxpool', 8: 'stage2', 16: 'stage3', 32: 'conv5'})
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'encoders')
    os.makedirs(folder, exist_ok=True)
    for name, given in cases.items():
        text = json.dumps(given, separators=(',', ':'))
        short = json.loads(text, parse_float=lambda number: float(f'{float(number):.7g}'))
        with open(os.path.join(folder, f'{name}.json'), 'w') as file:
            json.dump(short, file, separators=(',', ':'))
            file.write('\n')


main()
