"""Times training steps of one benchmark network on PyTorch, CPU, channels_last.

python torch_step.py '{"network":"mobile","steps":20}' prints one JSON line, in the form of step.js.
"""

import json
import resource
import sys
import time

import torch
from torch import nn
from torch_networks import NETWORKS

options = {"steps": 20, "warmup": 3, "batch": 8, "height": 128, "width": 96, "threads": 1, "learningRate": 1e-3}
options.update(json.loads(sys.argv[1]) if len(sys.argv) > 1 else {})
torch.set_num_threads(options["threads"])
torch.manual_seed(1)

network = NETWORKS[options["network"]]().to(memory_format=torch.channels_last)
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
            "threads": torch.get_num_threads(),
            "peakMebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "times": times,
            "processorTimes": processor,
        }
    )
)
