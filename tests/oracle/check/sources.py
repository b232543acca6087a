"""Everything that models read in addition to jet stores: pictures that OpenCV wrote and records that TensorBoard framed come back value
for value; raw Parquet trains to the very weights of its store; damage is answered with the file and record."""
import gzip
import json
import pathlib
import shutil
import struct
import sys
import tempfile
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import cv2
import mistakes
import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import tf_example
import tiny_training as tiny
from documented import documented_reader
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

SIDE = 20


def store_jets(store):
    """(jet, image) of every jet of a store, by the documented reader, which opens "store"."""
    jets = []
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "store").symlink_to(store.resolve())
        reader = documented_reader().replace('"store', f'"{folder}/store')
        exec(reader + "        jets.append((jet, image.copy()))\n", {"jets": jets})
    return jets


def levels(random, *shape):
    return np.where(random.random(shape) < 0.1, random.integers(1, 256, shape), 0).astype(np.uint8)


def write_pngs(folder, classes=("gluon", "quark"), jets=30, seed=1):
    """Class folders; returns the pixels by (class, number)."""
    random, written = np.random.default_rng(seed), {}
    for label, name in enumerate(classes):
        (folder / name).mkdir(parents=True)
        for number in range(jets):
            pixels = levels(random, SIDE, SIDE, 3)
            cv2.imwrite(str(folder / name / f"{number}.png"), pixels)
            written[label, number] = pixels
    return written


def png(pixels):
    return cv2.imencode(".png", pixels)[1].tobytes()


def example(**features):
    message = tf_example.Example()
    for name, value in features.items():
        feature = message.features.feature[name]
        if isinstance(value, bytes):
            feature.bytes_list.value.append(value)
        elif isinstance(value, int):
            feature.int64_list.value.append(value)
        else:
            feature.float_list.value.extend(np.atleast_1d(value).tolist())
    return message.SerializeToString()


def framed(record):
    length = struct.pack("<Q", len(record))
    return length + struct.pack("<I", masked_crc32c(length)) + record + struct.pack("<I", masked_crc32c(record))


def write_records(path, records):
    content = b"".join(framed(record) for record in records)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def eight_channels(pixels, label, **more):
    return example(**{f"channel_{index + 1}": png(pixels[..., index]) for index in range(8)}, label=label, name=b"jet", **more)


def prepare(jetvit, *words):
    return tiny.check(mistakes.run(jetvit, "prepare", *words))


def pngs_come_back(jetvit, folder):
    written = write_pngs(folder / "png")
    for name in ("2.PNG", "3.Png"):  # as ImageFolder reads them
        (folder / "png/quark" / name.lower()).rename(folder / "png/quark" / name)
    (folder / "png/quark/notes.txt").write_text("no picture")
    prepare(jetvit, folder / "png", "--out", folder / "png_store")
    seen = set()
    for jet, image in store_jets(folder / "png_store"):
        # OpenCV's order is blue, green, red: tracks, ECAL, HCAL; a row of the picture is a column of the image.
        expected = written[jet["label"], jet["source_row"]].transpose(2, 1, 0).astype(np.float32) / np.float32(255)
        assert np.array_equal(image.reshape(expected.shape), expected), jet
        seen.add((jet["label"], jet["source_row"]))
    assert seen == set(written), seen


def records_come_back(jetvit, folder, name):
    """Two shards of gray pictures, then of floats."""
    random = np.random.default_rng(2)
    gray = [(levels(random, SIDE, SIDE, 8), int(label), float(pt), int(run)) for label, pt, run in
            zip(random.integers(0, 2, 40), random.uniform(400, 900, 40).astype(np.float32), random.integers(1, 9, 40))]
    floats = [(np.where(pixels > 0, random.normal(0, 50, pixels.shape), 0).astype(np.float32), *rest) for pixels, *rest in gray]
    for kind, jets in (("gray", gray), ("floats", floats)):
        shards = folder / f"{kind}_{name}"
        shards.mkdir()
        for shard in range(2):
            write_records(shards / f"shard_{shard}.{name}", [
                eight_channels(pixels, label, pt=pt, run=run) if kind == "gray"
                else example(X_jets=pixels.ravel(), label=label, name=b"jet", pt=pt, run=run)
                for pixels, label, pt, run in jets[20 * shard:20 * shard + 20]])
        store = folder / f"{kind}_{name}_store"
        prepare(jetvit, shards, "--out", store, "--zero-threshold", "0")
        seen = set()
        for jet, image in store_jets(store):
            number = 20 * jet["source_file"] + jet["source_row"]
            pixels, label, pt, run = jets[number]
            expected = pixels.transpose(2, 0, 1).astype(np.float32)
            expected = expected / np.float32(255) if kind == "gray" else expected.copy()
            if kind == "floats":  # only the impact parameters have a sign
                for channel in (0, 3, 4, 5, 6, 7):
                    expected[channel] = np.maximum(expected[channel], 0)
            assert np.array_equal(image.reshape(expected.shape), expected), (kind, number)
            assert (jet["label"], jet["pt"], jet["run"]) == (label, pt, run), jet
            seen.add(number)
        assert seen == set(range(40)), seen



