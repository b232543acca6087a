"""Compares whole training steps (forward, loss, backward, AdamW) or predictions (forward without gradients) with timm
and torch in Python on the same cores.

Both sides take turns in one run: `jetvit bench train|predict` as its own process, then the same architecture from timm
(or, for resnet_15, of torch.nn modules) with torch's fused AdamW and, for bf16, torch.autocast, in both orders of
memory, of which the faster counts; with --compile also compiled by torch.compile. Every model has the sizes of its
recipes. Next to the ratio is the share of the machine's matrix peak that jetvit reaches: the multiply-adds of
`jetvit describe`, three times for a step (forward, and the gradients of inputs and weights), against the best of
torch's products of 2048 x 2048 matrices in the same run.

  .deps/peers/bin/python bench/model/compare.py train build/release/bin/jetvit [--rounds 3]

Needs torch and timm: scripts/setup --with-peers.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from peer import ORDERS, seconds_of_step  # noqa: E402
from sizes import settings  # noqa: E402

MODELS = ("coatnet_0", "coatnet_0_paper", "maxvit_tiny", "maxvit_tiny_rw", "davit_tiny", "efficientnet_b0",
          "efficientnet_b3", "vit_tiny", "vit_small", "resnet_15", "swin_tiny", "effswin")
PEAK_SIDE = 2048


def peak(bf16, rounds=12):
    """Floating point operations per second."""
    a = torch.randn(PEAK_SIDE, PEAK_SIDE, dtype=torch.bfloat16 if bf16 else torch.float32)
    fastest = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        torch.mm(a, a)
        fastest = min(fastest, time.perf_counter() - start)
    return 2 * PEAK_SIDE**3 / fastest


def operations(jetvit, task, model):
    """Floating point operations of an image."""
    described = subprocess.run([jetvit, "describe", model, "--json", *settings(model)], check=True, capture_output=True,
                               text=True)
    return 2 * json.loads(described.stdout)["multiply_adds"] * (3 if task == "train" else 1)


def peer_seconds(task, model, bf16, batch, steps, compiles):
    """Of the fastest of both orders of memory, eager and, where asked for, compiled."""
    ways = [(order, compiled) for order in ORDERS for compiled in ((False, True) if compiles else (False,))]
    return min(seconds_of_step(task, model, bf16, batch, steps, order, compiles=compiled) for order, compiled in ways)


def our_seconds(jetvit, task, model, bf16, batch, steps, threads, layout=None):
    command = [jetvit, "bench", task, model, *settings(model)]
    command += ["--batch-size", str(batch), "--steps", str(steps), "--threads", str(threads)]
    command += ["--precision", "bf16" if bf16 else "fp32"] + (["--layout", layout] if layout else [])
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(result.stdout)["median_seconds"]


def add_measurement(parser):
    """What is measured, how often, and where the results go."""
    parser.add_argument("jetvit")
    parser.add_argument("--models", nargs="+", default=MODELS)
    parser.add_argument("--precisions", nargs="+", default=("fp32", "bf16"), choices=("fp32", "bf16"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--out", help="file for the results as JSON")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=("train", "predict"))
    add_measurement(parser)
    parser.add_argument("--compile", action="store_true", help="the peer is the faster of eager and torch.compile")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    rows = []
    for model in arguments.models:
        for precision in arguments.precisions:
            bf16 = precision == "bf16"
            ours, peer, peaks = [], [], []
            for _ in range(arguments.rounds):
                peaks.append(peak(bf16))
                setting = (bf16, arguments.batch_size, arguments.steps)
                ours.append(our_seconds(arguments.jetvit, arguments.task, model, *setting, arguments.threads))
                peer.append(peer_seconds(arguments.task, model, *setting, arguments.compile))
            rows.append({"task": arguments.task, "model": model, "precision": precision, "batch_size": arguments.batch_size,
                         "threads": arguments.threads, "compile": arguments.compile,
                         "jetvit_seconds": statistics.median(ours),
                         "peer_seconds": statistics.median(peer),
                         "ratio": statistics.median(peer) / statistics.median(ours),
                         "ratios": [theirs / mine for theirs, mine in zip(peer, ours)],
                         "peak_flops": max(peaks),
                         "peak_share": arguments.batch_size * operations(arguments.jetvit, arguments.task, model)
                         / statistics.median(ours) / max(peaks)})
            row = rows[-1]
            print(f"{model:12} {row['precision']}  jetvit {row['jetvit_seconds']:.3f} s  "
                  f"peer {row['peer_seconds']:.3f} s  ratio {row['ratio']:.2f}  "
                  f"({min(row['ratios']):.2f} to {max(row['ratios']):.2f})  "
                  f"{100 * row['peak_share']:.0f} % of {row['peak_flops'] / 1e9:.0f} GFLOP/s", flush=True)
    if arguments.out:
        pathlib.Path(arguments.out).write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
