"""Writes the small inputs from which the fuzzers start, tests/fuzz/corpus/TARGET/seed-*: whole files in every variant that the
readers know. What fuzzing found lies next to them under other names and stays.

  .deps/python/bin/python tests/fuzz/make_corpus.py build/release/bin/jetvit"""
import decimal
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from safetensors.numpy import save

FOLDER = pathlib.Path(__file__).resolve().parent / "corpus"


def table(jets=3, shape=(2, 5, 5), flat=False, numbers=pa.float64()):
    random = np.random.default_rng(1)
    images = np.where(random.random((jets, *shape)) < 0.2, random.exponential(3, (jets, *shape)) + 0.01, 0)
    images = images.transpose(0, 2, 3, 1).reshape(jets, -1).tolist() if flat else images.tolist()
    kind = pa.list_(numbers) if flat else pa.list_(pa.list_(pa.list_(numbers)))
    return pa.table({"X_jets": pa.array(images, kind), "pt": random.uniform(80, 170, jets), "m0": random.uniform(5, 40, jets),
                     "y": [float(jet % 2) for jet in range(jets)]})


def keep(target, name, content):
    (FOLDER / target).mkdir(parents=True, exist_ok=True)
    (FOLDER / target / f"seed-{name}").write_bytes(content)


def parquet(folder):
    nested, flat = table(), table(shape=(8, 4, 4), flat=True, numbers=pa.float32())
    with_nulls = pa.table({**{name: nested[name] for name in ("X_jets", "pt", "m0")}, "y": pa.array([1.0, None, 0.0])})
    for name, data, options in (
            ("nested", nested, {}), ("nested-groups", nested, {"row_group_size": 1}), ("flat", flat, {}), ("nulls", with_nulls, {}),
            ("plain", nested, {"compression": "none", "use_dictionary": False}), ("v2", flat, {"data_page_version": "2.0", "compression": "none"}),
            ("gzip", nested, {"compression": "gzip"}), ("zstd-v2", nested, {"compression": "zstd", "data_page_version": "2.0"}),
            ("split", flat, {"compression": "none", "use_dictionary": False, "column_encoding": {
                "X_jets.list.element": "BYTE_STREAM_SPLIT"}}),
            ("checksums", nested, {"write_page_checksum": True, "compression": "none"})):
        pq.write_table(data, folder / "seed", write_statistics=False, store_schema=False, **options)
        keep("parquet", name, (folder / "seed").read_bytes())


def numbers(folder):
    """Columns of every type, in the encodings that only some types have; images as fixed-shape tensors."""
    random = np.random.default_rng(2)
    columns = {"half": random.normal(0, 9, 3).astype(np.float16), "long": pa.array([1 << 60, -1, None], pa.int64()),
               "small": pa.array([1, 2, 255], pa.uint8()), "flag": [True, False, True],
               **{f"decimal_{digits}": pa.array([decimal.Decimal("1.5"), decimal.Decimal("-2.25"), decimal.Decimal(3)], pa.decimal128(digits, 2))
                  for digits in (7, 17, 30)}}
    nested = table()
    plain = pa.table({"X_jets": nested["X_jets"], **columns, "y": nested["y"]})
    delta = {"long": "DELTA_BINARY_PACKED", "small": "DELTA_BINARY_PACKED", "decimal_30": "DELTA_BYTE_ARRAY", "decimal_7": "DELTA_BYTE_ARRAY"}
    images = np.ascontiguousarray(random.integers(0, 3, (3, 5, 5, 2)).astype(np.float32)).transpose(0, 3, 1, 2)
    tensors = pa.table({"X_jets": pa.FixedShapeTensorArray.from_numpy_ndarray(images, dim_names=["C", "H", "W"]), "y": nested["y"]})
    for name, data, options in (
            ("numbers", plain, {}), ("numbers-integers", plain, {"store_decimal_as_integer": True, "use_dictionary": False}),
            ("numbers-delta", plain, {"use_dictionary": False, "column_encoding": delta}), ("tensors", tensors, {"store_schema": True})):
        pq.write_table(data, folder / "seed", write_statistics=False, compression="none", **{"store_schema": False, **options})
        keep("parquet", name, (folder / "seed").read_bytes())


