"""Efficiency of training on many GPUs or hosts, from a small model: the table of docs/scale.md.

A step of n processes takes the time of one process, and what of the exchange is not hidden behind the backward pass:

  efficiency = T / (T + max(0, S - H) + N + W)
  S = 2 (n - 1) / n * G / B + k * L(n)      summing G bytes of gradients: a ring sends each byte 2 (n - 1) / n times
  H = 2/3 T (1 - 1/k) if the sum overlaps the backward pass (the last of k buckets has nothing to hide behind), else 0
  N = 2 m L(n)                              m synchronized batch norms: two small sums each, which the layers wait for
  W = s T sqrt(2 ln n)                      the slowest of n steps whose times scatter by a share s (Gaussian tail)
  L(n) = 2 ceil(log2 n) l                   a message up and down a tree, l each

In a host, B is the rate of a process to its neighbors. Among hosts, it is at most the rate of a host to the network: a
ring leaves each host once. Inputs are below, with their sources.

  bench/scale/efficiency.py build/release/bin/jetvit
"""
import argparse
import dataclasses
import json
import math
import subprocess

SIZES = (8, 64, 512)
BUCKET = 25 * 2**20  # bytes; the usual size in PyTorch's DistributedDataParallel
SCATTER = 0.01  # of the times of steps, stated
FLOAT = 4


@dataclasses.dataclass(frozen=True)
class Links:
    name: str
    local: float  # bytes a second of a process, one way, to others of its host
    network: float  # bytes a second of a host, one way; a sum in a ring leaves each host once
    latency: float  # seconds of a message
    local_size: int  # processes of a host
    overlaps: bool  # whether sums are taken during the backward pass

    def bandwidth(self, processes):
        return self.local if processes <= self.local_size else min(self.local, self.network)


# NVLink 4: 900 GB/s a GPU both ways (NVIDIA's H100 data sheet), of which about 350 GB/s one way reach a sum. InfiniBand:
# 400 Gb/s a card, 50 GB/s. Latencies are stated: 5 us among GPUs, 30 us through TCP.
FAST = Links("8 GPUs and 8 cards of 400 Gb/s a host", 350e9, 400e9, 5e-6, 8, True)
ONE_CARD = Links("8 GPUs and one card of 400 Gb/s a host", 350e9, 50e9, 5e-6, 8, True)
# Gloo on the loopback sent 111 MB of gradients among two processes in 142 ms (2 shared cores): 0.78 GB/s a process.
GLOO = Links("one process a host, TCP", 0.78e9, 0.78e9, 30e-6, 1, False)

JETS = 64  # of a GPU
PEAK = 989e12  # bfloat16 FLOP/s of an H100 SXM, dense (data sheet)
# Training rates of the same networks at the same size in timm's results, on an RTX 3090 (mixed precision, channels last:
# results/benchmark-train-amp-nhwc-pt112-cu113-rtx3090.csv). An H100 is taken to reach the same share of its peak. If it
# reaches less, its steps are longer and the efficiency is higher.
PEAK_3090 = 71e12  # float16 with float32 sums, dense (NVIDIA's GA102 white paper)
IMAGES_3090 = {"vit_small": 1057.92, "swin_tiny": 648.69, "efficientnet_b0": 1751.72, "efficientnet_b3": 572.18}
# Seconds of a step of 64 images at 128 px (125 px for resnet_15) on two cores (docs/speed.md).
CPU_STEPS = {"coatnet_0": 1.036, "resnet_15": 0.033}


@dataclasses.dataclass(frozen=True)
class Model:
    name: str
    gradients: int  # bytes
    batch_norms: int


def described(jetvit, name):
    description = json.loads(subprocess.run([jetvit, "describe", name, "--json"], check=True, capture_output=True, text=True).stdout)

    def batch_norms(layers):
        return sum(layer["kind"].startswith("BatchNorm") + batch_norms(layer["layers"]) for layer in layers)

    return Model(name, FLOAT * description["parameters"], batch_norms(description["layers"]))


def gpu_step(name):
    return JETS / (IMAGES_3090[name] * PEAK / PEAK_3090)


def sent_bytes(gradients, processes):
    """Of a process, in a sum over all of them."""
    return 2 * (processes - 1) / processes * gradients


def latency(links, processes):
    return 2 * math.ceil(math.log2(processes)) * links.latency


def efficiency(model, links, step, processes):
    """The rate of so many processes, divided by so many times that of one."""
    buckets = math.ceil(model.gradients / BUCKET)
    total = sent_bytes(model.gradients, processes) / links.bandwidth(processes) + buckets * latency(links, processes)
    hidden = 2 / 3 * step * (1 - 1 / buckets) if links.overlaps else 0
    norms = 2 * model.batch_norms * latency(links, processes)
    waiting = SCATTER * step * math.sqrt(2 * math.log(processes))
    return step / (step + max(0, total - hidden) + norms + waiting)


def table(rows):
    """In Markdown. rows: links, model, seconds of a step."""
    lines = ["| links | model | gradients | batch norms | step | " + " | ".join(map(str, SIZES)) + " |",
             "| --- | --- | --- | --- | --- | " + " | ".join("---" for _ in SIZES) + " |"]
    for links, model, step in rows:
        shares = " | ".join(f"{100 * efficiency(model, links, step, size):.0f} %" for size in SIZES)
        lines.append(f"| {links.name} | `{model.name}` | {model.gradients / 1e6:.1f} MB | {model.batch_norms} | {1e3 * step:.1f} ms | {shares} |")
    return "\n".join(lines)


def documented_table(jetvit):
    """The table of docs/scale.md."""
    gpus = [(links, described(jetvit, name), gpu_step(name)) for links in (FAST, ONE_CARD) for name in IMAGES_3090]
    hosts = [(GLOO, described(jetvit, name), step) for name, step in CPU_STEPS.items()]
    return table(gpus + hosts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jetvit")
    print(documented_table(parser.parse_args().jetvit))


if __name__ == "__main__":
    main()
