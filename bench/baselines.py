"""Boosted trees and a logistic regression on hand-made features of jet images: what a network has to beat.

For each channel: occupied pixels, sum, ptD, width, and the share of the sum and the occupied pixels in rings around the
axis; in addition pT and mass. The trees are scikit-learn's HistGradientBoostingClassifier, with early stopping on a tenth
of the training jets.

  .deps/python/bin/python bench/baselines.py TRAIN.parquet TEST.parquet [--out FILE] [--scores FOLDER]

Needs pyarrow, numpy and scikit-learn: scripts/setup --with-tests.
"""
import argparse
import pathlib
import time

import numpy
import pyarrow
import pyarrow.parquet
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from side_by_side import delong_error, report

SIDE = 125
PIXEL = 0.0174
RINGS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6)
CONE = 0.4


def features(path):
    """(jets, features) and the labels, read row group by row group."""
    rows, columns = numpy.indices((SIDE, SIDE)) - (SIDE - 1) / 2
    distance = PIXEL * numpy.hypot(rows, columns).ravel()
    masks = [(distance >= low) & (distance < high) for low, high in zip(RINGS, RINGS[1:])]
    cone = distance < CONE
    table, labels = [], []
    for batch in pyarrow.parquet.ParquetFile(path).iter_batches(batch_size=256):
        column = batch.column(batch.schema.get_field_index("X_jets"))
        while not pyarrow.types.is_floating(column.type):
            column = column.flatten()
        images = column.to_numpy().reshape(batch.num_rows, 3, SIDE * SIDE).astype(numpy.float32)
        parts = [batch.column(batch.schema.get_field_index(name)).to_numpy() for name in ("pt", "m0")]
        for channel in range(3):
            image = images[:, channel]
            inside = image[:, cone]
            total = numpy.maximum(inside.sum(axis=1), 1e-6)
            parts += [(inside > 0).sum(axis=1), total, numpy.sqrt((inside**2).sum(axis=1)) / total,
                      (inside * distance[cone]).sum(axis=1) / total, inside.max(axis=1) / total]
            for mask in masks:
                ring = image[:, mask]
                parts += [ring.sum(axis=1) / total, (ring > 0).sum(axis=1)]
        table.append(numpy.stack(parts, axis=1))
        labels.append(batch.column(batch.schema.get_field_index("y")).to_numpy())
    return numpy.concatenate(table), numpy.concatenate(labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train")
    parser.add_argument("test")
    parser.add_argument("--out", help="file for the result as JSON")
    parser.add_argument("--scores", type=pathlib.Path, metavar="FOLDER",
                        help="folder for the scores of the test jets, as `jetvit evaluate --scores` reads them")
    arguments = parser.parse_args()
    train, train_label = features(arguments.train)
    test, test_label = features(arguments.test)
    models = {
        "boosted trees": HistGradientBoostingClassifier(learning_rate=0.05, max_iter=500, early_stopping=True, random_state=1),
        "logistic regression": make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000)),
    }
    result = {"features": train.shape[1], "training jets": len(train), "test jets": len(test)}
    for name, model in models.items():
        start = time.perf_counter()
        score = model.fit(train, train_label).predict_proba(test)[:, 1]
        result[name] = {"auc": roc_auc_score(test_label, score), "error": delong_error(score, test_label),
                        "seconds": time.perf_counter() - start}
        if arguments.scores:
            arguments.scores.mkdir(parents=True, exist_ok=True)
            pyarrow.parquet.write_table(pyarrow.table({"score": score, "label": test_label}),
                                        arguments.scores / f"{name.replace(' ', '_')}.parquet")
    report(result, arguments.out)


if __name__ == "__main__":
    main()
