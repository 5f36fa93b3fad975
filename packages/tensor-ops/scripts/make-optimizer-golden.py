"""Writes test/golden/optimizer.json: PyTorch's AdamW and clip_grad_norm_ on small arrays made from a seed.

    python packages/tensor-ops/scripts/make-optimizer-golden.py

PyTorch computes in double precision from float32 inputs, so its answers are the exact ones.
"""

import json
import pathlib

import torch

torch.manual_seed(20)
SIZE, STEPS = 24, 12


def numbers(tensor):
    return tensor.detach().double().flatten().tolist()


def adam_case(name, learning_rate, betas, epsilon, weight_decay):
    start = torch.randn(SIZE)
    gradients = [torch.randn(SIZE) * 10.0 ** float(torch.randint(-4, 2, ())) for _ in range(STEPS)]
    gradients[3][::5] = 0.0
    half = SIZE // 2
    weights = [start[:half].double().requires_grad_(), start[half:].double().requires_grad_()]
    groups = [
        {'params': [weights[0]], 'weight_decay': weight_decay},
        {'params': [weights[1]], 'weight_decay': 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=learning_rate, betas=betas, eps=epsilon)
    after = []
    for gradient in gradients:
        weights[0].grad = gradient[:half].double()
        weights[1].grad = gradient[half:].double()
        optimizer.step()
        after.append(numbers(torch.cat(weights)))
    slots = [optimizer.state[w] for w in weights]
    return {
        'name': name,
        'options': {
            'learningRate': learning_rate,
            'beta1': betas[0],
            'beta2': betas[1],
            'epsilon': epsilon,
            'weightDecay': weight_decay,
        },
        'weights': numbers(start),
        'decayMask': [1.0] * half + [0.0] * (SIZE - half),
        'gradients': [numbers(g) for g in gradients],
        'weightsAfter': after,
        'm': numbers(torch.cat([s['exp_avg'] for s in slots])),
        'v': numbers(torch.cat([s['exp_avg_sq'] for s in slots])),
    }


def clip_case(scale, max_norm):
    gradient = torch.randn(SIZE) * scale
    parameter = torch.zeros(SIZE, dtype=torch.float64, requires_grad=True)
    parameter.grad = gradient.double().clone()
    norm = torch.nn.utils.clip_grad_norm_([parameter], max_norm)
    return {
        'gradient': numbers(gradient),
        'maxNorm': max_norm,
        'norm': float(norm),
        'clipped': numbers(parameter.grad),
    }


golden = {
    'adam': [
        adam_case('plain', 1e-3, (0.9, 0.999), 1e-8, 0.0),
        adam_case('decayed', 5e-2, (0.9, 0.999), 1e-8, 0.1),
        adam_case('other betas', 1e-2, (0.5, 0.95), 1e-3, 0.01),
    ],
    'clip': [clip_case(1.0, 1.0), clip_case(0.01, 1.0), clip_case(1e4, 0.1), clip_case(1e-7, 1e-7)],
}
path = pathlib.Path(__file__).parent.parent / 'test' / 'golden' / 'optimizer.json'
path.write_text(json.dumps(golden) + '\n')
