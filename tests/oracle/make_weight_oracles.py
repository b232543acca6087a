#!/usr/bin/env python3
"""Writes tests/load/weight_oracles.json: jets with the weights that numpy's histograms give them, by the steps of weaver-core's
WeightMaker (github.com/hqucms/weaver-core, weaver/utils/data/preprocess.py: methods "flat" and "ref", clipping to the outer
bins, equalised classes), starting from the jets' own weights and scaled to a mean of 1.

Usage: make_weight_oracles.py [FILE]"""
import json
import pathlib
import sys

import numpy as np

FILE = pathlib.Path(__file__).resolve().parents[1] / "load" / "weight_oracles.json"
EDGES = [80.0, 90.0, 105.0, 125.0, 150.0, 170.0]


def weigh(pt, label, base, method, edges):
    x = np.clip(pt, min(edges), max(edges))
    raw = {c: np.histogram(x[label == c], bins=edges, weights=base[label == c])[0] for c in (0, 1)}
    result = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        for c in (0, 1):
            if method == "flat":
                wanted = np.ones(len(edges) - 1)
            elif method == "reference":
                wanted = raw[0]
            else:
                wanted = raw[c]
            result[c] = np.nan_to_num(wanted / raw[c], nan=0, posinf=0)
    # Equalise the classes: each gets half of the jets.
    for c in (0, 1):
        result[c] = result[c] * (len(pt) / 2) / np.sum(raw[c] * result[c])
    cell = np.minimum(np.digitize(x, edges) - 1, len(edges) - 2)
    return base * np.where(label == 1, result[1][cell], result[0][cell])


def main():
    random = np.random.default_rng(20)
    label = (random.random(120) < 0.3).astype(int)
    pt = np.where(label == 1, random.exponential(25, 120) + 78, random.uniform(70, 190, 120)).round(3)
    pt[:4] = [90.0, 80.0, 170.0, 150.0]  # on the edges
    base = random.uniform(0.2, 3, 120).round(3)
    base[7] = 0
    cases = {method: weigh(pt, label, base, method, EDGES).tolist() for method in ("class", "flat", "reference")}
    document = {"numpy": np.__version__, "bins": EDGES, "pt": pt.tolist(), "label": label.tolist(), "weight": base.tolist(),
                "expected": cases}
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    path.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
