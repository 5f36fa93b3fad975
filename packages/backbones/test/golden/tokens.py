"""Writes the golden files of token networks, channel attention, LSPD and re-parameterised blocks.

Plain PyTorch functions in double precision on parameters drawn from a seed (rounded to float32 first). Parameters keep
PyTorch's layout. Run: python tokens.py FOLDER
"""

import json
import math
import struct
import sys
import zlib

import torch
import torch.nn.functional as F


def write(path, tensors, about):
    header, data = {"__metadata__": {"about": about}}, b""
    for name, tensor in sorted(tensors.items()):
        values = tensor.detach().float().contiguous().numpy().tobytes()
        span = [len(data), len(data) + len(values)]
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": span}
        data += values
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


class Net:
    """Layers by name; a parameter is drawn when it is first asked for."""

    def __init__(self, rename=lambda name: name):
        self.parameters, self.rename = {}, rename

    def draw(self, name, shape, low=None, high=None, scale=1.0):
        if name not in self.parameters:
            generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
            if low is None:
                value = scale * torch.randn(shape, generator=generator)
            else:
                value = low + (high - low) * torch.rand(shape, generator=generator)
            self.parameters[name] = value.float().double()
        return self.parameters[name]

    def conv(self, x, name, channels, kernel=1, stride=1, padding=None, dilation=1, groups=1, bias=False):
        height, width = (kernel, kernel) if isinstance(kernel, int) else kernel
        if padding is None:
            padding = (dilation * (height // 2), dilation * (width // 2))
        inner = x.shape[1] // groups
        name = self.rename(name)
        scale = (inner * height * width) ** -0.5
        weight = self.draw(name + ".weight", (channels, inner, height, width), scale=scale)
        shift = self.draw(name + ".bias", (channels,)) if bias else None
        return F.conv2d(x, weight, shift, stride, padding, dilation, groups)

    def bn(self, x, name, shared=None):
        channels = x.shape[1]
        name = self.rename(name)
        shared = name if shared is None else shared
        return F.batch_norm(
            x,
            self.draw(name + ".running_mean", (channels,), scale=0.2),
            self.draw(name + ".running_var", (channels,), 0.5, 1.5),
            self.draw(shared + ".weight", (channels,), 0.5, 1.5),
            self.draw(shared + ".bias", (channels,), scale=0.2),
        )

    def block(self, x, name, channels, act=True, **options):
        y = self.bn(self.conv(x, name + ".conv", channels, **options), name + ".bn")
        return F.relu(y) if act else y

    def linear(self, x, name, channels, bias=True):
        name = self.rename(name)
        inner = x.shape[-1]
        weight = self.draw(name + ".weight", (channels, inner), scale=inner**-0.5)
        return F.linear(x, weight, self.draw(name + ".bias", (channels,), scale=0.2) if bias else None)

    def norm(self, x, name):
        name = self.rename(name)
        size = (x.shape[-1],)
        return F.layer_norm(x, size, self.draw(name + ".weight", size, 0.5, 1.5), self.draw(name + ".bias", size))


def sines(rows, columns, channels):
    half = channels // 2
    table = torch.zeros(rows * columns, channels, dtype=torch.float64)
    for r in range(rows):
        for c in range(columns):
            for part, (place, length) in enumerate([(r + 1, rows), (c + 1, columns)]):
                for m in range(half):
                    angle = place / (length + 1e-6) * 2 * math.pi / 10000 ** (2 * (m // 2) / half)
                    value = math.sin(angle) if m % 2 == 0 else math.cos(angle)
                    table[r * columns + c, part * half + m] = value
    return table


def token_encoder(net, x, keypoints, channels, depth, heads, out):
    batch, inner, height, width = x.shape
    rows, columns = height // 4, width // 3
    patches = []
    for r in range(rows):
        for c in range(columns):
            cut = x[:, :, 4 * r : 4 * r + 4, 3 * c : 3 * c + 3]
            patches.append(cut.permute(0, 2, 3, 1).reshape(batch, -1))
    place = sines(rows, columns, channels)
    head = "keypoint_head.tokenhead."
    visual = net.linear(torch.stack(patches, 1), head + "patch_to_embedding", channels) + place
    learned = net.draw(head + "keypoint_token", (1, keypoints, channels))
    t = torch.cat([learned.expand(batch, -1, -1), visual], 1)
    for layer in range(depth):
        name = f"{head}transformer.layers.{layer}."
        if layer > 0:
            t = torch.cat([t[:, :keypoints], t[:, keypoints:] + place], 1)
        n = net.norm(t, name + "0.fn.norm")
        qkv = net.linear(n, name + "0.fn.fn.to_qkv", 3 * channels, bias=False)
        split = [p.reshape(batch, -1, heads, channels // heads).transpose(1, 2) for p in qkv.chunk(3, -1)]
        q, k, v = split
        p = (q @ k.transpose(2, 3) * (channels // heads) ** -0.5).softmax(-1)
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(batch, -1, channels)
        t = t + net.linear(mixed, name + "0.fn.fn.to_out.0", channels)
        m = net.linear(net.norm(t, name + "1.fn.norm"), name + "1.fn.fn.net.0", 3 * channels)
        t = t + net.linear(F.gelu(m), name + "1.fn.fn.net.3", channels)
        # Read as a channels-first map, so that it comes back as [B, heads, T, T].
        out[f"attention.layer{layer + 1}"] = p.permute(0, 3, 1, 2)
    out["tokens.keypoints"], out["tokens.visual"] = t[:, :keypoints], t[:, keypoints:]
    return t[:, :keypoints]


def regression():
    net, out = Net(), {}
    x = torch.randn(2, 6, 8, 6, generator=torch.Generator().manual_seed(1)).double()
    tokens = token_encoder(net, x, keypoints=3, channels=16, depth=3, heads=2, out=out)
    head = "keypoint_head.tokenhead.mlp_head."
    y = net.linear(net.norm(tokens, head + "0"), head + "1", 5)
    out["coordinates"], out["score"] = y[..., :2].sigmoid(), y[..., 2:3]
    out["sigma"] = F.softplus(y[..., 3:5])
    return net, x, out, "tokenEncoder(6x8x6, 3 keypoints, 16 channels, depth 3, 2 heads), regressionHead"


def heatmap():
    net, out = Net(), {}
    image = torch.randn(2, 3, 32, 24, generator=torch.Generator().manual_seed(2)).double()
    x = image
    for index in (1, 2):
        x = net.conv(x, f"backbone.conv{index}", 4, kernel=3, stride=2)
        x = F.relu(net.bn(x, f"backbone.bn{index}"))
    for index in range(2):
        name = f"backbone.layer1.{index}."
        y = F.relu(net.bn(net.conv(x, name + "conv1", 4), name + "bn1"))
        y = F.relu(net.bn(net.conv(y, name + "conv2", 4, kernel=3), name + "bn2"))
        y = net.bn(net.conv(y, name + "conv3", 16), name + "bn3")
        if index == 0:
            x = net.bn(net.conv(x, name + "downsample.0", 16), name + "downsample.1")
        x = F.relu(x + y)
    out["body"] = x
    tokens = token_encoder(net, x, keypoints=3, channels=8, depth=2, heads=4, out=out)
    head = "keypoint_head.tokenhead.mlp_head."
    y = net.linear(net.norm(tokens, head + "0"), head + "1", 16)
    y = net.linear(net.norm(y, head + "2"), head + "3", 8 * 6)
    out["heatmaps"] = y.reshape(2, 3, 8, 6)
    return net, image, out, "stemNet(width 4, 2 blocks), tokenEncoder(depth 2, 4 heads), tokenHeatmapHead(hidden 16)"


def channel_attention():
    net, out = Net(), {}
    x = torch.randn(2, 6, 5, 4, generator=torch.Generator().manual_seed(3)).double()
    image = x
    for name, groups, kind in (("first", 4, "squeeze"), ("second", 8, "eca")):
        y = net.block(x, name + ".reduce", 8)
        y = net.block(y, name + ".filter", 8, kernel=3, groups=groups)
        m = y.mean((2, 3), keepdim=True)
        if kind == "squeeze":
            m = F.relu(net.conv(m, name + ".attention.reduce", 2, bias=True))
            m = net.conv(m, name + ".attention.expand", 8, bias=True)
        else:
            m = net.conv(m.permute(0, 2, 3, 1), name + ".attention.mix", 1, kernel=(1, 5)).permute(0, 3, 1, 2)
        y = net.block(y * m.sigmoid(), name + ".expand", 16, act=False)
        x = F.relu((net.block(x, name + ".shortcut", 16, act=False) if x.shape[1] != 16 else x) + y)
        out[name] = x
    return net, image, out, "channelAttentionUnit(groups 4, squeeze to 2), channelAttentionUnit(groups 8, eca 5)"


def lspd_stage():
    net, out = Net(), {}
    image = torch.randn(2, 6, 7, 5, generator=torch.Generator().manual_seed(4)).double()
    x = net.block(image, "stage.enter", 8)
    for index in (1, 2):
        name = f"stage.block{index}"
        y = net.block(x, name + ".reduce", 4)
        y = sum(net.block(y, f"{name}.scale{d}", 4, kernel=3, dilation=d, groups=4) for d in (1, 2, 3))
        x = F.relu(x + net.block(y, name + ".expand", 8, act=False))
    x = net.block(x, "stage.leave", 8)
    out["heatmaps"] = net.conv(x, "stage.heatmaps", 3, bias=True)
    return net, image, out, "poseStage(8 channels, 2 blocks, 3 keypoints)"


def reparameterised():
    net, out = Net(), {}
    image = torch.randn(2, 4, 6, 5, generator=torch.Generator().manual_seed(5)).double()

    def block(x, name, channels, stride, groups, shared=None):
        def norm(y, part):
            return net.bn(y, f"{name}.{part}.bn", f"{shared or name}.{part}.bn")

        own = shared or name
        y = norm(net.conv(x, own + ".wide.conv", channels, kernel=3, stride=stride, groups=groups), "wide")
        y = y + norm(net.conv(x, own + ".narrow.conv", channels, stride=stride, groups=groups), "narrow")
        if stride == 1 and x.shape[1] == channels:
            y = y + norm(x, "identity")
        return F.relu(y)

    x = out["dense"] = block(image, "dense", 4, 1, 1)
    x = out["again"] = block(x, "again", 4, 1, 1, shared="dense")
    x = out["depthwise"] = block(x, "depthwise", 4, 1, 4)
    out["strided"] = block(x, "strided", 6, 2, 2)
    return net, image, out, "reparameterisedBlock: dense, the same weights again, depthwise, groups 2 with stride 2"


def simcc():
    net, out = Net(), {}
    image = torch.randn(2, 5, 4, 3, generator=torch.Generator().manual_seed(6)).double()
    maps = net.conv(image, "head.maps", 3, kernel=3, bias=True).flatten(2)
    out["x"], out["y"] = net.linear(maps, "head.x", 24), net.linear(maps, "head.y", 32)
    return net, image, out, "simccHead(3 keypoints, 12x16 input, split ratio 2, kernel 3)"


CASES = {
    "tokens-regression": regression,
    "tokens-heatmap": heatmap,
    "channel-attention": channel_attention,
    "lspd-stage": lspd_stage,
    "reparameterised": reparameterised,
    "simcc": simcc,
}

for file, case in CASES.items():
    net, image, outputs, about = case()
    tensors = {f"param/{name}": value for name, value in net.parameters.items()}
    tensors |= {"input": image, **outputs}
    write(f"{sys.argv[1]}/{file}.safetensors", tensors, f"{about}; torch {torch.__version__}")
