#!/usr/bin/env python3
"""Numbers of every type that Parquet has, in every encoding that pyarrow writes, as observers, labels and pixels: a store and the
exported TFRecords hold what pyarrow reads, integers digit for digit, decimals rounded as Python rounds them. Columns that hold no
numbers are named."""
import decimal
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import mistakes
import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import tf_example
import tiny_training as tiny

ROWS = 400


def lists(images, type_):
    return pa.array(images.tolist(), pa.list_(pa.list_(pa.list_(type_))))


def small_images(rows=ROWS, type_=pa.float32()):
    return lists(np.random.default_rng(1).integers(1, 9, (rows, 1, 2, 2)), type_)


def decimals(random, precision, scale, rows=ROWS):
    """Random ones of every length, those that end in a tie between two doubles, and the largest."""
    digits = [int(random.integers(1, precision + 1)) for _ in range(rows)]
    unscaled = [int("".join(map(str, random.integers(0, 10, count)))) * int(random.choice([-1, 1])) for count in digits]
    unscaled[0], unscaled[1], unscaled[2] = 10**precision - 1, -(10**precision - 1), 0
    if precision > 17:
        unscaled[3], unscaled[4], unscaled[5] = 2**53 + 1, 2**54 + 2, -(2**53) - 1
    with decimal.localcontext(decimal.Context(prec=100)):
        return [decimal.Decimal(value).scaleb(-scale) for value in unscaled]


def observers(random):
    """Columns by name, with nulls in every third."""
    columns = {}
    for bits in (8, 16, 32, 64):
        low, high = -(1 << bits - 1), (1 << bits - 1) - 1
        values = [low, high, 0, -1] + [int(value) for value in random.integers(low, high, ROWS - 4, dtype=np.int64, endpoint=True)]
        columns[f"int{bits}"] = pa.array(values, getattr(pa, f"int{bits}")())
        top = (1 << bits) - 1
        values = [top, 0, top - 1] + [int(value) for value in random.integers(0, top, ROWS - 3, dtype=np.uint64, endpoint=True)]
        columns[f"uint{bits}"] = pa.array(values, getattr(pa, f"uint{bits}")())
    columns["identifier"] = pa.array([(1 << 53) + 1 + row for row in range(ROWS)], pa.int64())
    columns["half"] = pa.array(random.normal(0, 100, ROWS).astype(np.float16))
    columns["float"] = pa.array(random.normal(0, 1e9, ROWS).astype(np.float32))
    columns["double"] = pa.array(random.normal(0, 1e-300, ROWS))
    columns["flag"] = pa.array(random.random(ROWS) < 0.5)
    for precision, scale in ((1, 0), (9, 3), (9, 9), (10, 2), (18, 0), (18, 4), (18, 18), (19, 0), (25, 7), (38, 38), (76, 30)):
        type_ = pa.decimal128(precision, scale) if precision <= 38 else pa.decimal256(precision, scale)
        columns[f"decimal_{precision}_{scale}"] = pa.array(decimals(random, precision, scale), type_)
    for number, (name, column) in enumerate(list(columns.items())):
        if number % 3 == 0:
            values = [None if row % 7 == 2 else value for row, value in enumerate(column.to_pylist())]
            columns[f"{name}_null"] = pa.array(values, column.type)
    return columns


def prepared(jetvit, path, folder, *options):
    """The rows of a store of the file by source row, and what the preparation said."""
    store = folder / "store"
    done = tiny.check(mistakes.run(jetvit, "prepare", "--train", path, "--out", store, "--overwrite", "--threads", "2", "--zero-threshold", "0",
                                   *options))
    rows, types = {}, {}
    for shard in json.loads((store / "manifest.json").read_text())["shards"]:
        table = pa.ipc.open_file(str(store / shard["file"])).read_all()
        types = {field.name: field.type for field in table.schema}
        rows.update({row["source_row"]: row for row in table.to_pylist()})
    return rows, types, done.stderr


def same(got, expected):
    """Integers equal as integers; everything else as the double next to it."""
    if expected is None:
        return got is None or np.isnan(got)
    if isinstance(got, int):
        return got == expected
    return np.float64(got).tobytes() == np.float64(float(expected)).tobytes()


ENCODINGS = [{}, {"use_dictionary": False}, {"data_page_version": "2.0", "compression": "zstd"}, {"row_group_size": 7},
             {"use_dictionary": False, "data_page_size": 200, "data_page_version": "2.0"}, {"store_decimal_as_integer": True},
             {"store_decimal_as_integer": True, "use_dictionary": False}]


def delta_and_split(columns):
    """pyarrow's delta encoding of integers, and streams of bytes of everything with a fixed size."""
    delta = {name: "DELTA_BINARY_PACKED" for name, column in columns.items() if pa.types.is_integer(column.type)}
    delta |= {name: "DELTA_BYTE_ARRAY" for name, column in columns.items() if pa.types.is_decimal(column.type)}
    fixed = {name: "BYTE_STREAM_SPLIT" for name, column in columns.items()
             if (pa.types.is_integer(column.type) and column.type.bit_width >= 32) or pa.types.is_floating(column.type)
             or pa.types.is_decimal(column.type)}
    for encoding in (delta, fixed):
        for version in ("1.0", "2.0"):
            yield {"use_dictionary": False, "column_encoding": encoding, "data_page_version": version, "data_page_size": 600}


