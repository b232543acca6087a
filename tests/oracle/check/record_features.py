#!/usr/bin/env python3
"""Features of TFRecords, written with Google's protobuf: a feature that a record lacks is not known there, whichever record that is;
features of a wrong type are named; integers stay integers."""
import itertools
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import mistakes
import numpy as np
import pyarrow as pa
import pyarrow.ipc
import tf_example
import tiny_training as tiny
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

JETS = 300  # more than the records that are looked at first
KINDS = {bytes: "bytes_list", int: "int64_list", float: "float_list"}


def example(features):
    message = tf_example.Example()
    for name, values in features.items():
        values = values if isinstance(values, list) else [values]
        kind = KINDS[type(values[0])] if values else "float_list"
        getattr(message.features.feature[name], kind).SetInParent()
        getattr(message.features.feature[name], kind).value.extend(values)
    return message.SerializeToString()


def jet(number, **more):
    pixels = [0.0] * 48
    pixels[number % 48] = 1.0 + number
    return {"X_jets": pixels, "label": number % 2, "pt": 100.0 + number, "event": (1 << 60) + number, **more}


def write(path, jets):
    def framed(record):
        length = len(record).to_bytes(8, "little")
        return length + masked_crc32c(length).to_bytes(4, "little") + record + masked_crc32c(record).to_bytes(4, "little")

    path.write_bytes(b"".join(framed(example(features)) for features in jets))
    return path


def prepare(jetvit, folder, *paths):
    return mistakes.run(jetvit, "prepare", "--train", *paths, "--out", folder / "store", "--overwrite", "--threads", "2")


def rows(folder):
    manifest = json.loads((folder / "store/manifest.json").read_text())
    found = {}
    for shard in manifest["shards"]:
        table = pa.ipc.open_file(str(folder / "store" / shard["file"])).read_all()
        found.update({(row["source_file"], row["source_row"]): row for row in table.to_pylist()})
    return found, manifest


def check_missing(jetvit, folder):
    """Absent or empty, in the first, a middle or the last record, or in all of the first file."""
    count = 0
    for place, empty, name in itertools.product((0, 5, JETS - 1), (False, True), ("pt", "event")):
        jets = [jet(number) for number in range(JETS)]
        if empty:
            jets[place][name] = []
        else:
            del jets[place][name]
        tiny.check(prepare(jetvit, folder, write(folder / "missing.tfrecord", jets)))
        found, manifest = rows(folder)
        assert manifest["observers"] == ["event", "pt"], manifest["observers"]
        for number in range(JETS):
            row = found[0, number]
            unknown = {name} if number == place else set()
            assert (np.isnan(row["pt"]) if "pt" in unknown else row["pt"] == 100.0 + number), (place, empty, name, row)
            assert row["event"] == (None if "event" in unknown else (1 << 60) + number), (place, empty, name, row)
        count += 1
    first = write(folder / "first.tfrecord", [{key: value for key, value in jet(number).items() if key != "pt"} for number in range(4)])
    second = write(folder / "second.tfrecord", [jet(number) for number in range(4)])
    for paths in ((first, second), (second, first)):
        tiny.check(prepare(jetvit, folder, *paths))
        found, manifest = rows(folder)
        assert manifest["observers"] == ["event", "pt"] and len(found) == 8
        assert sum(np.isnan(row["pt"]) for row in found.values()) == 4
    # The first 256 records decide what is carried, or those of the first 16 MiB.
    for place, is_carried in ((255, True), (256, False), (JETS - 1, False)):
        late = [jet(number) for number in range(JETS)]
        late[place]["mass"] = 5.0
        done = prepare(jetvit, folder, write(folder / "late.tfrecord", late))
        if is_carried:
            tiny.check(done)
            assert rows(folder)[1]["observers"] == ["event", "mass", "pt"]
        else:
            mistakes.expect(done, 1, f"late.tfrecord: record {place}: feature mass is in none of the first 256 records")
    large = [jet(number, caption=b"x" * (1 << 20)) for number in range(12)]
    large[11]["mass"] = 5.0
    tiny.check(prepare(jetvit, folder, write(folder / "large.tfrecord", large)))
    assert rows(folder)[1]["observers"] == ["event", "mass", "pt"]
    return count + 6


def check_types(jetvit, folder):
    """A wrong type is named, with the record, wherever it is."""
    count = 0
    for place in (0, 5, JETS - 1):
        for name, value, words in (("pt", b"100.5", ("feature pt",)), ("pt", [1.0, 2.0], ("feature pt",)),
                                   ("label", [0.0, 1.0], ("feature label",)), ("label", b"quark", ("feature label",)),
                                   ("X_jets", b"\0" * 192, ("X_jets is a bytes list", "floats are expected"))):
            jets = [jet(number) for number in range(JETS)]
            jets[place][name] = value
            record = "record" if place == 0 else f"record {place}"  # that of the first two which differ
            mistakes.expect(prepare(jetvit, folder, write(folder / "types.tfrecord", jets)), 1, "types.tfrecord", record, *words)
            count += 1
    every = {"label": (b"quark", "feature label holds a bytes list"), "X_jets": (b"\0" * 192, "X_jets is a bytes list")}
    for name, (value, words) in every.items():
        jets = [jet(number, **{name: value}) for number in range(3)]
        mistakes.expect(prepare(jetvit, folder, write(folder / "every.tfrecord", jets)), 1, "every.tfrecord", words)
        count += 1
    return count


def check_left_out(jetvit, folder):
    jets = [jet(number, caption=b"x", pair=[1.0, 2.0], nothing=[]) for number in range(4)]
    done = tiny.check(prepare(jetvit, folder, write(folder / "left.tfrecord", jets)))
    for words in ("caption (a bytes list)", "pair (several numbers)", "nothing (no values)"):
        assert words in done.stderr, (words, done.stderr)
    assert rows(folder)[1]["observers"] == ["event", "pt"]


def check_labels(jetvit, folder):
    """A record without a label is skipped and counted, wherever it is; without any label nothing can be trained on."""
    for place in (0, 7, JETS - 1):
        for label in (None, [], float("nan")):
            jets = [jet(number) for number in range(JETS)]
            if label is None:
                del jets[place]["label"]
            else:
                jets[place]["label"] = label
            tiny.check(prepare(jetvit, folder, write(folder / "labels.tfrecord", jets)))
            found, manifest = rows(folder)
            assert len(found) == JETS - 1 and manifest["skipped_reasons"] == {"no finite label": 1}, manifest["skipped_reasons"]
            assert (0, place) not in found
    jets = [{key: value for key, value in jet(number).items() if key != "label"} for number in range(3)]
    path = write(folder / "unlabeled.tfrecord", jets)
    mistakes.expect(prepare(jetvit, folder, path), 1, "unlabeled.tfrecord: feature label is missing")
    done = tiny.check(mistakes.run(jetvit, "inspect", path))
    assert "3 jets (without labels)" in done.stdout and "class" not in done.stdout, done.stdout


def main():
    jetvit = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        missing = check_missing(jetvit, folder)
        types = check_types(jetvit, folder)
        check_left_out(jetvit, folder)
        check_labels(jetvit, folder)
    print(f"features of TFRecords: {missing} sets with missing ones, {types} with wrong types")


if __name__ == "__main__":
    main()
