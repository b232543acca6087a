#!/usr/bin/env python3
"""Writes tests/measure/oracles.json: what scikit-learn says of score samples that tests/measure/generated_jets.h makes again
from the same integers, and of a few samples that are written out.

Usage: make_measure_oracles.py [FILE]"""
import json
import pathlib
import sys

import numpy as np
import sklearn
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

FILE = pathlib.Path(__file__).resolve().parents[2] / "measure/oracles.json"


def uniform(stream, count):
    """`count` numbers in [0, 1): SplitMix64 of the stream's number and the jet, 53 bits each."""
    with np.errstate(over="ignore"):
        word = (np.uint64(stream) << np.uint64(32)) + np.arange(1, count + 1, dtype=np.uint64)
        word *= np.uint64(0x9E3779B97F4A7C15)
        word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        word ^= word >> np.uint64(31)
    return (word >> np.uint64(11)).astype(np.float64) * 2.0**-53


def generated(jets, levels, stream):
    """Scores that are the probability of their label; `levels` > 0 rounds them down to that many values."""
    score = uniform(stream, jets)
    label = (uniform(stream + 1, jets) < score).astype(np.uint8)
    label[0], label[1] = 0, 1
    if levels:
        score = np.floor(score * levels) / levels
    return score, label, 0.5 + uniform(stream + 2, jets)


def calibration_error(score, label, weight, bins=15):
    """Guo et al., arXiv:1706.04599: share of jets x |mean score - share of signal|, summed over equal bins."""
    which = np.minimum((score * bins).astype(int), bins - 1)
    shares = [weight[which == b].sum() / weight.sum() for b in set(which)]
    return sum(share * abs(np.average(score[which == b] - label[which == b], weights=weight[which == b]))
               for share, b in zip(shares, set(which)))


def measured(score, label, weight):
    """weight: None counts each jet once."""
    return {
        "auc": metrics.roc_auc_score(label, score, sample_weight=weight),
        "average_precision": metrics.average_precision_score(label, score, sample_weight=weight),
        "log_loss": metrics.log_loss(label, score, sample_weight=weight),
        "brier": metrics.brier_score_loss(label, score, sample_weight=weight),
        "accuracy": metrics.accuracy_score(label, score >= 0.5, sample_weight=weight),
        "calibration_error": calibration_error(score, label, np.ones_like(score) if weight is None else weight),
    }


def curve(score, label, weight):
    background, signal, threshold = metrics.roc_curve(label, score, sample_weight=weight, drop_intermediate=False)
    return {"signal": signal.tolist(), "background": background.tolist(), "threshold": [None, *threshold[1:].tolist()]}


WRITTEN = [
    ("two jets", [0.2, 0.7], [0, 1], [1, 3]),
    ("two jets the wrong way round", [0.7, 0.2], [0, 1], [2, 1]),
    ("all scores equal", [0.25] * 6, [0, 1, 0, 1, 1, 0], [1, 2, 3, 4, 5, 6]),
    ("certainties", [0.0, 1.0, 1.0, 0.0, 0.5], [0, 1, 0, 1, 1], [1, 1, 0.5, 2, 1]),
    ("one tie across the classes", [0.1, 0.4, 0.4, 0.8], [0, 0, 1, 1], [1, 1, 1, 1]),
    ("neighboring doubles", [0.5, float(np.nextafter(0.5, 1)), float(np.nextafter(0.5, 0)), 0.5], [0, 1, 1, 1], [1, 1, 1, 1]),
]
GENERATED = [(7, 0, 10), (60, 0, 20), (60, 4, 30), (1000, 0, 40), (1000, 16, 50), (1000, 2, 60), (100_000, 0, 70), (100_000, 50, 80)]


def regression_case():
    """Three features of very different scale, one of them useless."""
    jets = 2000
    features = np.stack([300 * uniform(100, jets), 1e-3 * (uniform(101, jets) - 0.5), 5 + uniform(102, jets)], axis=1)
    chance = 1 / (1 + np.exp(-(2 * (features[:, 0] / 300 - 0.5) + 3e3 * features[:, 1])))
    label = (uniform(103, jets) < chance).astype(np.uint8)
    return {"jets": jets, "label": "".join(map(str, label)), "expected": fitted(features, label, np.ones(jets)),
            "weighted": fitted(features, label, 0.1 + uniform(104, jets))}


def fitted(features, label, weight):
    scaled = StandardScaler().fit(features, sample_weight=weight).transform(features)
    fit = LogisticRegression(C=1 / (1e-6 * weight.sum()), solver="newton-cholesky", tol=1e-14, max_iter=200)
    fit.fit(scaled, label, sample_weight=weight)
    return {"coefficients": [fit.intercept_[0], *fit.coef_[0]], "first_probabilities": fit.predict_proba(scaled[:10])[:, 1].tolist()}


def main():
    cases = []
    for name, score, label, weight in WRITTEN:
        arrays = np.array(score), np.array(label, np.uint8), np.array(weight, float)
        cases.append({"name": name, "score": score, "label": label, "weight": weight, "expected": measured(*arrays[:2], None),
                      "weighted": measured(*arrays), "curve": curve(*arrays[:2], None), "weighted_curve": curve(*arrays)})
    for jets, levels, stream in GENERATED:
        score, label, weight = generated(jets, levels, stream)
        case = {"name": f"{jets} jets, {levels or 'all'} levels", "jets": jets, "levels": levels, "stream": stream,
                "expected": measured(score, label, None), "weighted": measured(score, label, weight)}
        if jets <= 60 or levels:
            case["curve"], case["weighted_curve"] = curve(score, label, None), curve(score, label, weight)
        cases.append(case)
    document = {"scikit_learn": sklearn.__version__, "cases": cases, "regression": regression_case()}
    file = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    file.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