def check_observers(jetvit, folder):
    columns = observers(np.random.default_rng(3))
    labels = pa.array([row % 2 for row in range(ROWS)], pa.uint8())
    table = pa.table({"X_jets": small_images(), **columns, "y": labels})
    path = folder / "numbers.parquet"
    variants = [*ENCODINGS, *delta_and_split(columns)]
    for options in variants:
        pq.write_table(table, path, **options)
        rows, types, said = prepared(jetvit, path, folder)
        expected = pq.read_table(path).to_pylist()
        assert len(rows) == ROWS and "left out" not in said, said
        for name, column in columns.items():
            for row in range(ROWS):
                assert same(rows[row][name], expected[row][name]), (options, name, row, rows[row][name], expected[row][name])
            is_small = pa.types.is_decimal(column.type) and column.type.scale == 0 and column.type.precision <= 18
            if pa.types.is_integer(column.type) or is_small:
                wanted = pa.uint64() if column.type == pa.uint64() else pa.int64()
                assert types[name] == wanted, (name, types[name])
        assert all(rows[row]["label"] == row % 2 for row in range(ROWS))
    return len(variants) * len(columns)


def check_every_half(jetvit, folder):
    """All 65,536 half-precision numbers."""
    halves = np.arange(65536, dtype=np.uint16).view(np.float16)
    path = folder / "halves.parquet"
    one = lists(np.ones((1, 1, 1, 2), np.float32), pa.float32())
    images = pa.chunked_array([pa.concat_arrays([one] * 1024)] * 64)
    pq.write_table(pa.table({"X_jets": images, "half": pa.array(halves), "y": np.arange(65536) % 2}), path)
    rows, _, _ = prepared(jetvit, path, folder, "--shape", "1", "1", "2")
    got = np.array([rows[row]["half"] for row in range(65536)])
    assert np.array_equal(got, halves.astype(np.float64), equal_nan=True) and np.array_equal(np.signbit(got), np.signbit(halves))


