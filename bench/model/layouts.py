"""Compares the two orders in which a batch of images can lie in memory, (N, C, H, W) and (N, H, W, C), by whole training
steps of jetvit: `jetvit bench train --layout channels-first` and `channels-last` in turns, each as its own process. The
results have the order of the images in all layers.

  .deps/peers/bin/python bench/model/layouts.py build/release/bin/jetvit [--rounds 3]
"""

import argparse
import json
import os
import pathlib
import statistics

from compare import MODELS, our_seconds

LAYOUTS = ("channels-first", "channels-last")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jetvit")
    parser.add_argument("--models", nargs="+", default=MODELS)
    parser.add_argument("--precisions", nargs="+", default=("fp32", "bf16"), choices=("fp32", "bf16"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--out", help="file for the results as JSON")
    arguments = parser.parse_args()
    rows = []
    for model in arguments.models:
        for precision in arguments.precisions:
            seconds = {layout: [] for layout in LAYOUTS}
            for _ in range(arguments.rounds):
                for layout in LAYOUTS:
                    seconds[layout].append(our_seconds(arguments.jetvit, "train", model, precision == "bf16", arguments.batch_size,
                                                       arguments.steps, arguments.threads, layout))
            first, last = (statistics.median(seconds[layout]) for layout in LAYOUTS)
            ratios = [one / other for one, other in zip(*seconds.values())]
            rows.append({"model": model, "precision": precision, "batch_size": arguments.batch_size, "threads": arguments.threads,
                         "channels_first_seconds": first, "channels_last_seconds": last, "ratio": statistics.median(ratios),
                         "ratios": ratios})
            print(f"{model:16} {precision}  channels first {first:.3f} s  last {last:.3f} s  ratio {statistics.median(ratios):.2f}  "
                  f"({min(ratios):.2f} to {max(ratios):.2f})", flush=True)
    if arguments.out:
        pathlib.Path(arguments.out).write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