def scores(folder):
    columns = {"score": [0.1, 0.4, 0.35, 0.8], "label": pa.array([0, 0, 1, 1], pa.uint8()), "weight": pa.array([1, 2, 1, 1], pa.float32()),
               "pt": [80.0, 90.0, 100.0, 110.0], "event": pa.array([1, 2, 3, 2**32 - 1], pa.uint32()), "split": ["test"] * 4}
    nullable = {"score": pa.array([1, 0, 2, 3], pa.int64()), "label": [True, False, True, False], "pt": [1.0, None, 2.0, 3.0]}
    for name, data, options in (
            ("snappy", columns, {}), ("groups", columns, {"row_group_size": 1, "use_dictionary": False, "compression": "none"}),
            ("v2", columns, {"data_page_version": "2.0", "compression": "zstd"}), ("nulls", nullable, {"compression": "none"}),
            ("checksums", columns, {"write_page_checksum": True, "compression": "none"})):
        pq.write_table(pa.table(data), folder / "seed", write_statistics=False, store_schema=False, **options)
        keep("scores", name, (folder / "seed").read_bytes())


def prepared(jetvit, folder):
    """Records, pictures, manifests and a shard, as the program writes them."""
    def prepare(raw, out, *words):
        shutil.rmtree(folder / out, ignore_errors=True)
        subprocess.run([jetvit, "prepare", raw, "--out", out, *words], check=True, capture_output=True, cwd=folder)
        return folder / out

    data = table(jets=6, shape=(3, 5, 5))
    pq.write_table(data.slice(0, 3), folder / "a.parquet")
    pq.write_table(data.slice(3).set_column(3, "y", pa.array([1.0, None, 0.0])), folder / "b.parquet")
    pq.write_table(table(jets=2), folder / "two.parquet")
    for name, words in (("pictures", ("--values", "uint8")), ("floats", ("--compression", "none")), ("gzip", ("--compression", "gzip"))):
        records = prepare("two.parquet", "records", "--to", "tfrecord", *words)
        content = next(records.glob("*.tfrecords*")).read_bytes()
        keep("tf_record", name, content)
    keep("png", "rgb", next(prepare("a.parquet", "png", "--to", "png").glob("*/*.png")).read_bytes())
    records = next(prepare("two.parquet", "records", "--to", "tfrecord", "--mode", "published").glob("*.tfrecords")).read_bytes()
    begin = records.index(b"\x89PNG")
    keep("png", "gray", records[begin:records.index(b"IEND") + 8])
    store = prepare("two.parquet", "store", "--test-share", "0", "--validation-share", "0")
    keep("shard", "store", next(store.glob("*.arrow")).read_bytes())
    store = prepare("a.parquet", "store", "b.parquet")
    keep("manifest", "store", without_digest(store / "manifest.json"))
    part = prepare("a.parquet", "part", "b.parquet", "--shard", "2/2")
    keep("manifest", "part", without_digest(part / "part.json"))