def weights(run):
    from safetensors.numpy import load_file
    return load_file(run / "best.safetensors")


def raw_trains_as_its_store(jetvit, folder):
    raw = tiny.write_raw(folder / "jets.parquet", jets=200)
    prepare(jetvit, raw, "--out", folder / "store", "--threads", "2")
    runs = {name: folder / f"run_{name}" for name in ("store", "raw")}
    tiny.check(tiny.train(jetvit, folder / "store", runs["store"]))
    tiny.check(tiny.train(jetvit, raw, runs["raw"]))
    by_store, by_raw = weights(runs["store"]), weights(runs["raw"])
    assert by_store.keys() == by_raw.keys()
    for name, tensor in by_store.items():
        assert np.array_equal(tensor, by_raw[name]), f"raw Parquet trains to another {name}"
    # Each run finds its own data again, and measures the same.
    metrics = []
    for run in runs.values():
        tiny.check(mistakes.run(jetvit, "evaluate", run, "--threads", "1"))
        metrics.append(json.loads((run / "evaluation-test/metrics.json").read_text())["classifiers"])
    assert metrics[0] == metrics[1]
    # A run continues with its data, and with no others.
    tiny.check(tiny.train(jetvit, raw, runs["raw"], "--resume"))
    other = tiny.write_raw(folder / "others.parquet", jets=200, seed=7)
    mistakes.expect(tiny.train(jetvit, other, runs["raw"], "--resume"), 2, "others.parquet are not those of")
    mistakes.expect(mistakes.run(jetvit, "bench", "load", "--data", folder / "store"), 2, "--batch-size 256: the training split of",
                    "make no full batch (use --batch-size", "only the training split is loaded")
    # The same images with other observers are other data: weights by spectrum depend on them.
    table = pq.read_table(raw)
    for name, words in (("m0", "m0 has other values"), (None, "m0 is missing")):
        place = table.schema.get_field_index("m0")
        changed = table.set_column(place, name, pc.add(table["m0"], 1)) if name else table.remove_column(place)
        pq.write_table(changed, folder / "jets.parquet")
        mistakes.expect(tiny.train(jetvit, raw, runs["raw"], "--resume"), 2, f"the observers of {raw} are not those of {raw}: {words}")
    pq.write_table(table, raw)
    tiny.check(tiny.train(jetvit, raw, runs["raw"], "--resume"))
    # Files as splits: the same jets, named split by split.
    tiny.check(mistakes.run(jetvit, "evaluate", runs["raw"], "--test", other, "--out", folder / "other", "--threads", "1"))
    assert json.loads((folder / "other/metrics.json").read_text())["classifiers"][0]["jets"] == 200


def pictures_train(jetvit, folder):
    """Folders as the study had them: Train and Test, the validation split off from Train."""
    data = folder / "Data"
    write_pngs(data / "Train", ("0", "1"), jets=60, seed=3)
    tested = write_pngs(data / "Test", ("0", "1"), jets=25, seed=4)
    run = folder / "run_pictures"
    tiny.check(tiny.train(jetvit, data, run))
    record = json.loads((run / "run.json").read_text())["data"]
    assert record["train_jets"] + record["validation_jets"] == 120 and record["validation_jets"] > 5, record
    tiny.check(mistakes.run(jetvit, "evaluate", run, "--threads", "1"))
    assert json.loads((run / "evaluation-test/metrics.json").read_text())["classifiers"][0]["jets"] == 50
    scores = folder / "scores.parquet"
    tiny.check(mistakes.run(jetvit, "predict", run, "--data", data / "Test", "--out", scores, "--threads", "2"))
    rows = pq.read_table(scores).to_pylist()
    assert sorted((row["label"], row["source_row"]) for row in rows) == sorted(tested), rows[:3]


