#!/usr/bin/env python3
"""`jetvit evaluate --scores` against scikit-learn: AUC, average precision, log loss and Brier score to 1e-12 (both sides are
double precision), with heavy ties and tiny samples; DeLong's error against its definition by pairs."""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn import metrics

TOLERANCE = 1e-12


def cases():
    rng = np.random.default_rng(5)
    for count, levels in ((5, None), (40, 4), (3000, None), (3000, 16), (800, 2)):
        label = np.concatenate([[0, 0, 1, 1], rng.integers(0, 2, count)]).astype(np.uint8)
        score = 1 / (1 + np.exp(-(rng.normal(size=len(label)) + label)))
        if levels:
            score = np.clip(np.round(score * levels) / levels, 0.01, 0.99)  # 0 and 1 have no log loss
        yield label, score


def delong_error(label, score):
    """Standard error from the structural components (DeLong et al. 1988), pair by pair."""
    signal, background = score[label == 1], score[label == 0]
    wins = (signal[:, None] > background[None]) + 0.5 * (signal[:, None] == background[None])
    return np.sqrt(wins.mean(1).var(ddof=1) / len(signal) + wins.mean(0).var(ddof=1) / len(background))


def main():
    count = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for label, score in cases():
            # A tenth of the jets has the weight 0.
            weight = np.where(np.arange(len(label)) % 10 == 4, 0, np.random.default_rng(6).random(len(label)) + 0.1).astype(np.float32)
            pq.write_table(pa.table({"score": score, "label": label, "weight": weight}), folder / "scores.parquet")
            result = subprocess.run([sys.argv[1], "evaluate", "--scores", str(folder / "scores.parquet"), "--out", str(folder / "out"), "--overwrite"],
                                    capture_output=True, text=True, timeout=120)
            assert result.returncode == 0, result.stderr
            got = json.loads((folder / "out" / "metrics.json").read_text())["classifiers"][0]
            weight = weight.astype(float)
            expected = {"auc": metrics.roc_auc_score(label, score, sample_weight=weight),
                        "average_precision": metrics.average_precision_score(label, score, sample_weight=weight),
                        "log_loss": metrics.log_loss(label, score, sample_weight=weight),
                        "brier": metrics.brier_score_loss(label, score, sample_weight=weight),
                        "accuracy": metrics.accuracy_score(label, score >= 0.5, sample_weight=weight),
                        "unweighted_auc": metrics.roc_auc_score(label, score),
                        "unweighted_auc_error": delong_error(label, score)}
            for key, value in expected.items():
                assert abs(got[key] - value) <= TOLERANCE * max(1, abs(value)), (key, got[key], value)
            count += 1
        for label, words in (([1, 1, 1], "of one class"), ([0, 1, 1], "two jets")):
            pq.write_table(pa.table({"score": [0.1, 0.2, 0.3], "label": pa.array(label, pa.uint8())}), folder / "one.parquet")
            result = subprocess.run([sys.argv[1], "evaluate", "--scores", str(folder / "one.parquet"), "--out", str(folder / "one")],
                                    capture_output=True, text=True, timeout=120)
            assert result.returncode == 1 and words in result.stderr, result
    print(f"evaluate: {count} samples equal scikit-learn to {TOLERANCE}")


if __name__ == "__main__":
    main()
