#!/usr/bin/env python3
"""Raw files in every variant that pyarrow writes, prepared by `jetvit prepare` and compared value by value with pyarrow's own
reading: exact equality, since the values are float32 throughout."""
import itertools
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
from raw_files import SHAPE, TOP_SHAPE, make_images, table

PROGRAM = sys.argv[1]


def prepare(raw, out, *options):
    return subprocess.run([PROGRAM, "prepare", str(raw), "--out", str(out), "--zero-threshold", "0", "--json", *options],
                          capture_output=True, text=True, timeout=300)


def read_store(store):
    """Images (jet, channel, pixel) as a dictionary by source row, with label and observers: the reader of the documentation."""
    manifest = json.loads((store / "manifest.json").read_text())
    channels, height, width = manifest["shape"]
    jets = {}
    for shard in manifest["shards"]:
        batch = pa.ipc.open_file(str(store / shard["file"])).read_all().combine_chunks()
        for row in batch.to_pylist():
            image = np.zeros((channels, height * width), np.float32)
            ends = np.cumsum(row["counts"])
            for channel, end in enumerate(ends):
                begin = end - row["counts"][channel]
                image[channel, row["pixel"][begin:end]] = row["value"][begin:end]
            jets[row["source_row"]] = (image.reshape(channels, height, width), row)
    return manifest, jets


def expected_images(path, name, shape):
    column = pq.read_table(path).column(name).to_pylist()
    return [np.array(value, np.float64).astype(np.float32).reshape(shape) for value in column]


def check(path, folder, name, shape, channels_last, *options):
    store = folder / "store"
    subprocess.run(["rm", "-rf", str(store)], check=True)
    result = prepare(path, store, *options)
    assert result.returncode == 0, (path, result.stderr)
    manifest, jets = read_store(store)
    rows = pq.read_table(path).drop_columns([name]).to_pylist()
    images = expected_images(path, name, shape)
    assert len(jets) == len(images), (path, len(jets), len(images))
    for index, image in enumerate(images):
        if channels_last:
            image = image.transpose(2, 0, 1)
        got, row = jets[index]
        assert np.array_equal(got, image), f"{path}: jet {index} differs"
        assert row["label"] == int(rows[index]["y"]), (path, index)
        for observer in manifest["observers"]:
            assert row[observer] == float(rows[index][observer]), (path, index, observer)
    return manifest


def quark_gluon_variants(folder):
    rng = np.random.default_rng(11)
    images = make_images(rng, 23, SHAPE, negative=False)
    count = 0
    for kind, type_ in itertools.product(("list", "large_list", "fixed_size_list"), (pa.float32(), pa.float64())):
        for codec, dictionary, groups, version in [("snappy", True, 1, "1.0"), ("zstd", False, 7, "2.0"), ("none", True, 4096, "2.0"),
                                                   ("snappy", False, 7, "1.0"), ("gzip", True, 7, "1.0"), ("zstd", True, 4096, "1.0")]:
            path = folder / f"{kind}-{type_}-{codec}-{dictionary}-{groups}-{version}.parquet"
            pq.write_table(table(rng, images, kind, type_, extra=count % 2 == 0), path, compression=codec, use_dictionary=dictionary,
                           row_group_size=groups, data_page_version=version)
            manifest = check(path, folder, "X_jets", SHAPE, False)
            assert ("event" in manifest["observers"]) == (count % 2 == 0)
            count += 1
    # Rows over several pages, and byte-stream-split values.
    for options in ({"data_page_size": 1000, "use_dictionary": False}, {"data_page_size": 700, "write_batch_size": 64},
                    {"use_dictionary": False, "column_encoding": {"X_jets.list.element.list.element.list.element": "BYTE_STREAM_SPLIT"}}):
        path = folder / f"pages-{count}.parquet"
        data = table(rng, images, "list", pa.float32())
        if "column_encoding" in options:
            leaf = pq.ParquetFile(write(data, folder / "probe.parquet")).schema.column(0).path
            options = {"use_dictionary": False, "column_encoding": {leaf: "BYTE_STREAM_SPLIT"}}
        pq.write_table(data, path, **options)
        check(path, folder, "X_jets", SHAPE, False)
        count += 1
    for label in (pa.bool_(), pa.int64(), pa.int32(), pa.float32()):
        path = folder / f"label-{label}.parquet"
        pq.write_table(table(rng, images, "list", pa.float64(), name="X_jet", label=label), path)
        check(path, folder, "X_jet", SHAPE, False)
        count += 1
    return count


def write(data, path):
    pq.write_table(data, path)
    return path


def boosted_top_variants(folder):
    rng = np.random.default_rng(12)
    images = make_images(rng, 9, TOP_SHAPE, negative=True)
    count = 0
    for (kind, type_), (codec, dictionary, groups) in itertools.product(
            itertools.product(("list", "large_list", "fixed_size_list"), (pa.float32(), pa.float64())),
            [("snappy", True, 1), ("snappy", False, 4096), ("zstd", True, 7), ("zstd", False, 1), ("none", True, 4096), ("none", False, 7)]):
        path = folder / f"top-{kind}-{type_}-{codec}-{dictionary}-{groups}.parquet"
        pq.write_table(table(rng, images.reshape(len(images), -1), kind, type_), path, compression=codec, use_dictionary=dictionary,
                       row_group_size=groups)
        manifest = check(path, folder, "X_jets", TOP_SHAPE, True)
        assert [c["name"] for c in manifest["channels"]][:3] == ["tracks", "d0", "dz"]
        count += 1
    return count


def bad_rows(folder):
    """Rows with nulls, NaN, infinities or wrong lists are left out and named; their neighbors are kept."""
    rng = np.random.default_rng(13)
    images = make_images(rng, 12, SHAPE, negative=False)
    values = images.tolist()
    values[2][1][3][4] = float("nan")
    values[4][0][0][0] = float("inf")
    values[5] = None
    values[6][2][7][7] = None
    values[8][1] = values[8][1][:-1]
    values[9] = []
    labels = [float(i % 2) for i in range(12)]
    labels[10] = None
    for groups in (1, 5, 4096):
        path = folder / f"bad-{groups}.parquet"
        data = pa.table({"X_jets": pa.array(values, pa.list_(pa.list_(pa.list_(pa.float64())))), "pt": pa.array([100.0] * 12),
                         "m0": pa.array([10.0] * 12), "y": pa.array(labels)})
        pq.write_table(data, path, row_group_size=groups)
        store = folder / f"bad-store-{groups}"
        result = prepare(path, store)
        assert result.returncode == 0, result.stderr
        manifest, jets = read_store(store)
        named = {row["row"]: row["reason"] for row in manifest["skipped_rows"]}
        assert set(named) == {2, 4, 5, 6, 8, 9, 10}, named
        assert named[2] == "NaN" and named[4] == "infinite value" and named[5] == "null" and named[6] == "null", named
        assert named[8] == "wrong shape" and "label" in named[10], named
        for row in (0, 1, 3, 7, 11):
            assert np.array_equal(jets[row][0], images[row]), row


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        quark_gluon = quark_gluon_variants(folder)
        top = boosted_top_variants(folder)
        bad_rows(folder)
    print(f"raw variants: {quark_gluon} quark-gluon and {top} boosted-top files equal pyarrow's reading; bad rows are named")


if __name__ == "__main__":
    main()