def damaged(jetvit, folder):
    random = np.random.default_rng(5)
    pixels = levels(random, SIDE, SIDE, 8)
    good = [eight_channels(pixels, number % 2) for number in range(5)]
    count = 0

    def refuse(data, *fragments, status=1, more=()):
        nonlocal count
        out = folder / "refused"
        mistakes.expect(mistakes.run(jetvit, "prepare", data, "--out", out, "--threads", "2", *more), status, *fragments)
        assert not (out / "manifest.json").exists(), fragments
        shutil.rmtree(out, ignore_errors=True)  # what was finished before the damage stays
        count += 1

    def records(name, content):
        path = folder / name
        path.write_bytes(content)
        return path

    content = b"".join(map(framed, good))
    third = len(framed(good[0])) + len(framed(good[1]))
    for offset, words in ((3, "checksum of its length"), (9, "checksum of its length"), (200, "its checksum does not match")):
        flipped = bytearray(content)
        flipped[third + offset] ^= 4
        refuse(records("flip.tfrecords", bytes(flipped)), "flip.tfrecords: record 2", words)
    refuse(records("cut.tfrecords", content[:third + 300]), "cut.tfrecords: record 2", "cut short")
    refuse(records("cut.tfrecords", content[:third + 5]), "cut.tfrecords: record 2", "cut short")
    packed = gzip.compress(content)
    refuse(records("cut.tfrecords.gz", packed[:-40]), "cut.tfrecords.gz: record", "cut short")
    flipped = bytearray(packed)
    flipped[-6] ^= 1  # of the checksum at the end
    refuse(records("flip.tfrecords.gz", bytes(flipped)), "flip.tfrecords.gz: record", "checksum of the gzip stream")
    huge = struct.pack("<Q", 1 << 40)
    refuse(records("huge.tfrecords", huge + struct.pack("<I", masked_crc32c(huge)) + b"x" * 50), "record 0", "limit")
    refuse(records("text.tfrecords", b"no records at all, just text"), "not a TFRecord file")
    refuse(records("zlib.tfrecords", zlib.compress(content)), "zlib.tfrecords: record 0: is compressed with zlib (gzip is read)")
    refuse(records("empty.tfrecords", b""), "empty.tfrecords: holds no record")

    def example_refused(name, record, *fragments):
        refuse(write_records(folder / f"{name}.tfrecords", [*good[:2], record]), f"{name}.tfrecords: record 2", *fragments)

    def changed(**features):
        message = tf_example.Example.FromString(good[0])
        for feature, value in features.items():
            message.features.feature[feature].CopyFrom(tf_example.Example.FromString(example(**{feature: value})).features.feature[feature])
        return message.SerializeToString()

    example_refused("small", changed(channel_3=png(pixels[:10, :, 0])), "channel_3", "20 x 10 pixels, others have 20 x 20")
    example_refused("deep", changed(channel_3=png(pixels[..., 0].astype(np.uint16))), "channel_3", "16-bit gray")
    example_refused("color", changed(channel_3=png(pixels[..., :3])), "channel_3", "RGB (expected gray)")
    broken = bytearray(png(pixels[..., 0]))
    broken[60] ^= 8
    example_refused("broken", changed(channel_3=bytes(broken)), "channel_3", "damaged PNG")
    example_refused("notpng", changed(channel_3=b"GIF89a"), "channel_3", "damaged PNG")
    example_refused("label", changed(label=7), "label = 7", "is not 0 or 1")
    example_refused("label_list", changed(label=np.float32([0, 1])), "label is not a single number")
    message = tf_example.Example.FromString(good[0])
    del message.features.feature["channel_8"]
    example_refused("missing", message.SerializeToString(), "feature channel_8 is missing")
    example_refused("protobuf", b"\x0a\xff\xff\xff\x7f", "cut short")
    refuse(write_records(folder / "foreign.tfrecords", [example(image=b"x", label=1)]), "record 0", "image", "neither channel_1 nor X_jets")
    shards = write_records(folder / "more.tfrecords", good)
    refuse(shards, "layout", "PNGs of TFRecords have a fixed order", status=2, more=("--layout", "chw"))
    refuse(shards, "8 x 20 x 20", "8 x 10 x 40", more=("--shape", "8", "10", "40"))
    refuse(write_records(folder / "odd.tfrecords", [example(X_jets=np.zeros(77, np.float32), label=1)]), "record 0", "77 numbers")

    def pictures(name, change, *fragments):
        root = folder / name
        write_pngs(root, jets=3)
        change(root)
        refuse(root, *fragments)

    write_pngs(folder / "p_whole", jets=3)
    refuse(folder / "p_whole", "layout", "PNG class folders have a fixed order", status=2, more=("--layout", "hwc"))
    refuse(folder / "p_whole", "3 x 20 x 20", "3 x 9 x 9", more=("--shape", "3", "9", "9"))
    pictures("p_size", lambda root: cv2.imwrite(str(root / "quark/1.png"), pixels[:10, :, :3]), "quark/1.png", "20 x 10 pixels")
    pictures("p_deep", lambda root: cv2.imwrite(str(root / "quark/1.png"), pixels[..., :3].astype(np.uint16)), "quark/1.png", "16-bit RGB")
    pictures("p_gray", lambda root: cv2.imwrite(str(root / "quark/1.png"), pixels[..., 0]), "quark/1.png", "gray")
    pictures("p_alpha", lambda root: cv2.imwrite(str(root / "quark/1.png"), pixels[..., :4]), "quark/1.png", "transparency")
    pictures("p_cut", lambda root: (root / "quark/1.png").write_bytes(png(pixels[..., :3])[:90]), "quark/1.png", "damaged PNG")
    pictures("p_empty", lambda root: (root / "quark/1.png").write_bytes(b""), "quark/1.png")
    pictures("p_three", lambda root: shutil.copytree(root / "quark", root / "tau"), "gluon, quark, tau", "two classes")
    def move_down(root, label, name="1.png"):
        (root / label / "part").mkdir(exist_ok=True)
        (root / label / name).rename(root / label / "part" / name)

    # ImageFolder would read these as well: none of them is left out in silence.
    pictures("p_deeper", lambda root: move_down(root, "quark"), "quark/part", "one folder too deep")
    pictures("p_all_deeper", lambda root: [move_down(root, "quark", name) for name in ("0.png", "1.png", "2.png")], "quark/part", "one folder too deep")
    pictures("p_jpeg", lambda root: cv2.imwrite(str(root / "quark/1.jpg"), pixels[..., :3]), "quark/1.jpg", "not named as a PNG")
    pictures("p_jpegs", lambda root: [path.rename(path.with_suffix(".JPEG")) for path in (root / "quark").iterdir()], ".JPEG", "not named as a PNG")
    pictures("p_description", lambda root: (root / "preparation.json").write_text("{"), "preparation.json", "damaged")
    # Options that would change nothing are refused, not passed over: the labels would be others than the user thinks.
    write_pngs(folder / "own", jets=3)
    prepare(jetvit, folder / "jets.parquet", "--out", folder / "own_store")
    shard = write_records(folder / "own.tfrecords", good)
    column, positive = ("--label-column", "is_top"), ("--positive-label", "0")
    for data, option, words in ((folder / "own", column, "PNG class folders"), (folder / "own", positive, "PNG class folders"),
                                (shard, column, "TFRecords")):
        refuse(data, f"{option[0]} applies to raw Parquet only ({words} have their own labels)", status=2, more=option)
    for option in (column, positive):
        message = f"{option[0]} applies to raw Parquet only (jet stores have their own labels)"
        mistakes.expect(mistakes.run(jetvit, "inspect", folder / "own_store", *option), 2, message)
        mistakes.expect(tiny.train(jetvit, folder / "own_store", folder / "own_run", *option), 2, message)
    mistakes.expect(tiny.train(jetvit, folder / "own_store", folder / "own_run", "--test-share", "0.5"), 2, "a jet store already has its splits")
    (folder / "mixed").mkdir()
    shutil.copy(folder / "jets.parquet", folder / "mixed")
    write_records(folder / "mixed/jets.tfrecords", good)
    refuse(folder / "mixed", "read them separately")

    # A jet with NaN is skipped, named, and no reason to stop.
    values = np.zeros(SIDE * SIDE * 8, np.float32)
    values[5] = np.nan
    one = np.ones(SIDE * SIDE * 8, np.float32)
    shard = write_records(folder / "nan.tfrecords", [example(X_jets=array, label=number % 2) for number, array in enumerate((one, values, one))])
    done = tiny.check(mistakes.run(jetvit, "prepare", shard, "--out", folder / "nan_store"))
    assert "nan.tfrecords row 1: NaN" in done.stdout and "2 of 3 jets" in done.stdout, done.stdout
    return count


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        pngs_come_back(jetvit, folder)
        for ending in ("tfrecords", "tfrecords.gz"):
            records_come_back(jetvit, folder, ending)
        raw_trains_as_its_store(jetvit, folder)
        pictures_train(jetvit, folder)
        count = damaged(jetvit, folder)
        print(f"PNGs, records and raw Parquet read as they were written; {count} kinds of damage answered")


if __name__ == "__main__":
    main(sys.argv[1])
