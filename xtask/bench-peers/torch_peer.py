"""PyTorch on one thread, as a contestant of `cargo xtask bench --peers`.

The protocol is told in xtask/src/bench/contestant.rs.
"""

import json
import math
import sys
import time

import torch

INPUTS, HARMONICS, DEPTH, BATCH, PARTICLES = 37, 8, 3, 256, 10_000
SLICE_SECONDS = 0.1


def network(inputs, width, depth, activation):
    sizes = [inputs] + depth * [width]
    layers = [layer for a, b in zip(sizes, sizes[1:]) for layer in (torch.nn.Linear(a, b), activation())]
    return torch.nn.Sequential(*layers, torch.nn.Linear(width, 2))


def batch(count):
    """Points on straight paths from noise to five modes, and their velocities."""
    t, noise = torch.rand(count, 1), torch.randn(count, 2)
    angle = torch.randint(0, 5, (count, 1)) * (math.tau / 5)
    data = 2 * torch.cat([torch.cos(angle), torch.sin(angle)], 1) + 0.2 * torch.randn(count, 2)
    return t, (1 - t) * noise + t * data, data - noise


def features(t, x):
    """As many as the lab's network reads: position, scaled position, time and waves."""
    waves = (x[:, :, None] * (1.8 * torch.arange(1, HARMONICS + 1))).flatten(1)
    return torch.cat([x, t * x, t, torch.sin(waves), torch.cos(waves)], 1)


def training(width, fused):
    model = network(INPUTS, width, DEPTH, torch.nn.SiLU)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=fused)

    def step():
        t, x, velocity = batch(BATCH)
        loss = ((model(features(t, x)) - velocity) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def notebook_recipe():
    """What notebooks usually do: time and place into five wide layers, small batches, default Adam."""
    model = network(3, 512, 5, torch.nn.ReLU)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step():
        t, x, velocity = batch(64)
        loss = ((model(torch.cat([x, t], 1)) - velocity) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def evaluation(width):
    model, inputs = network(INPUTS, width, DEPTH, torch.nn.SiLU), torch.randn(PARTICLES, INPUTS)

    def evaluate():
        with torch.no_grad():
            model(inputs)

    return evaluate


class Slice:
    """Repeats an action for about as long as a slice lasts."""

    def __init__(self, task, action, unit=1):
        self.task, self.action, self.unit, self.count = task, action, unit, 1

    def rate(self):
        began = time.process_time()
        for _ in range(self.count):
            self.action()
        rate = self.count / max(1e-3, time.process_time() - began)
        self.count = max(1, round(rate * SLICE_SECONDS))
        return self.unit * rate


def main():
    torch.set_num_threads(1)
    slices = []
    for width in (32, 64, 128):
        for name, fused in (("eager Adam", False), ("fused Adam", True)):
            slices.append(Slice({"what": "training", "width": width, "engine": name}, training(width, fused)))
        slices.append(Slice({"what": "velocity", "width": width}, evaluation(width), PARTICLES))
    slices.append(Slice({"what": "notebook recipe"}, notebook_recipe()))
    tasks = [slice.task for slice in slices]
    print(json.dumps({"version": f"PyTorch {torch.__version__}", "tasks": tasks, "facts": []}), flush=True)
    for line in sys.stdin:
        print(json.dumps({"value": slices[int(line)].rate()}), flush=True)


main()
