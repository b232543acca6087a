"""Compares `jetvit prepare --mode published --to tfrecord` with the same steps in numpy and OpenCV; the shards are read with
TensorBoard's record reader and Google's protobuf. Also the float records of standard mode, and its 8-bit ones."""
import hashlib
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
import tf_example
import tiny_training as tiny

SAMPLE = tiny.SOURCE / "data/sample/boosted_top.parquet"
SIGNED = (1, 2)  # d0 and dz


def prepare(jetvit, files, out, *more):
    done = tiny.check(subprocess.run([jetvit, "prepare", *files, "--to", "tfrecord", "--out", out, "--json", *more],
                                     capture_output=True, text=True))
    description = json.loads((out / "preparation.json").read_text())
    assert json.loads(done.stdout)["classes"] == description["classes"]
    assert sum(shard["jets"] for shard in description["shards"]) == description["jets"] == sum(description["classes"].values())
    for shard in description["shards"]:
        content = (out / shard["file"]).read_bytes()
        assert len(content) == shard["bytes"] and hashlib.sha256(content).hexdigest() == shard["sha256"], shard
    return description


def first_jets(path, count):
    """A file of the first jets of the sample."""
    pq.write_table(pq.read_table(SAMPLE).slice(0, count), path)
    return path


def parts_of_sample(folder):
    """Six files of the sample's jets, which make two shards."""
    table = pq.read_table(SAMPLE)
    files = []
    for number, count in enumerate((70, 1, 64, 65, 100, 100)):
        files.append(folder / f"BoostedTop_x1_fixed_{number}.parquet")
        pq.write_table(table.slice(sum(pq.read_metadata(path).num_rows for path in files[:-1]), count), files[-1], row_group_size=9)
    return files


def pictures(jet):
    """(8, 128, 128) from the features of a jet."""
    decoded = []
    for channel in range(1, 9):
        (png,) = jet[f"channel_{channel}"]
        decoded.append(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED))
    return np.stack(decoded)


class Names:
    """<label>_<number within the class>, counted over all files."""

    def __init__(self):
        self.counts = [0, 0]

    def check(self, jet, label):
        assert jet["label"] == [label] and jet["name"] == [f"{label}_{self.counts[label]}".encode()], (jet["label"], jet["name"])
        self.counts[label] += 1


