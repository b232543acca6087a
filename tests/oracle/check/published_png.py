"""Compares `jetvit prepare --mode published --to png` with the same steps in numpy, and opens the folder as torchvision's
ImageFolder does: classes are the sorted folders, Pillow decodes, three channels."""
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import cv2
import numpy as np
import published_steps as steps
import pyarrow as pa
import pyarrow.parquet as pq
import tiny_training as tiny
from PIL import Image

SAMPLE = tiny.SOURCE / "data/sample"
FILES = [SAMPLE / "quark_gluon_test.parquet", SAMPLE / "quark_gluon_published_layout.parquet"]


def prepare(jetvit, files, out, *more, mode="published"):
    done = tiny.check(subprocess.run([jetvit, "prepare", *files, "--mode", mode, "--to", "png", "--out", out, "--json", *more],
                                     capture_output=True, text=True))
    return json.loads(done.stdout), json.loads((out / "preparation.json").read_text())


def compare(files, out, description, batch):
    """Every picture, read by OpenCV, and every statistic against numpy's."""
    difference, counts, reported, inexact = steps.Difference(), [0, 0], iter(description["batches"]), 0
    for number, path in enumerate(files):
        images, labels = steps.read_raw(path)
        for part in steps.batches(len(images), batch):
            pictures, scales = steps.rgb_pictures(images[part])
            entry = next(reported)
            assert entry["file"] == number and entry["jets"] == len(pictures), entry
            for (mean, deviation), *ours in zip(scales, entry["mean"], entry["standard_deviation"]):
                assert np.allclose(ours, [mean, deviation], rtol=1e-12, atol=0), (ours, mean, deviation)
                inexact += ours != [mean, deviation]
            for picture, label in zip(pictures, labels[part]):
                path = out / str(label) / f"{counts[label]}.png"
                ours = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
                difference.add(ours[:, :, ::-1], picture)
                counts[label] += 1
    assert next(reported, None) is None
    difference.check()
    return difference, counts, inexact


def open_as_image_folder(out, counts):
    classes = sorted(entry.name for entry in out.iterdir() if entry.is_dir())
    assert classes == ["0", "1"], classes
    for name in classes:
        files = sorted((out / name).iterdir(), key=lambda path: int(path.stem))
        assert [path.name for path in files] == [f"{number}.png" for number in range(counts[int(name)])]
        for path in files[:: max(1, len(files) // 50)]:
            with Image.open(path) as picture:
                picture.verify()
            with Image.open(path) as picture:
                assert picture.mode == "RGB" and picture.size == (125, 125), (path, picture)
                assert np.array_equal(np.asarray(picture), cv2.imread(str(path))[:, :, ::-1]), path


def hard_jets(path):
    """Empty channels, a channel that is full and even (its deviation is 0), nearly even ones (the clip acts), one pixel,
    values about the threshold, negative ones, and a channel that is empty in a whole batch of 16."""
    random = np.random.default_rng(5)
    images = np.where(random.random((40, 3, 125, 125)) < 0.01, random.exponential(3, (40, 3, 125, 125)), 0)
    images[0] = 0
    images[1, 1] = 0
    images[2, 0] = 7.25
    images[3, 1] = 7.25 + 1e-4 * random.random((125, 125))
    images[4, 2] = 100 + random.random((125, 125))
    images[5, 0] = 0
    images[5, 0, 3, 120] = 1e-3
    images[6, 0, 60] = np.linspace(0.9e-3, 1.1e-3, 125)
    images[7] = -images[7]
    images[16:32, 2] = 0
    images = images.astype(np.float32).astype(np.float64)  # as the published doubles are
    pq.write_table(pa.table({"X_jets": pa.array(images.tolist(), pa.list_(pa.list_(pa.list_(pa.float64())))),
                             "pt": np.full(40, 100.0), "m0": np.full(40, 10.0), "y": (np.arange(40) % 2).astype(float)}), path)
    return path


def compare_standard(jetvit, files, out):
    """Standard mode: one normalization for the jets of all files, and it is saved."""
    _, description = prepare(jetvit, files, out, mode="standard")
    images, labels = (np.concatenate(parts) for parts in zip(*(steps.read_raw(path) for path in files)))
    images[images < 1e-3] = 0
    for channel, reported in enumerate(description["statistics"]):
        mean, deviation = steps.z_scores(images[:, channel])
        assert np.allclose([reported["mean"], reported["standard_deviation"]], [mean, deviation], rtol=1e-9), reported
    difference, counts = steps.Difference(), [0, 0]
    for image, label in zip(images, labels):
        expected = np.stack([steps.stretch(steps.clipped(plane)) for plane in image]).astype(np.uint8).T
        difference.add(cv2.imread(str(out / str(label) / f"{counts[label]}.png")), expected)
        counts[label] += 1
    difference.check()
    print(f"{sum(counts)} jets normalized alike: {difference}")


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        hard = hard_jets(folder / "hard.parquet")
        for files, batch, options in ((FILES, 4096, ()), ([FILES[1]], 96, ("--batch", "96", "--threads", "1")),
                                      ([hard], 16, ("--batch", "16"))):
            out = folder / f"pictures-{len(files)}-{batch}"
            summary, description = prepare(jetvit, files, out, *options)
            difference, counts, inexact = compare(files, out, description, batch)
            assert summary["classes"] == description["classes"] == {"0": counts[0], "1": counts[1]}
            open_as_image_folder(out, counts)
            print(f"{sum(counts)} jets in batches of {batch}: {difference}; {inexact} statistics differ from numpy's in the last bits")
        compare_standard(jetvit, [FILES[1], hard], folder / "standard")


if __name__ == "__main__":
    main(sys.argv[1])
