#!/usr/bin/env python3
"""The shipped quark-gluon sample against the CMS figures and against what physics demands of it."""
import pathlib

import numpy
import pyarrow.parquet
from sklearn.metrics import roc_auc_score

SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "data" / "sample"
CMS_OCCUPANCY = numpy.array([78.0, 240.0, 17.0])  # pixels, crystals, towers
CMS_SUM = numpy.array([127.0, 77.0, 45.0])  # GeV
TOLERANCE = 0.20


def read(path):
    file = pyarrow.parquet.ParquetFile(path)
    images, labels, pts = [], [], []
    for batch in file.iter_batches(batch_size=128):
        column = batch.column(batch.schema.get_field_index("X_jets"))
        flat = column.flatten().flatten().flatten().to_numpy()
        images.append(flat.reshape(-1, 3, 125, 125).astype(numpy.float32))
        labels.append(batch.column(batch.schema.get_field_index("y")).to_numpy())
        pts.append(batch.column(batch.schema.get_field_index("pt")).to_numpy())
    return numpy.concatenate(images), numpy.concatenate(labels), numpy.concatenate(pts)


def near_half(score, label, what):
    auc = roc_auc_score(label, score)
    error = numpy.sqrt(1 / (6 * len(label) / 2)) * 1.1
    assert abs(auc - 0.5) < 4 * error, f"{what}: AUC {auc:.3f} is not 0.5 +- {error:.3f}"


def main():
    images, label, pt = read(SAMPLE / "quark_gluon_test.parquet")
    towers = images[:, 2].reshape(-1, 25, 5, 25, 5)
    assert (towers == towers[:, :, :1, :, :1]).all(), "HCAL towers are not constant blocks of 5 x 5"
    occupancy = (images > 0).sum(axis=(2, 3)).mean(axis=0) / numpy.array([1, 1, 25])
    total = images.sum(axis=(2, 3), dtype=numpy.float64).mean(axis=0)
    print("occupancy", occupancy, "sum", total)
    assert (abs(occupancy / CMS_OCCUPANCY - 1) < TOLERANCE).all(), occupancy
    assert (abs(total / CMS_SUM - 1) < TOLERANCE).all(), total
    tracks = (images[:, 0] > 0).sum(axis=(1, 2))
    assert tracks[label == 0].mean() > tracks[label == 1].mean(), "gluons must have more track pixels than quarks"
    near_half(pt, label, "pT")
    near_half(tracks, numpy.random.default_rng(1).permutation(label), "random labels")
    others, _, _ = read(SAMPLE / "quark_gluon_validation.parquet")
    keys = {image.tobytes() for image in images}
    assert not any(image.tobytes() in keys for image in others), "validation and test share jets"


main()