def compare_published(jetvit, files, out, batch, *options):
    description = prepare(jetvit, files, out, "--mode", "published", *options)
    shards = -(-len(files) // 4)
    assert [shard["file"] for shard in description["shards"]] == [f"Top_TFRecords_shard_{number}_of_{shards}.tfrecords"
                                                                  for number in range(1, shards + 1)]
    difference, names, reported, inexact = steps.Difference(), Names(), iter(description["batches"]), 0
    for shard in range(shards):
        jets = tf_example.examples(out / description["shards"][shard]["file"])
        for path in files[4 * shard:4 * shard + 4]:
            images, labels = steps.read_raw(path)
            for part in steps.batches(len(images), batch):
                expected, scales = steps.gray_pictures(images[part])
                entry = next(reported)
                assert entry["jets"] == len(expected), entry
                inexact += sum(ours != list(theirs) for theirs, *ours in zip(scales, entry["mean"], entry["standard_deviation"]))
                for theirs, label in zip(expected, labels[part]):
                    jet = next(jets)
                    assert set(jet) == {f"channel_{channel}" for channel in range(1, 9)} | {"label", "name", "jetvit_identity"}, set(jet)
                    names.check(jet, label)
                    difference.add(pictures(jet), theirs)
        assert next(jets, None) is None
    assert next(reported, None) is None
    difference.check()
    print(f"{sum(names.counts)} jets of {len(files)} files in batches of {batch}: {difference}; {inexact} statistics differ "
          "from numpy's in the last bits")


def same_in_parts(jetvit, files, whole, folder):
    """Groups of four files prepared apart give the shards of all: names and the numbers in them begin again."""
    def without_name(jet):
        return {feature: value for feature, value in jet.items() if feature != "name"}

    shards = json.loads((whole / "preparation.json").read_text())["shards"]
    for number, shard in enumerate(shards):
        out = folder / f"part-{number}"
        (part,) = prepare(jetvit, files[4 * number:4 * number + 4], out, "--mode", "published", "--batch", "64")["shards"]
        apart, together = (list(map(without_name, tf_example.examples(path))) for path in (out / part["file"], whole / shard["file"]))
        assert apart == together and len(apart) == shard["jets"] > 0
    assert (folder / "part-0/Top_TFRecords_shard_1_of_1.tfrecords").read_bytes() == (whole / shards[0]["file"]).read_bytes()
    reported = json.loads(tiny.check(subprocess.run([jetvit, "inspect", folder / "part-*/*.tfrecords", "--json"], capture_output=True, text=True)).stdout)
    assert reported["jets"] == sum(shard["jets"] for shard in shards), reported
    print(f"{len(shards)} parts prepared apart hold the pictures of one run")


def hard_jets(path):
    """Empty and full channels, even and nearly even ones, and channels that are empty in a whole batch of 8."""
    random = np.random.default_rng(6)
    images = np.where(random.random((24, 125, 125, 8)) < 0.01, random.normal(0, 3, (24, 125, 125, 8)), 0)
    images[0] = 0
    images[1, :, :, 3] = 7.25
    images[2, :, :, 4] = 7.25 + 1e-4 * random.random((125, 125))
    images[3, :, :, 5] = 0
    images[3, 124, 124, 5] = 2
    images[8:16, :, :, 6] = 0
    images = images.astype(np.float32).astype(np.float64)
    pq.write_table(pa.table({"X_jets": pa.array(list(images.reshape(24, -1)), pa.list_(pa.float64())),
                             "y": (np.arange(24) % 2).astype(float)}), path)
    return path


def suppressed(images):
    """Zero suppression that knows signed channels."""
    kept = images >= 1e-3
    for channel in SIGNED:
        kept[..., channel] = np.abs(images[..., channel]) >= 1e-3
    return np.where(kept, images, 0)


def compare_floats(jetvit, file, out, *options):
    """Standard mode: the pixel values themselves, signed where the channel is, and the observers."""
    description = prepare(jetvit, [file], out, *options)
    images, labels = steps.read_raw(file)
    images = suppressed(images)
    table = pq.read_table(file)
    names = Names()
    (shard,) = description["shards"]
    for number, jet in enumerate(tf_example.examples(out / shard["file"])):
        names.check(jet, labels[number])
        assert set(jet) == {"X_jets", "label", "name", "jetvit_identity", "pt", "m0"}, set(jet)
        assert np.array_equal(np.float32(jet["X_jets"]).reshape(125, 125, 8), images[number].astype(np.float32))
        for observer in ("pt", "m0"):
            assert jet[observer] == [np.float32(table[observer][number].as_py())]
    assert sum(names.counts) == len(labels)
    for channel, reported in enumerate(description["statistics"]):
        values = images[..., channel]
        assert np.allclose([reported["mean"], reported["standard_deviation"]], [values.mean(), values.std()], rtol=1e-9), reported
    print(f"{len(labels)} float records ({shard['file']}, {shard['bytes']:,} bytes) hold the jets bit for bit")


def compare_signed(jetvit, file, out):
    """Standard mode in 8 bits: one normalization for all jets; signed channels about 128."""
    description = prepare(jetvit, [file], out, "--values", "uint8")
    images, labels = steps.read_raw(file)
    images = suppressed(images)
    for channel in range(8):
        values = images[..., channel]
        values -= 0 if channel in SIGNED else values.mean()
        values /= images[..., channel].std()
    difference = steps.Difference()
    (shard,) = description["shards"]
    for image, jet in zip(images, tf_example.examples(out / shard["file"])):
        for channel, ours in enumerate(pictures(jet)):
            plane = image[..., channel]
            if channel in SIGNED:
                plane = cv2.resize(127 * plane / (np.abs(plane).max() or 1), (steps.SIDE, steps.SIDE))
                theirs = 128 + np.rint(127 * plane / (np.abs(plane).max() or 1))
            else:
                theirs = steps.stretch(cv2.resize(steps.stretch(steps.clipped(plane)), (steps.SIDE, steps.SIDE)))
            difference.add(ours, theirs.astype(np.uint8))
    difference.check()
    print(f"{len(labels)} jets normalized alike, d0 and dz signed: {difference}")


def same_at_any_thread_count(jetvit, files, folder):
    """Bytes, not only pixels."""
    for options in (("--mode", "published", "--batch", "50"), ("--values", "uint8"), ("--values", "float32")):
        outputs = []
        for threads in (1, 2, 5):
            out = folder / f"threads-{threads}"
            prepare(jetvit, files, out, *options, "--threads", str(threads), "--overwrite")
            outputs.append({path.name: path.read_bytes() for path in out.iterdir()})
        assert outputs[0] == outputs[1] == outputs[2], options
    print("1, 2 and 5 threads write the same bytes")


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        compare_published(jetvit, [SAMPLE], folder / "sample", 320)
        parts = parts_of_sample(folder)
        compare_published(jetvit, parts, folder / "shards", 64, "--batch", "64", "--threads", "1")
        same_in_parts(jetvit, parts, folder / "shards", folder)
        compare_published(jetvit, [hard_jets(folder / "hard.parquet")], folder / "hard", 8, "--batch", "8")
        few = first_jets(folder / "few.parquet", 70)  # TensorBoard's reader checks a megabyte of CRC in a fifth of a second
        compare_floats(jetvit, few, folder / "floats")
        compare_floats(jetvit, few, folder / "plain", "--compression", "none")
        compare_signed(jetvit, few, folder / "signed")
        same_at_any_thread_count(jetvit, sorted(folder.glob("BoostedTop_*_[012].parquet")), folder)


if __name__ == "__main__":
    main(sys.argv[1])
