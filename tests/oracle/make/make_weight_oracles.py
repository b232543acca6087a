#!/usr/bin/env python3
"""Writes tests/load/weight_oracles.json: jets with the weights that numpy's histograms give them, by the steps of weaver-core's
WeightMaker (github.com/hqucms/weaver-core, weaver/utils/data/preprocess.py: methods "flat" and "ref", clipping to the outer
bins, equalized classes), starting from the jets' own weights and scaled to a mean of 1.

Usage: make_weight_oracles.py [FILE]"""
import json
import pathlib
import sys

import numpy as np

FILE = pathlib.Path(__file__).resolve().parents[2] / "load/weight_oracles.json"
EDGES = [80.0, 90.0, 105.0, 125.0, 150.0, 170.0]
MASS_EDGES = [10.0, 20.0, 35.0, 60.0]


def weigh(observers, label, base, method, edges):
    """By the histogram of one observer, or of two."""
    x = np.stack([np.clip(values, min(e), max(e)) for values, e in zip(observers, edges)], axis=1)
    raw = {c: np.histogramdd(x[label == c], bins=edges, weights=base[label == c])[0] for c in (0, 1)}
    result = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        for c in (0, 1):
            if method == "flat":
                wanted = np.ones_like(raw[c])
            elif method == "reference":
                wanted = raw[0]
            else:
                wanted = raw[c]
            result[c] = np.nan_to_num(wanted / raw[c], nan=0, posinf=0)
    # Equalize the classes: each gets half of the jets.
    for c in (0, 1):
        result[c] = result[c] * (len(label) / 2) / np.sum(raw[c] * result[c])
    cell = tuple(np.minimum(np.digitize(column, e) - 1, len(e) - 2) for column, e in zip(x.T, edges))
    return base * np.where(label == 1, result[1][cell], result[0][cell])


def main():
    random = np.random.default_rng(20)
    label = (random.random(120) < 0.3).astype(int)
    pt = np.where(label == 1, random.exponential(25, 120) + 78, random.uniform(70, 190, 120)).round(3)
    pt[:4] = [90.0, 80.0, 170.0, 150.0]  # on the edges
    base = random.uniform(0.2, 3, 120).round(3)
    base[7] = 0
    mass = np.where(label == 1, random.normal(40, 15, 120), random.exponential(25, 120)).round(3)
    mass[:4] = [10.0, 20.0, 60.0, 35.0]
    cases = {method: weigh([pt], label, base, method, [EDGES]).tolist() for method in ("class", "flat", "reference")}
    both = {method: weigh([pt, mass], label, base, method, [EDGES, MASS_EDGES]).tolist() for method in ("flat", "reference")}
    document = {"numpy": np.__version__, "bins": EDGES, "second_bins": MASS_EDGES, "pt": pt.tolist(), "m0": mass.tolist(),
                "label": label.tolist(), "weight": base.tolist(), "expected": cases, "expected_of_two": both}
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    path.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
