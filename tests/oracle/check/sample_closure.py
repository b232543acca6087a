#!/usr/bin/env python3
"""The shipped samples against the CMS figures, against what physics demands of them, and against what the documents print
of them."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import documented_sample as documents
import numpy
import pyarrow.parquet
from sklearn.metrics import roc_auc_score

SAMPLE = pathlib.Path(__file__).resolve().parents[3] / "data/sample"
CMS_OCCUPANCY = numpy.array([78.0, 240.0, 17.0])  # pixels, crystals, towers
CMS_SUM = numpy.array([127.0, 77.0, 45.0])  # GeV
TOLERANCE = 0.20
PIXEL = 0.0174  # in eta and phi
VALIDATION = documents.section(documents.GENERATOR, "Validation")
FILES = documents.section(documents.SAMPLE)
COMPARISON = documents.section(documents.SAMPLE, "Comparison with CMS")


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
    return auc


def near_hot(soft, hot, axis):
    """Number of soft crystals of each jet 3 to 7 crystals after and before a hot one along an axis."""
    soft, hot = (numpy.moveaxis(cells, axis, 2) for cells in (soft, hot))
    after = sum((soft[:, :, away:] & hot[:, :, :-away]).sum(axis=(1, 2)) for away in range(3, 8))
    before = sum((soft[:, :, :-away] & hot[:, :, away:]).sum(axis=(1, 2)) for away in range(3, 8))
    return after, before


def documented_counts(tracks):
    """The mean number of track pixels of each file with its error."""
    shown = [number for counts in tracks for number in (counts.mean(), counts.std() / numpy.sqrt(len(counts)))]
    documents.compare_words(documents.GENERATOR, documents.section(documents.GENERATOR, "Seeds and pile-up"),
                            "jets have # ± #, # ± # and # ± # track pixels", shown)


def check_mirror_symmetry():
    """The detector has no handedness: noise is as frequent on both sides of a shower. Flips in phi and eta rely on it."""
    counts = {"phi": [], "eta": []}
    tracks, means = [], []
    for part in ("train", "validation", "test"):
        images = read(SAMPLE / f"quark_gluon_{part}.parquet")[0]
        ecal = images[:, 1]
        tracks.append((images[:, 0] > 0).sum(axis=(1, 2)))
        for name, axis in (("phi", 2), ("eta", 1)):
            counts[name].append(near_hot((ecal > 0) & (ecal < 0.25), ecal > 1, axis))
    for name, parts in counts.items():
        after, before = (numpy.concatenate(side).astype(int) for side in zip(*parts))
        excess = after - before
        error = excess.std() / numpy.sqrt(len(excess))
        print(f"soft crystals near hot ones along {name}: {after.mean():.3f} after, {before.mean():.3f} before, "
              f"a difference of {excess.mean() / error:.1f} errors")
        assert abs(excess.mean()) < 4 * error, f"the two directions of {name} differ"
        means += [after.mean(), before.mean()]
    documents.compare_words(documents.GENERATOR, VALIDATION,
                            "in phi (# and # per jet at a distance of 3 to 7 crystals) and in eta (# and #)", means)
    documented_counts(tracks)


def channel_means(images):
    """Mean number of track pixels, crystals and towers, and mean sums in GeV."""
    occupancy = (images > 0).sum(axis=(2, 3)).mean(axis=0) / numpy.array([1, 1, 25])
    return occupancy, images.sum(axis=(2, 3), dtype=numpy.float64).mean(axis=0)


def documented_means(images, label):
    """Both documents have a table of the means, with those of CMS."""
    occupancy, total = channel_means(images)
    for name, chosen in (("y = 0 (gluon)", label == 0), ("y = 1 (quark)", label == 1), ("both", label >= 0)):
        documents.compare_row(documents.GENERATOR, VALIDATION, name, [*numpy.concatenate(channel_means(images[chosen]))])
    documents.compare_row(documents.GENERATOR, VALIDATION, "CMS", [*CMS_OCCUPANCY, *CMS_SUM])
    documents.compare_words(documents.GENERATOR, VALIDATION, "the track sum (# %) differs most", [100 * (total[0] / CMS_SUM[0] - 1)])
    differences = abs(numpy.concatenate([occupancy / CMS_OCCUPANCY, total / CMS_SUM]) - 1)
    assert differences.argmax() == 3, f"the track sum does not differ most: {differences}"
    counts, sums = COMPARISON.split("| sum, GeV |")
    sums = "| sum, GeV |" + sums
    documents.compare_row(documents.SAMPLE, counts, "occupied pixels (HCAL: towers)", [*occupancy])
    documents.compare_row(documents.SAMPLE, counts, "CMS", [*CMS_OCCUPANCY])
    documents.compare_row(documents.SAMPLE, sums, "sum, GeV", [*total])
    documents.compare_row(documents.SAMPLE, sums, "CMS", [*CMS_SUM])


def documented_cone(images, label):
    """Track pixels near the axis: gluon jets have more of them, quark jets a larger ptD (root of the sum of squares over the
    sum)."""
    away = PIXEL * numpy.hypot(*numpy.mgrid[-62:63, -62:63])
    cone = images[:, 0][:, away <= 0.4].astype(numpy.float64)
    counts = (cone > 0).sum(axis=1)
    row = "track pixels within 0.4 of the axis (quark #, gluon # pixels)"
    documents.compare_words(documents.SAMPLE, COMPARISON, f"| {row} | # | |",
                            [counts[label == 1].mean(), counts[label == 0].mean(), roc_auc_score(label, -counts)])
    pt_d = numpy.sqrt((cone * cone).sum(axis=1)) / numpy.maximum(cone.sum(axis=1), 1e-9)
    documents.compare_words(documents.SAMPLE, COMPARISON, "| ptD of these tracks | # | |", [roc_auc_score(label, pt_d)])


def check_quark_gluon():
    """Returns the AUC of pT."""
    images, label, pt, _ = read(SAMPLE / "quark_gluon_test.parquet")
    towers = images[:, 2].reshape(-1, 25, 5, 25, 5)
    assert (towers == towers[:, :, :1, :, :1]).all(), "HCAL towers are not constant blocks of 5 x 5"
    occupancy, total = channel_means(images)
    print("occupancy", occupancy, "sum", total)
    assert (abs(occupancy / CMS_OCCUPANCY - 1) < TOLERANCE).all(), occupancy
    assert (abs(total / CMS_SUM - 1) < TOLERANCE).all(), total
    tracks = (images[:, 0] > 0).sum(axis=(1, 2))
    assert tracks[label == 0].mean() > tracks[label == 1].mean(), "gluons must have more track pixels than quarks"
    auc_pt = near_half(pt, label, "pT")
    documents.compare_words(documents.GENERATOR, VALIDATION, "pT does not separate the classes (AUC #)", [auc_pt])
    documented_means(images, label)
    documented_cone(images, label)
    near_half(tracks, numpy.random.default_rng(1).permutation(label), "random labels")
    others, *_ = read(SAMPLE / "quark_gluon_validation.parquet")
    keys = {image.tobytes() for image in images}
    assert not any(image.tobytes() in keys for image in others), "validation and test share jets"
    return auc_pt


def check_boosted_top():
    """Returns the AUCs of pT and mass. Significances are distances over their errors: of tracks from the hard vertex they have a width of 1. d0 is
    signed by the side on which a track passes the beam: decays of b and c hadrons, of which top jets have more, add
    tracks on both sides."""
    images, label, pt, mass = read(SAMPLE / "boosted_top.parquet", (125, 125, 8))
    auc_pt, auc_mass = near_half(pt, label, "pT of boosted jets"), roc_auc_score(label, mass)
    assert auc_mass > 0.8, "the mass separates top jets"
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
    documents.compare_words(documents.GENERATOR, VALIDATION, "a core of width 1 (d0 #, dz #)", [width["d0"], width["dz"]])
    documents.compare_words(documents.GENERATOR, VALIDATION, r"\|d0\| > 3 (# against # per jet)",
                            [displaced[1].mean(), displaced[0].mean()])
    documents.compare_words(documents.SAMPLE, COMPARISON, "tracks from the hard vertex has a width of #", [width["d0"]])
    return auc_pt, auc_mass


def check_files():
    """The files are what the table of the sample says."""
    layouts = {"doubles, zstd, row groups of 256": ("ZSTD", 256), "the same": ("ZSTD", 256),
               "as the published files: snappy, one row group per jet": ("SNAPPY", 1)}
    paths = sorted(SAMPLE.glob("*.parquet"))
    assert len(paths) == FILES.count(".parquet`"), f"the table has other files than {paths}"
    for path in paths:
        jets, _, layout = documents.row(documents.SAMPLE, FILES, f"`{path.name}`")
        metadata = pyarrow.parquet.ParquetFile(path).metadata
        documents.compare_printed(documents.SAMPLE, path.name, [jets], [metadata.num_rows])
        column = metadata.row_group(0).column(0)
        found = (column.compression, metadata.row_group(0).num_rows)
        assert found == layouts.get(layout) and column.physical_type == "DOUBLE", f"{path.name}: {layout}: {found}"


if __name__ == "__main__":
    check_files()
    quark_gluon_pt = check_quark_gluon()
    check_mirror_symmetry()
    top_pt, top_mass = check_boosted_top()
    documents.compare_row(documents.SAMPLE, COMPARISON, "pT", [quark_gluon_pt, top_pt])
    documents.compare_row(documents.SAMPLE, COMPARISON, "mass", [top_mass])