def check_pixels(jetvit, folder):
    random = np.random.default_rng(5)
    count = 0
    for type_, options in [(pa.float16(), {}), (pa.uint8(), {}), (pa.int16(), {}), (pa.int32(), {"use_dictionary": False}), (pa.int64(), {}),
                           (pa.uint32(), {}), (pa.bool_(), {}), (pa.int32(), {"use_dictionary": False, "delta": True}),
                           (pa.decimal128(9, 3), {"store_decimal_as_integer": True}), (pa.decimal128(9, 3), {}),
                           (pa.decimal128(25, 3), {})]:
        values = random.integers(1, 200, (ROWS // 8, 3, 5, 5)) * (random.random((ROWS // 8, 3, 5, 5)) < 0.2)
        if pa.types.is_decimal(type_):
            context = decimal.Context(prec=50)
            images = [[[[context.create_decimal(int(v)).scaleb(-3, context) for v in r] for r in c] for c in image] for image in values]
            column = pa.array(images, pa.list_(pa.list_(pa.list_(type_))))
        else:
            column = pa.array(values.tolist(), pa.list_(pa.list_(pa.list_(pa.int64())))).cast(pa.list_(pa.list_(pa.list_(type_))))
        path = folder / "pixels.parquet"
        if options.pop("delta", False):
            options["column_encoding"] = {"X_jets.list.element.list.element.list.element": "DELTA_BINARY_PACKED"}
        pq.write_table(pa.table({"X_jets": column, "y": np.arange(len(values)) % 2}), path, **options)
        rows, _, _ = prepared(jetvit, path, folder)
        for row, image in enumerate(pq.read_table(path)["X_jets"].to_pylist()):
            got = np.zeros((3, 25), np.float32)
            ends = np.cumsum(rows[row]["counts"])
            for channel, (begin, end) in enumerate(zip(ends - rows[row]["counts"], ends)):
                got[channel, rows[row]["pixel"][begin:end]] = rows[row]["value"][begin:end]
            assert np.array_equal(got.reshape(3, 5, 5), np.array(image, np.float64).astype(np.float32)), (type_, row)
        count += 1
    return count


def check_labels(jetvit, folder):
    """Labels of every type of number; 1 is 1 whatever it is stored as."""
    values = [row % 2 for row in range(ROWS)]
    types = [pa.decimal128(2, 1), pa.decimal128(1, 0), pa.decimal128(38, 20), pa.float16(), pa.int8(), pa.uint64(), pa.bool_(), pa.float32()]
    for type_ in types:
        for as_integer in (False, True):
            path = folder / "labels.parquet"
            context = decimal.Context(prec=60)
            column = pa.array([context.create_decimal(v) for v in values] if pa.types.is_decimal(type_) else values)
            pq.write_table(pa.table({"X_jets": small_images(), "y": column.cast(type_)}), path, store_decimal_as_integer=as_integer)
            rows, _, _ = prepared(jetvit, path, folder)
            assert [rows[row]["label"] for row in range(ROWS)] == values, type_
    for column, words in ((pa.array(["quark"] * ROWS), "holds text"), (pa.array([0] * ROWS, pa.timestamp("us")), "holds timestamps")):
        pq.write_table(pa.table({"X_jets": small_images(), "y": column}), path)
        mistakes.expect(mistakes.run(jetvit, "prepare", path, "--out", folder / "refused"), 1, "labels.parquet: label column y", words)
    return len(types)


def check_left_out(jetvit, folder):
    """What is no number is named with the reason, in each file that has it, and blocks nothing."""
    columns = {"when": pa.array(range(ROWS), pa.timestamp("us")), "day": pa.array(range(ROWS), pa.date32()),
               "clock": pa.array(range(ROWS), pa.time32("s")), "note": pa.array(["jet"] * ROWS), "parts": pa.array([[1.0]] * ROWS),
               "kind": pa.array(["a"] * ROWS).dictionary_encode(), "raw": pa.array([b"xy"] * ROWS, pa.binary(2)),
               "both": pa.array([{"reco": 1.0}] * ROWS), "event": pa.array(range(ROWS), pa.int64())}
    paths = [folder / "first.parquet", folder / "second.parquet"]
    for number, path in enumerate(paths):
        more = {"only_here": pa.array(["x"] * ROWS)} if number else {}
        pq.write_table(pa.table({"X_jets": small_images(), **columns, **more, "y": pa.array([row % 2 for row in range(ROWS)])}), path)
    done = tiny.check(mistakes.run(jetvit, "prepare", *paths, "--out", folder / "left_out", "--threads", "1", "--allow-trained"))
    manifest = json.loads((folder / "left_out/manifest.json").read_text())
    assert manifest["observers"] == ["event"], manifest["observers"]
    for words in ("when (timestamps)", "day (dates)", "clock (times)", "note (text)", "parts (lists)", "kind (text)", "raw (bytes)",
                  "both (a struct)", "second.parquet: left out, as they do not hold plain numbers: only_here (text)"):
        assert words in done.stderr, (words, done.stderr)


def check_mixed_types(jetvit, folder):
    """An observer that is an integer in one file and a double in another is a double in both, unless digits are lost."""
    for name, last, status in (("exact", 1 << 53, 0), ("lost", (1 << 53) + 2, 1)):
        paths = [folder / f"{name}_{number}.parquet" for number in range(2)]
        for path, column in zip(paths, (pa.array([0.5, 1]), pa.array([3, last], pa.int64()))):
            pq.write_table(pa.table({"X_jets": small_images(2), "event": column, "y": pa.array([0, 1])}), path)
        done = mistakes.run(jetvit, "prepare", "--train", *paths, "--out", folder / name, "--threads", "1")
        if status:
            mistakes.expect(done, 1, "lost_1.parquet: row 1: event = ", "too many digits for a double")
        else:
            tiny.check(done)


def check_exported(jetvit, folder):
    """Identifiers pass through TFRecords as integers, too."""
    path = folder / "export.parquet"
    identifiers = [(1 << 60) + 7 * row for row in range(ROWS)]
    images = lists(np.random.default_rng(1).integers(1, 9, (ROWS, 3, 125, 125)) * (np.random.default_rng(2).random((ROWS, 3, 125, 125)) < 1e-3),
                   pa.float32())
    pq.write_table(pa.table({"X_jets": images, "event": pa.array(identifiers), "y": pa.array([row % 2 for row in range(ROWS)])}), path)
    tiny.check(mistakes.run(jetvit, "prepare", path, "--to", "tfrecord", "--out", folder / "records"))
    found = [features["event"] for shard in (folder / "records").glob("*.tfrecords*") for features in tf_example.examples(shard)]
    assert sorted(found) == [[identifier] for identifier in identifiers]
    tiny.check(mistakes.run(jetvit, "prepare", folder / "records", "--out", folder / "records_store", "--threads", "2"))
    found = []
    for shard in json.loads((folder / "records_store/manifest.json").read_text())["shards"]:
        found += pa.ipc.open_file(str(folder / "records_store" / shard["file"])).read_all()["event"].to_pylist()
    assert sorted(found) == identifiers


def main():
    jetvit = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        columns = check_observers(jetvit, folder)
        check_every_half(jetvit, folder)
        pixels = check_pixels(jetvit, folder)
        labels = check_labels(jetvit, folder)
        check_left_out(jetvit, folder)
        check_mixed_types(jetvit, folder)
        check_exported(jetvit, folder)
    print(f"{columns} columns, {pixels} types of pixels and {labels} types of labels as pyarrow reads them; all half-precision numbers")


if __name__ == "__main__":
    main()
