"""Training steps and predictions of timm and torch in Python: the peer that bench/model and bench/device measure against.

On a GPU in a process of its own, since a compiled model leaves memory and threads behind:

  python bench/model/peer.py train coatnet_0 --device cuda --precision bf16 --batch-size 256 --compile
"""

import argparse
import json
import pathlib
import statistics
import sys
import time

import torch
import torch.nn.functional

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tests/oracle/lib"))
from references import make_reference  # noqa: E402
from sizes import CHANNELS, options_of  # noqa: E402

ORDERS = (torch.contiguous_format, torch.channels_last)


def make_step(task, model, bf16, batch, order, device, compiles):
    """One whole step: forward, loss, backward and AdamW; or a forward pass without gradients."""
    module = make_reference(model, options_of(model)).to(device=device, memory_format=order)
    module.train(task == "train")
    optimizer = torch.optim.AdamW(module.parameters(), lr=1e-3, fused=True)
    size = options_of(model)["image_size"]
    images = torch.randn(batch, CHANNELS, size, size, device=device).contiguous(memory_format=order)
    labels = (torch.arange(batch, device=device) % 2).float()
    forward = torch.compile(module) if compiles else module
    kind = torch.device(device).type

    def train():
        with torch.autocast(kind, torch.bfloat16, enabled=bf16):
            logits = forward(images)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits.float().flatten(), labels)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    def predict():
        with torch.inference_mode(), torch.autocast(kind, torch.bfloat16, enabled=bf16):
            forward(images)

    return train if task == "train" else predict


def seconds_of_step(task, model, bf16, batch, steps, order=torch.channels_last, device="cpu", compiles=False):
    """The median. On a GPU that of five groups of steps, because to wait after each step would cost time of its own."""
    step = make_step(task, model, bf16, batch, order, device, compiles)
    on_gpu = torch.device(device).type == "cuda"
    torch.backends.cudnn.benchmark = on_gpu
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    group = max(1, steps // 5) if on_gpu else 1
    for _ in range(3 if on_gpu or compiles else 1):
        step()
    times = []
    for _ in range(5 if on_gpu else steps):
        if on_gpu:
            torch.cuda.synchronize(device)
        start = time.perf_counter()
        for _ in range(group):
            step()
        if on_gpu:
            torch.cuda.synchronize(device)
        times.append((time.perf_counter() - start) / group)
    if compiles:
        torch.compiler.reset()  # the next model is compiled again, not run eagerly after several of its class
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=("train", "predict"))
    parser.add_argument("model")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="bf16", choices=("fp32", "bf16"))
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--compile", action="store_true")
    arguments = parser.parse_args()
    begin = time.perf_counter()
    seconds = seconds_of_step(arguments.task, arguments.model, arguments.precision == "bf16", arguments.batch_size,
                              arguments.steps, device=arguments.device, compiles=arguments.compile)
    print(json.dumps({"model": arguments.model, "compiled": arguments.compile, "precision": arguments.precision,
                      "batch_size": arguments.batch_size, "median_seconds": seconds,
                      "images_per_second": arguments.batch_size / seconds,
                      "whole_seconds": time.perf_counter() - begin}))


if __name__ == "__main__":
    main()
