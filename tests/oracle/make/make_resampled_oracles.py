#!/usr/bin/env python3
"""Writes tests/model/io/resampled_oracles.json: what timm's resampling makes of small tensors that a hash of their names fills
(hash_fill.py). Needs `scripts/setup --with-peers`:

    .deps/peers/bin/python tests/oracle/make/make_resampled_oracles.py
"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import timm
import torch
from hash_fill import tensor as hash_tensor
from timm.layers import resample_abs_pos_embed, resample_patch_embed, resize_rel_pos_bias_table
from timm.models._manipulate import adapt_input_conv

FILE = pathlib.Path(__file__).resolve().parents[2] / "model/io/resampled_oracles.json"


def filters(tensor, channels):
    return adapt_input_conv(channels, tensor, tensor.shape[1])


def positions(tensor, side):
    return resample_abs_pos_embed(tensor, [side, side])


def patches(tensor, side):
    return resample_patch_embed(tensor, [side, side])


def bias(tensor, window):
    span = 2 * window - 1
    shape = (span**2, tensor.shape[1]) if tensor.dim() == 2 else (tensor.shape[0], span, span)
    return resize_rel_pos_bias_table(tensor, (window, window), shape)


# What is done, the shape, and the channels, side or window to reach.
CASES = [(filters, (2, 3, 1, 2), 1), (filters, (2, 3, 1, 2), 8), (filters, (1, 8, 1, 1), 3), (positions, (1, 17, 2), 6),
         (positions, (1, 37, 1), 4), (positions, (1, 2, 3), 2), (patches, (1, 2, 4, 4), 6), (patches, (2, 1, 6, 6), 4),
         (bias, (49, 2), 3), (bias, (25, 1), 7), (bias, (2, 7, 7), 3), (bias, (1, 5, 5), 6), (bias, (169, 1), 4), (bias, (1, 3), 2),
         (bias, (25, 2), 1)]


def main():
    cases = []
    for act, shape, target in CASES:
        source = torch.from_numpy(hash_tensor(act.__name__, shape))
        made = act(source, target)
        cases.append({"act": act.__name__, "from": list(shape), "target": target, "to": list(made.shape),
                      "values": [float(f"{value:.8g}") for value in made.flatten().tolist()]})
    document = {"made_by": "tests/oracle/make/make_resampled_oracles.py", "timm": timm.__version__,
                "torch": torch.__version__.split("+")[0]}
    lines = ",\n".join("  " + json.dumps(case) for case in cases)
    FILE.write_text(json.dumps(document)[:-1] + ', "cases": [\n' + lines + "\n]}\n")


if __name__ == "__main__":
    main()