def pictures():
    """PNGs with each filter, interlaced and not, their image data in chunks of 20 bytes."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    def row(kind, count):
        return bytes([kind]) + random.integers(0, 256, count, np.uint8).tobytes()

    random = np.random.default_rng(2)
    passes = ((1, 1), (1, 1), (2, 1), (1, 2), (3, 1), (2, 3), (5, 2))  # columns and rows of 5 x 5 pixels, interlaced
    for name, color, colors, interlaced in (("filters", 2, 3, 0), ("interlaced", 0, 1, 1), ("interlaced-rgb", 2, 3, 1)):
        sizes = passes if interlaced else ((5, 5),)
        rows = b"".join(row(index % 5, columns * colors) for columns, lines in sizes for index in range(lines))
        image = zlib.compress(rows)
        keep("png", name, b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 5, 5, 8, color, 0, 0, interlaced))
             + b"".join(chunk(b"IDAT", image[begin:begin + 20]) for begin in range(0, len(image), 20)) + chunk(b"IEND", b""))


def without_digest(path):
    """A signed manifest would be refused after every change."""
    document = json.loads(path.read_text())
    del document["manifest_sha256"]
    return json.dumps(document).encode()


def safetensors():
    """Every type, and files that are wrong in one place each: the length, the order of the bytes, the offsets, the keys."""
    types = ("F64", "F32", "F16", "BF16", "I64", "I32", "I8", "U8", "BOOL")
    width = {"F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2}

    def file(header, data=b"", length=None):
        document = header if isinstance(header, bytes) else json.dumps(header, separators=(",", ":")).encode()
        return struct.pack("<Q", len(document) if length is None else length) + document + data

    def place(kind, shape, begin, end):
        return {"dtype": kind, "shape": shape, "data_offsets": [begin, end]}

    every, end = {}, 0
    for kind in types:
        every[kind] = place(kind, [1, 2], end, end + 2 * width.get(kind, 1))
        end = every[kind]["data_offsets"][1]
    one = {"a": place("F32", [1], 0, 4)}
    return {
        "types": file(every, bytes(end)),
        "spaces": file(json.dumps(one).encode() + b"   ", bytes(4)),
        "length-past-the-end": file(one, bytes(4), 1 << 20),
        "length-of-all-bits": file(one, bytes(4), 2**64 - 1),
        "length-past-the-limit": file(one, bytes(4), (16 << 20) + 1),
        "length-zero": file(one, bytes(4), 0),
        "length-alone": struct.pack("<Q", 2),
        "cut-length": b"\2\0\0",
        "cut-tensor": file(one, bytes(3)),
        "trailing-bytes": file(one, bytes(5)),
        "swapped-offsets": file({"a": place("F32", [1], 4, 0)}, bytes(4)),
        "overlap": file({"a": place("U8", [4], 0, 4), "b": place("U8", [4], 2, 6)}, bytes(6)),
        "hole": file({"a": place("U8", [1], 0, 1), "b": place("U8", [1], 2, 3)}, bytes(3)),
        "twice": file(b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
                      bytes(1)),
        "huge-shape": file({"a": place("F64", [2**62, 8], 0, 8)}, bytes(8)),
        "huge-empty-shape": file({"a": place("F64", [2**62, 0, 8], 0, 0)}),
        "unknown-type": file({"a": place("F8_E4M3", [1], 0, 1)}, bytes(1)),
        "truth-of-two": file({"a": place("BOOL", [1], 0, 1)}, b"\2"),
        "metadata-number": file({"__metadata__": {"a": 1}}),
        "nested": file(b'{"a":{"a":{"a":[[[[{}]]]]}}}'),
    }


def main(jetvit):
    for seed in FOLDER.glob("*/seed-*"):
        seed.unlink()
    with tempfile.TemporaryDirectory() as name:
        parquet(pathlib.Path(name))
        numbers(pathlib.Path(name))
        scores(pathlib.Path(name))
        prepared(pathlib.Path(jetvit).resolve(), pathlib.Path(name))
    pictures()
    keep("safetensors", "tensors", save({"a": np.zeros((2, 3), np.float32), "b": np.zeros(0, np.int64), "c": np.ones((), bool)},
                                        {"jetvit": "{}"}))
    keep("safetensors", "empty", save({}))
    for name, file in safetensors().items():
        keep("safetensors", name, file)
    keep("recipe", "small", b'train.lr=3e-4\n[model]\nname = "vit"\ndepths = [2, 2]\nnested = {a = 1, "b c" = [true, 0x1f, -inf]}\n'
         b"[[phase]]\ntext = '''\nx'''\n# comment\n")
    keep("recipe", "override", b"train.epochs=5\n")


if __name__ == "__main__":
    main(sys.argv[1])
