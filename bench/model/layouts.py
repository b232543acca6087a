"""Compares the two orders in which a batch of images can lie in memory, (N, C, H, W) and (N, H, W, C), by whole training
steps of jetvit: `jetvit bench train --layout channels-first` and `channels-last` in turns, each as its own process.
The layers keep the order that the images have.

  .deps/peers/bin/python bench/model/layouts.py build/release/bin/jetvit [--rounds 3]
"""

import argparse
import json
import pathlib
import statistics

from compare import add_measurement, our_seconds

LAYOUTS = ("channels-first", "channels-last")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_measurement(parser)
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
