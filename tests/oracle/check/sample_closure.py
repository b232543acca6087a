#!/usr/bin/env python3
"""The shipped samples against the CMS figures and against what physics demands of them."""
import pathlib

import numpy
import pyarrow.parquet
from sklearn.metrics import roc_auc_score

SAMPLE = pathlib.Path(__file__).resolve().parents[3] / "data/sample"
CMS_OCCUPANCY = numpy.array([78.0, 240.0, 17.0])  # pixels, crystals, towers
CMS_SUM = numpy.array([127.0, 77.0, 45.0])  # GeV
TOLERANCE = 0.20


def read(path, shape=(3, 125, 125)):
    """Images as they are stored, labels, pT and mass."""
    file = pyarrow.parquet.ParquetFile(path)
    images, columns = [], {name: [] for name in ("y", "pt", "m0")}
    for batch in file.iter_batches(batch_size=128):
        column = batch.column(batch.schema.get_field_index("X_jets"))
        while not pyarrow.types.is_floating(column.type):
            column = column.flatten()
        images.append(column.to_numpy().reshape(-1, *shape).astype(numpy.float32))
        for name, parts in columns.items():
            parts.append(batch.column(batch.schema.get_field_index(name)).to_numpy())
    return numpy.concatenate(images), *(numpy.concatenate(parts) for parts in columns.values())


def near_half(score, label, what):
    auc = roc_auc_score(label, score)
    error = numpy.sqrt(1 / (6 * len(label) / 2)) * 1.1
    assert abs(auc - 0.5) < 4 * error, f"{what}: AUC {auc:.3f} is not 0.5 +- {error:.3f}"


def near_hot(soft, hot, axis):
    """Number of soft crystals of each jet 3 to 7 crystals after and before a hot one along an axis."""
    soft, hot = (numpy.moveaxis(cells, axis, 2) for cells in (soft, hot))
    after = sum((soft[:, :, away:] & hot[:, :, :-away]).sum(axis=(1, 2)) for away in range(3, 8))
    before = sum((soft[:, :, :-away] & hot[:, :, away:]).sum(axis=(1, 2)) for away in range(3, 8))
    return after, before


def check_mirror_symmetry():
    """The detector has no handedness: noise is as frequent on both sides of a shower. Flips in phi and eta rely on it."""
    counts = {"phi": [], "eta": []}
    for part in ("train", "validation", "test"):
        ecal = read(SAMPLE / f"quark_gluon_{part}.parquet")[0][:, 1]
        for name, axis in (("phi", 2), ("eta", 1)):
            counts[name].append(near_hot((ecal > 0) & (ecal < 0.25), ecal > 1, axis))
    for name, parts in counts.items():
        after, before = (numpy.concatenate(side).astype(int) for side in zip(*parts))
        excess = after - before
        error = excess.std() / numpy.sqrt(len(excess))
        print(f"soft crystals near hot ones along {name}: {after.mean():.3f} after, {before.mean():.3f} before, "
              f"a difference of {excess.mean() / error:.1f} errors")
        assert abs(excess.mean()) < 4 * error, f"the two directions of {name} differ"


def check_quark_gluon():
    images, label, pt, _ = read(SAMPLE / "quark_gluon_test.parquet")
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
    others, *_ = read(SAMPLE / "quark_gluon_validation.parquet")
    keys = {image.tobytes() for image in images}
    assert not any(image.tobytes() in keys for image in others), "validation and test share jets"


def check_boosted_top():
    """Significances are distances over their errors: of tracks from the hard vertex they have a width of 1. d0 is
    signed by the side on which a track passes the beam: decays of b and c hadrons, of which top jets have more, add
    tracks on both sides."""
    images, label, pt, mass = read(SAMPLE / "boosted_top.parquet", (125, 125, 8))
    near_half(pt, label, "pT of boosted jets")
    assert roc_auc_score(label, mass) > 0.8, "the mass separates top jets"
    d0, dz = images[..., 1], images[..., 2]
    prompt = (images[..., 0] > 0) & (abs(dz) < 3)
    width = {name: numpy.diff(numpy.quantile(value[prompt & (abs(value) < 4)], [0.16, 0.84]))[0] / 2
             for name, value in (("d0", d0), ("dz", dz))}
    print("width of the core of d0", width["d0"], "of dz", width["dz"])
    assert 0.9 < width["d0"] < 1.25 and 0.8 < width["dz"] < 1.25, width  # |dz| < 3 cuts 1 % off; decays and pile-up widen
    near = (images[..., 0] > 0) & (abs(dz) < 10)
    positive, negative = ({y: side[label == y].sum(axis=(1, 2)) for y in (0, 1)}
                          for side in (near & (d0 > 3), near & (d0 < -3)))
    for y in (0, 1):
        print(f"y = {y}: {positive[y].mean():.2f} tracks with d0 > 3, {negative[y].mean():.2f} with d0 < -3")
        excess = positive[y] - negative[y].astype(int)
        assert abs(excess.mean()) < 4 * excess.std() / numpy.sqrt(len(excess)), "no side of the beam is preferred"
    displaced = {y: positive[y] + negative[y] for y in (0, 1)}
    more = displaced[1].mean() - displaced[0].mean()
    error = numpy.sqrt(sum(counts.var() / len(counts) for counts in displaced.values()))
    assert more > 5 * error, f"top jets have {more:.2f} +- {error:.2f} more displaced tracks"


if __name__ == "__main__":
    check_quark_gluon()
    check_mirror_symmetry()
    check_boosted_top()
